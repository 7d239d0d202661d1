//! Reads input files up to a size limit: text, and tensors.

use crate::error::Error;
use crate::problem::memory;
use crate::wire::json::{Reader, TEXT_LIMIT};
use crate::wire::read::{self, Given, Kind};
use crate::wire::tensors::step::GivenResults;
use crate::wire::tensors::{self, EXTENSION};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The text of a file, or of standard input for `-`. The file may also be a pipe, as `<(…)` gives it to a command, or
/// a device: no more is read than the limit and one byte, which is a fault.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    within(
        path,
        TEXT_LIMIT as u64,
        "input may have at most 64 MiB (ruling size-limits); split it, or test a smaller shape",
    )
}

/// The bytes of a file of tensors: a header, which is text, and as many doubles as fit into the memory.
fn tensors(path: &Path) -> Result<Vec<u8>, Error> {
    let limit = 8 * memory::numbers(memory::available()) as u64 + TEXT_LIMIT as u64;
    within(
        path,
        limit,
        "more does not fit into the memory available here (ruling size-limits); test a smaller shape",
    )
}

fn within(path: &Path, limit: u64, rule: &str) -> Result<Vec<u8>, Error> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let limit = limit + 1;
        match path.to_str() {
            Some("-") => io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
            _ => File::open(path)?.take(limit).read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    };
    match read() {
        Err(source) => Err(Error::File { path: path.into(), source }),
        Ok(bytes) if bytes.len() as u64 > limit => {
            Err(Error::Usage(format!("{}: is longer than {} MiB: {rule}", path.display(), limit >> 20)))
        }
        Ok(bytes) => Ok(bytes),
    }
}

/// Whether a path is that of a file of tensors, by its end.
pub fn is_tensors(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION)
}

/// The problem in a file of text or of tensors.
pub fn problem(path: &Path, kind: Kind) -> Result<Given, Error> {
    Ok(match is_tensors(path) {
        true => tensors::step::problem(&tensors(path)?)?,
        false => read::problem(&bytes(path)?, kind)?,
    })
}

/// The results in a file of tensors.
///
/// # Errors
/// All faults of the file.
pub fn results(path: &Path) -> Result<GivenResults, Error> {
    let mut reader = Reader::default();
    let given = tensors::step::results(&mut reader, &tensors(path)?);
    given.filter(|_| reader.faults.is_empty()).ok_or_else(|| faulty(path, &reader.faults))
}

/// Faults, each line with the path of the file, for a command that may read two files.
pub fn faulty(path: &Path, faults: &impl Display) -> Error {
    let line = |fault: &str| format!("{}: {fault}", path.display());
    Error::Usage(faults.to_string().lines().map(line).collect::<Vec<_>>().join("\n"))
}
