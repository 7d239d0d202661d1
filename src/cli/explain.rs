//! `explain`: the worked example of a case, for a student at a terminal.

use super::input;
use crate::error::Error;
use crate::fixture::generate::{self, Profile};
use crate::fixture::read::{self, Kind};
use crate::problem::Problem;
use crate::{explain, oracle};
use clap::Args;
use std::path::Path;

/// Show each equation with the numbers of a case put in, in both forms.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dropout-oracle explain exact/by-hand --equation 4\n  dropout-oracle explain problem.json | less"
)]
pub struct Explain {
    /// The id of a case, as `list` shows it, or a file with a case or a problem in it.
    case: String,
    /// One equation only, 1 to 58.
    #[arg(long, value_name = "N")]
    equation: Option<u8>,
    /// How many columns a line may have, 80 at the least.
    #[arg(long, value_name = "COLUMNS", default_value_t = 100)]
    width: usize,
}

impl Explain {
    /// The pages.
    pub fn run(self) -> Result<String, Error> {
        let problem = problem(&self.case)?;
        let expected = oracle::expected(&problem)?;
        explain::text(&problem, &expected, self.equation, self.width)
    }
}

/// The problem of a file, or of the case with this id.
fn problem(case: &str) -> Result<Problem, Error> {
    let profiles = [Profile::Core, Profile::Large];
    let known = profiles.into_iter().flat_map(generate::entries).find(|entry| entry.id == case);
    if let Some(entry) = known {
        return Ok(entry.problem());
    }
    let path = Path::new(case);
    if case != "-" && !path.exists() {
        return Err(Error::Usage(format!(
            "{case}: there is neither a step case with this id nor a file of this name; `dropout-oracle list` shows the ids"
        )));
    }
    Ok(read::problem(&input::bytes(path)?, Kind::Case)?.problem)
}
