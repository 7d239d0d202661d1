//! The reports of a run: for people, as JSON for programs, and as JUnit XML for CI.

pub mod expectations;
mod human;
mod json;
mod junit;

pub use human::{brief, details, human};
pub use json::json;
pub use junit::junit;

use super::coverage::Coverage;
use super::diagnose::{Candidate, Diagnosis};
use super::judge::localise::equation;
use super::judge::verdict::{Cause, Element, Mismatch, Status, Verdict, Wrong};
use super::judge::whole_run::ROUNDING_BIAS;
use super::run::Run;
use expectations::Unexpected;
use std::collections::BTreeMap;

/// Everything that a report needs.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The run.
    pub run: &'a Run,
    /// Which known defects its cases would catch.
    pub coverage: &'a Coverage,
    /// The unexpected results: without a file of known failures, every failure.
    pub unexpected: &'a [Unexpected],
    /// The command that reproduces it.
    pub command: Command,
    /// Whether to list every failure.
    pub list_failures: bool,
}

impl Report<'_> {
    /// Whether every result is as expected, and the subject stopped as it was asked to.
    pub fn is_good(&self) -> bool {
        self.unexpected.is_empty() && self.run.ending.is_none()
    }

    /// The command that reproduces a case. It runs this case alone, but all cases for `run/rounding-bias`.
    pub fn reproduce(&self, id: &str) -> String {
        let Command { whole, one: [before, after] } = &self.command;
        if id == ROUNDING_BIAS { whole.clone() } else { format!("{before}{id}{after}") }
    }
}

/// A command that runs the same layer again.
#[derive(Clone, Debug)]
pub struct Command {
    /// On all cases.
    pub whole: String,
    /// On one case: what stands before and after its id.
    pub one: [String; 2],
}

/// One line on what is wrong with a case, or why it was not judged; `None` if there is nothing to report.
pub fn summary(verdict: &Verdict) -> Option<String> {
    let finding = verdict.findings.first().map(ToString::to_string);
    finding.or_else(|| verdict.first_wrong().map(message)).or_else(|| verdict.reason.clone())
}

fn message(wrong: &Wrong) -> String {
    let name = wrong.quantity.name();
    match &wrong.what {
        Mismatch::Missing => {
            format!(
                "{name} is missing; supports.outputs lists it, or is absent and thus means all eight results"
            )
        }
        Mismatch::Shape { expected: (rows, cols), got } => {
            format!("{name} has the wrong shape: expected {rows} × {cols}, got {got}")
        }
        Mismatch::Element(Element { path, expected, got, tolerance, ratio, ulps, against_own }) => {
            let allowed = if *tolerance == 0.0 { "exactly".into() } else { format!("± {tolerance:.2e}") };
            let off = match (*tolerance == 0.0, ulps) {
                (true, 1.0) => ": 1 ulp off".into(),
                (true, ulps) if ulps.is_finite() => format!(": {} ulps off", short(*ulps)),
                _ if ratio.is_finite() => format!(": {} times its tolerance", short(*ratio)),
                _ => String::new(),
            };
            let what = if *against_own { "but the layer's own earlier results lead to" } else { "expected" };
            format!("{path} = {got:?}, {what} {expected:?} {allowed}{off}")
        }
    }
}

/// A number with few digits.
fn short(x: f64) -> String {
    match x {
        _ if x >= 1e4 => format!("{x:.1e}"),
        _ if x == x.trunc() => format!("{x}"),
        _ => format!("{x:.3}"),
    }
}

/// The faulty equations and the results that merely inherit the error, a line for each kind.
fn blame(verdict: &Verdict) -> Vec<String> {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for wrong in &verdict.wrong {
        let kind = match (&wrong.what, wrong.cause) {
            (Mismatch::Missing, _) => "missing",
            (Mismatch::Shape { .. }, _) => "wrong shape",
            (Mismatch::Element(_), Cause::Own) => "faulty",
            (Mismatch::Element(_), Cause::Inherited) => "inherited errors",
            (Mismatch::Element(_), Cause::Unknown) => "wrong, cause unknown without the earlier results",
        };
        let named = format!("{} (equation {})", wrong.quantity.name(), equation(wrong.quantity));
        kinds.entry(kind).or_default().push(named);
    }
    kinds.into_iter().map(|(kind, names)| format!("{kind}: {}", names.join(", "))).collect()
}

/// The lines of the diagnosis; empty without failures.
fn diagnosed(run: &Run) -> Vec<String> {
    let Diagnosis { defects, compared, unexplained, remarks } = &run.diagnosis;
    let failures = if *compared == 1 { "failure" } else { "failures" };
    let asked = if *compared == run.count(Status::Fail) { "" } else { " on the first call" };
    let of = |candidate: &Candidate| {
        let Candidate { id, equation, says, explains } = candidate;
        format!("{says} (equation {equation}); explains {explains} of {compared} {failures}{asked} [{id}]")
    };
    let first = |at: usize| if at == 0 { "likely defect" } else { "and another" };
    let named = defects.iter().enumerate().flat_map(|(at, likely)| {
        likely.candidates.iter().enumerate().map(move |(rank, candidate)| match rank {
            0 => format!("{}: {}", first(at), of(candidate)),
            _ => format!("or: {}", of(candidate)),
        })
    });
    let left = match (defects.is_empty(), *unexplained) {
        (_, 0) => None,
        (true, _) => Some("no known defect explains the failures".to_string()),
        (false, left) => Some(format!("{left} of {compared} {failures} not explained, or only in part")),
    };
    named.chain(left).chain(remarks.iter().cloned()).collect()
}

/// A number of cases.
pub fn cases(number: usize) -> String {
    if number == 1 { "1 case".into() } else { format!("{number} cases") }
}
