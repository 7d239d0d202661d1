//! `eval`: solves a problem exactly.

use super::input;
use crate::error::Error;
use crate::fixture::case::Case;
use crate::fixture::solution::Solution;
use crate::oracle::cost::Limit;
use crate::wire::layout;
use crate::wire::read::{self, Kind};
use clap::Args;
use std::path::PathBuf;

/// Solve a problem exactly: read a case without `expected`, write the finished case.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  dropout-oracle eval problem.json > case.json\n  dropout-oracle eval - < problem.json"
)]
pub struct Eval {
    /// A JSON file, or - for standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Solve also what would take longer than three minutes.
    #[arg(long)]
    no_limit: bool,
}

impl Eval {
    /// The finished case as JSON text.
    pub fn run(self) -> Result<String, Error> {
        let limit = if self.no_limit { Limit::NONE } else { Limit::default() };
        evaluate(&input::bytes(&self.file)?, limit)
    }
}

/// The finished case of a problem, both as JSON text.
///
/// # Errors
/// All faults of the text, or the first result without an expected value.
pub fn evaluate(text: &[u8], limit: Limit) -> Result<String, Error> {
    let given = read::problem(text, Kind::Problem)?;
    let id = given.id.unwrap_or_else(|| "user/problem".into());
    let summary = given.summary.unwrap_or_else(|| "a problem of the user's own".into());
    let solution = Solution::within(&given.problem, limit)?;
    Ok(layout::text(&Case::new(id, summary, &given.problem, None, solution)))
}
