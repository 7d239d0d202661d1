//! `eval`: solves a problem exactly.

use super::{drawn, input, progress};
use crate::error::Error;
use crate::fixture::case::Case;
use crate::fixture::replace;
use crate::fixture::solution::Solution;
use crate::number::Arithmetic;
use crate::oracle;
use crate::oracle::cost::{self, Limit};
use crate::oracle::tolerance::{Bound, tolerance};
use crate::problem::Problem;
use crate::wire::layout;
use crate::wire::read::{self, Given, Kind};
use crate::wire::tensors::step::write_expected;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

/// Solve a problem exactly: read a case without `expected`, write the finished case.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dropout-oracle eval - < problem.json\n  dropout-oracle eval problem.safetensors --out expected.safetensors --arithmetic bf16/f32\n  dropout-oracle eval problem.json > case.json"
)]
pub struct Eval {
    /// A file of JSON or, if its name ends in .safetensors, of tensors; or - for JSON on standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Write to FILE: the finished case as JSON, or its results as tensors.
    #[arg(long, value_name = "FILE.json|FILE.safetensors", value_parser = drawn::problem_file)]
    out: Option<PathBuf>,
    /// Also write the tolerances of this arithmetic, such as f32 or bf16/f32, as tensors.
    #[arg(long, value_name = "ARITHMETIC", value_parser = drawn::arithmetic, requires = "out")]
    arithmetic: Option<Arithmetic>,
    /// Solve also what would take longer than three minutes.
    #[arg(long)]
    no_limit: bool,
}

impl Eval {
    /// The finished case as JSON text, or what was written in a line.
    pub fn run(self) -> Result<String, Error> {
        let limit = if self.no_limit { Limit::NONE } else { Limit::default() };
        let out = self.out.as_deref();
        let as_tensors = out.is_some_and(input::is_tensors);
        if self.arithmetic.is_some() && !as_tensors {
            let cure = "give --out FILE.safetensors";
            return Err(Error::Usage(format!(
                "--arithmetic: a case has the tolerances of f64 and f32; {cure}"
            )));
        }
        out.map_or(Ok(()), replace::writable)?;
        let given = input::problem(&self.file, Kind::Problem)?;
        let line = announced(&given.problem);
        let done = match out {
            None => finished(given, limit),
            Some(out) if as_tensors => expected(&given, limit, self.arithmetic, out),
            Some(out) => finished(given, limit).and_then(|case| {
                replace::put(out, case.as_bytes())?;
                Ok(format!("{}: the finished case\n", out.display()))
            }),
        };
        line.finish_and_clear();
        done
    }
}

/// A line on a terminal that says how long it takes and has taken, if that is a second or more.
fn announced(problem: &Problem) -> ProgressBar {
    let seconds = cost::of_balls(problem);
    let shape = format!("{} × {} × {}", problem.m(), problem.n(), problem.n_next());
    let line = ProgressBar::new_spinner()
        .with_style(
            ProgressStyle::with_template("{spinner} {msg}; {elapsed} so far").expect("a valid template"),
        )
        .with_message(format!("solving {shape}: about {}", cost::duration(seconds)));
    if seconds >= 1.0 {
        progress::ticking(&line);
    }
    line
}

/// The finished case of a problem, both as JSON text.
///
/// # Errors
/// All faults of the text, or the first result without an expected value.
pub fn evaluate(text: &[u8], limit: Limit) -> Result<String, Error> {
    finished(read::problem(text, Kind::Problem)?, limit)
}

fn finished(given: Given, limit: Limit) -> Result<String, Error> {
    let (id, summary) = named(&given);
    let solution = Solution::within(&given.problem, limit)?;
    Ok(layout::text(&Case::new(id, summary, &given.problem, None, solution)))
}

/// The id and the summary of a problem, which may have none.
fn named(given: &Given) -> (String, String) {
    let or = |text: &Option<String>, other: &str| text.clone().unwrap_or_else(|| other.into());
    (or(&given.id, "user/problem"), or(&given.summary, "a problem of the user's own"))
}

/// Writes the expected results as tensors.
fn expected(
    given: &Given,
    limit: Limit,
    arithmetic: Option<Arithmetic>,
    out: &Path,
) -> Result<String, Error> {
    let (id, summary) = named(given);
    let problem = &given.problem;
    let expected = oracle::expected_within(problem, limit)?;
    let bounds =
        |arithmetic| tolerance(problem, &expected, arithmetic).map(|bound: &Bound| bound.unwrap_or(f64::NAN));
    let tolerances = arithmetic.map(|arithmetic| (arithmetic, bounds(arithmetic)));
    let with = tolerances.as_ref().map(|(arithmetic, step)| (*arithmetic, step));
    replace::put(out, &write_expected(&id, &summary, problem.activation(), &expected, with))?;
    let and =
        arithmetic.map(|arithmetic| format!(", and their tolerances in {arithmetic}")).unwrap_or_default();
    Ok(format!("{}: the eight results of {id}{and}\n", out.display()))
}
