//! A step whose inputs and results are tensors in files, for a program that asks for that.
//!
//! The program names the file of its results. Whatever is there, it costs this step alone: it is not waited for, and no
//! more is read than the results can take.

use super::folder::Folder;
use super::reading::brief;
use super::{Answer, protocol};
use crate::error::Error;
use crate::fixture::{replace, walk};
use crate::number::Format;
use crate::problem::Problem;
use crate::wire::json::{Reader, shown};
use crate::wire::tensors::step::{self, write_problem};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The files of one step, which are removed with this.
#[derive(Debug)]
pub struct Files {
    _folder: TempDir,
    inputs: String,
    outputs: String,
}

impl Files {
    /// Writes the inputs in a format that holds them.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn of(folder: &Folder, id: &str, problem: &Problem, format: Format) -> Result<Self, String> {
        let failed = |why: String| format!("not asked: the inputs cannot be written: {why}");
        let folder = folder.inner().map_err(|error| failed(error.to_string()))?;
        let path = |name: &str| {
            let path = folder.path().join(name);
            path.to_str().map(str::to_owned).ok_or_else(|| failed(format!("{} is not UTF-8", path.display())))
        };
        let (inputs, outputs) = (path("inputs.safetensors")?, path("outputs.safetensors")?);
        let bytes = write_problem(id, "a question of dropout-oracle check", problem, format, None);
        replace::replace(Path::new(&inputs), &bytes).map_err(|error| failed(error.to_string()))?;
        Ok(Files { _folder: folder, inputs, outputs })
    }

    /// The question.
    pub fn question(&self, seq: u64, id: &str, problem: &Problem) -> String {
        protocol::step_in_files(seq, id, problem, &self.inputs, &self.outputs)
    }
}

/// The answer in the file that the program names, of at most so many numbers.
pub fn answer(id: &str, answer: Answer<PathBuf>, numbers: usize) -> Answer {
    match answer {
        Answer::Result(path) => {
            let read = results(id, &path, numbers);
            read.unwrap_or_else(|why| Answer::Errored(format!("{}: {why}", path.display())))
        }
        Answer::Skipped(why) => Answer::Skipped(why),
        Answer::Errored(what) => Answer::Errored(what),
    }
}

fn results(id: &str, path: &Path, numbers: usize) -> Result<Answer, String> {
    // Doubles, with room for a wrong shape, and a header.
    let limit = numbers.saturating_mul(16).saturating_add(1 << 16);
    let bytes = walk::bytes(path, limit).map_err(|error| match error {
        Error::File { source, .. } => source.to_string(),
        other => other.to_string(),
    })?;
    let bytes = bytes.ok_or("there is no such file")?;
    if bytes.len() > limit {
        return Err(format!("is longer than {limit} bytes, twice what the results take"));
    }
    let mut reader = Reader::default();
    let given = step::results(&mut reader, &bytes);
    let given = given.filter(|_| reader.faults.is_empty()).ok_or_else(|| brief(&reader.faults))?;
    match given.metadata.get("id") {
        Some(other) if other != id => Err(format!("holds the results of \"{}\"", shown(other))),
        _ => Ok(Answer::Result(given.results)),
    }
}
