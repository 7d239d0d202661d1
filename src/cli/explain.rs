//! `explain`: the worked example of a case, for a student at a terminal.

use super::input;
use crate::cases::{Entry, Profile, entries};
use crate::conform::cases::near;
use crate::conform::judge::question::{Question, Solved};
use crate::error::Error;
use crate::number::{Arithmetic, Format};
use crate::problem::Problem;
use crate::wire::read::{self, Kind};
use crate::zoo::distance::{CAUGHT, of_defect};
use crate::zoo::{self, Defect};
use crate::{explain, oracle};
use clap::Args;
use std::path::Path;

/// Show each equation with the numbers of a case put in, in both forms.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dropout-oracle explain exact/by-hand --equation 4\n  dropout-oracle explain problem.json | less\n  dropout-oracle explain --defect unscaled-backward"
)]
pub struct Explain {
    /// The id of a case, as `list` shows it, or a file with a case or a problem in it.
    #[arg(required_unless_present = "defect")]
    case: Option<String>,
    /// A known defect instead, as `list defects` shows it: on CASE, or else on one that catches it.
    #[arg(long, value_name = "ID", conflicts_with = "equation")]
    defect: Option<String>,
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
        if let Some(id) = &self.defect {
            return defect(id, self.case.as_deref());
        }
        let problem = problem(self.case.as_deref().unwrap_or_default())?;
        let expected = oracle::expected(&problem)?;
        explain::text(&problem, &expected, self.equation, self.width)
    }
}

/// What a known defect does, on numbers.
fn defect(id: &str, case: Option<&str>) -> Result<String, Error> {
    let Some(defect) = zoo::all::<f64>().into_iter().find(|defect| defect.id == id) else {
        let ids: Vec<String> = zoo::all::<f64>().into_iter().map(|defect| defect.id).collect();
        let near = near(id, &ids);
        return Err(Error::Usage(format!("--defect {id}: there is no such defect; near it: {near}")));
    };
    let case = match case {
        Some(case) => case.to_string(),
        None => catching(&defect).ok_or_else(|| Error::Usage(format!("no case catches {id}")))?,
    };
    let problem = problem(&case)?;
    let expected = oracle::expected(&problem)?;
    Ok(explain::defect::text(&defect, &case, &problem, &expected))
}

/// The case worked by hand where it catches a defect, and otherwise the smallest that does.
fn catching(defect: &Defect<f64>) -> Option<String> {
    let mut all = entries(Profile::Core);
    let size = |entry: &Entry| entry.recipe.sizes.iter().product::<usize>();
    all.sort_by_key(|entry| (entry.id != "exact/by-hand", size(entry)));
    let catches = |entry: &Entry| {
        let question = Question::new(entry.problem(), Arithmetic::plain(Format::F64));
        question.solved().is_ok_and(|Solved { expected, bounds }| {
            of_defect(defect, &question.problem, expected, bounds) >= CAUGHT
        })
    };
    all.into_iter().find(catches).map(|entry| entry.id)
}

/// The problem of a file, or of the case with this id.
fn problem(case: &str) -> Result<Problem, Error> {
    let profiles = [Profile::Core, Profile::Large];
    let known = profiles.into_iter().flat_map(entries).find(|entry| entry.id == case);
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
