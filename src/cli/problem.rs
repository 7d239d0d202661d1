//! `problem`: draws a problem of any size.

use super::{drawn, input};
use crate::cases::shaped;
use crate::error::Error;
use crate::fixture::{problem, replace};
use crate::number::Format;
use crate::verify::Shape;
use crate::wire::json::TEXT_LIMIT;
use crate::wire::tensors::step::write_problem;
use clap::Args;
use std::path::PathBuf;

/// Draw a problem of any size that can reveal a defect, as JSON or as tensors.
#[derive(Debug, Args)]
#[command(
    after_help = "The same options draw the same problem on every machine.\n\nExamples:\n  dropout-oracle problem --shape 8x64x32 --dtype f32 --out problem.json\n  dropout-oracle problem --shape 256x1024x1024 --dtype bf16 --out problem.safetensors"
)]
pub struct Problem {
    /// Shape m x n x n_next: examples, input units, output units.
    #[arg(long, value_name = "MxNxO", value_parser = drawn::shape)]
    shape: Shape,
    /// Activation, with the parameter that it usually has; per_unit gives the output units different ones.
    #[arg(long, value_name = "NAME", value_parser = drawn::activation, default_value = "softmax")]
    activation: String,
    /// Format that holds every number: f64, f32, f16 or bf16.
    #[arg(long, value_name = "FORMAT", value_parser = drawn::format, default_value = "f64")]
    dtype: Format,
    /// Seed, the stream number of the named generator.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// File to write.
    #[arg(long, value_name = "FILE.json|FILE.safetensors", value_parser = drawn::problem_file)]
    out: PathBuf,
}

impl Problem {
    /// What was written, in a line.
    pub fn run(self) -> Result<String, Error> {
        let activation = shaped::activation(&self.activation, self.shape.n_next).expect("a known name");
        let id = shaped::id(self.shape, &activation);
        let as_tensors = input::is_tensors(&self.out);
        let [m, n, n_next] = self.shape.sizes().map(|size| size as u128);
        // No number takes fewer bytes than "1.0,".
        if !as_tensors && 4 * (2 * m * n + m * n_next + n * n_next) > TEXT_LIMIT as u128 {
            return Err(self.too_long());
        }
        replace::writable(&self.out)?;
        let drawn = shaped::problem(self.shape, activation, self.dtype, self.seed)?;
        let summary = problem::summary(self.dtype, self.seed);
        let bytes = match as_tensors {
            true => write_problem(&id, &summary, &drawn, self.dtype, Some(self.seed)),
            false => problem::text(&id, &summary, &drawn, self.seed).into_bytes(),
        };
        if bytes.len() > TEXT_LIMIT && !as_tensors {
            return Err(self.too_long());
        }
        replace::put(&self.out, &bytes)?;
        Ok(format!("{}: {id}, seed {}, {}\n", self.out.display(), self.seed, self.dtype.name()))
    }

    fn too_long(&self) -> Error {
        let why = "would be longer than 64 MiB, which no command reads (ruling size-limits); write FILE.safetensors";
        Error::Usage(format!("{}: {why}", self.out.display()))
    }
}
