//! `explain`: works out a case equation by equation, for a student at a terminal.

use super::input;
use crate::cases::{Entry, Profile, entries};
use crate::conform::cases::near;
use crate::conform::judge::question::{Question, Solved};
use crate::error::Error;
use crate::explain::{self, EQUATIONS, Equation};
use crate::number::{Arithmetic, Format};
use crate::oracle;
use crate::problem::Problem;
use crate::wire::read::{self, Kind};
use crate::zoo::context::RightStep;
use crate::zoo::distance::{CAUGHT, of_defect};
use crate::zoo::{self, Defect};
use clap::Args;
use std::io::stdout;
use std::path::Path;

/// The case where none is named.
const FIRST: &str = "exact/by-hand";
/// The width where there is no terminal.
const WIDTH: usize = 100;

/// Work out each equation on a case, in both forms.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dropout-oracle explain exact/by-hand --equation 4\n  dropout-oracle explain --rules\n  dropout-oracle explain problem.json | less\n  dropout-oracle explain --defect unscaled-backward"
)]
pub struct Explain {
    /// The id of a case, as shown by `list`, or a file with a case or problem.
    /// Without it, exact/by-hand, whose numbers are small and whole.
    case: Option<String>,
    /// Show a known defect instead, by its id from `list defects`, on CASE or on a case that catches it.
    #[arg(long, value_name = "ID", conflicts_with = "equation")]
    defect: Option<String>,
    /// Show only this equation: its number, 1 to 58, or its id.
    #[arg(long, value_name = "N|ID")]
    equation: Option<String>,
    /// Show only the rules: what must be computed.
    #[arg(long, conflicts_with_all = ["defect", "equation"])]
    rules: bool,
    /// Largest width of a line, at least 80 for equations; by default that of the terminal, or 100.
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

impl Explain {
    /// The explanation as text.
    pub fn run(self) -> Result<String, Error> {
        let width = self.width.or_else(terminal).unwrap_or(WIDTH);
        if let Some(id) = &self.defect {
            return defect(id, self.case.as_deref(), width);
        }
        let chosen: Vec<&Equation> = match &self.equation {
            Some(name) => vec![explain::find(name)?],
            None => EQUATIONS
                .iter()
                .filter(|equation| !self.rules || equation.kind == explain::Kind::Rule)
                .collect(),
        };
        let problem = problem(self.case.as_deref().unwrap_or(FIRST))?;
        let expected = oracle::expected(&problem)?;
        Ok(explain::text(&problem, &expected, &chosen, width))
    }
}

/// The columns of the terminal, if the text goes to one.
fn terminal() -> Option<usize> {
    terminal_size::terminal_size_of(stdout()).map(|(terminal_size::Width(columns), _)| columns.into())
}

/// What a known defect does, in numbers.
fn defect(id: &str, case: Option<&str>, width: usize) -> Result<String, Error> {
    let Some(defect) = zoo::all::<f64>().into_iter().find(|defect| defect.id == id) else {
        let ids: Vec<String> = zoo::all::<f64>().into_iter().map(|defect| defect.id).collect();
        let near = near(id, &ids);
        return Err(Error::Usage(format!("--defect {id}: no such defect; similar: {near}")));
    };
    let case = match case {
        Some(case) => case.to_string(),
        None => catching(&defect).ok_or_else(|| Error::Usage(format!("no case catches {id}")))?,
    };
    let problem = problem(&case)?;
    let expected = oracle::expected(&problem)?;
    Ok(explain::defect::text(&defect, &case, &problem, &expected, width))
}

/// The smallest case that catches a defect; `exact/by-hand` is preferred.
fn catching(defect: &Defect<f64>) -> Option<String> {
    let mut all = entries(Profile::Core);
    let size = |entry: &Entry| entry.recipe.sizes.iter().product::<usize>();
    all.sort_by_key(|entry| (entry.id != "exact/by-hand", size(entry)));
    let catches = |entry: &Entry| {
        let question = Question::new(entry.problem(), Arithmetic::plain(Format::F64));
        question.solved().is_ok_and(|Solved { expected, bounds }| {
            of_defect(defect, &RightStep::of(&question.problem), expected, bounds) >= CAUGHT
        })
    };
    all.into_iter().find(catches).map(|entry| entry.id)
}

/// The problem of the case with this id, or in this file.
fn problem(case: &str) -> Result<Problem, Error> {
    let profiles = [Profile::Core, Profile::Large];
    let known = profiles.into_iter().flat_map(entries).find(|entry| entry.id == case);
    if let Some(entry) = known {
        return Ok(entry.problem());
    }
    let path = Path::new(case);
    if case != "-" && !path.exists() {
        return Err(Error::Usage(format!(
            "{case}: no step case has this id, and no file this name; `dropout-oracle list` shows the ids"
        )));
    }
    Ok(read::problem(&input::bytes(path)?, Kind::Case)?.problem)
}
