//! What came out of a run, told three ways: to people, to programs, and to whatever reads JUnit's XML.

pub mod expectations;
mod human;
mod json;
mod junit;

pub use human::{details, human};
pub use json::json;
pub use junit::junit;

use super::diagnose::{Candidate, Diagnosis};
use super::judge::localise::equation;
use super::judge::verdict::{Cause, Element, Mismatch, Status, Verdict, Wrong};
use super::judge::whole_run::ROUNDING_BIAS;
use super::run::Run;
use expectations::Unexpected;
use std::collections::BTreeMap;

/// A run with all that a report says of it.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The run.
    pub run: &'a Run,
    /// What is not as expected: without a file of known failures, every failure.
    pub unexpected: &'a [Unexpected],
    /// The command line that asks one case again begins and ends so.
    pub command: [String; 2],
}

impl Report<'_> {
    /// The command line that asks this case alone, and all cases for what only a whole run shows.
    pub fn reproduce(&self, id: &str) -> String {
        let [begin, end] = &self.command;
        if id == ROUNDING_BIAS { format!("{begin} {end}") } else { format!("{begin} --select {id} {end}") }
    }
}

/// What is wrong with a case, in one line; `None` where nothing is to be said.
pub fn said(verdict: &Verdict) -> Option<String> {
    let finding = verdict.findings.first().map(ToString::to_string);
    finding.or_else(|| verdict.first_wrong().map(told)).or_else(|| verdict.reason.clone())
}

fn told(wrong: &Wrong) -> String {
    let name = wrong.quantity.name();
    match &wrong.what {
        Mismatch::Missing => {
            format!("{name} is missing, though supports.outputs lists it, or is left out and so means all")
        }
        Mismatch::Shape { expected: (rows, cols), got } => {
            format!("{name} must be {rows} × {cols} and is {got}")
        }
        Mismatch::Element(Element { path, expected, got, tolerance, ratio }) => {
            let allowed = if *tolerance == 0.0 { "exactly".into() } else { format!("± {tolerance:.2e}") };
            format!("{path} = {got:?}, expected {expected:?} {allowed}: {}", times(*ratio))
        }
    }
}

fn times(ratio: f64) -> String {
    match ratio {
        _ if !ratio.is_finite() => "infinitely far beyond its tolerance".into(),
        _ if ratio < 1e4 => format!("{ratio:.3} times its tolerance"),
        _ => format!("{ratio:.1e} times its tolerance"),
    }
}

/// Which equations are to blame and which results only inherit, a line each.
fn blame(verdict: &Verdict) -> Vec<String> {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for wrong in &verdict.wrong {
        let kind = match (&wrong.what, wrong.cause) {
            (Mismatch::Missing, _) => "missing",
            (Mismatch::Shape { .. }, _) => "of another shape",
            (Mismatch::Element(_), Cause::Own) => "wrong by itself",
            (Mismatch::Element(_), Cause::Inherited) => "wrong through earlier results alone",
            (Mismatch::Element(_), Cause::Unknown) => "wrong, and what led there is not shown",
        };
        let named = format!("{} (equation {})", wrong.quantity.name(), equation(wrong.quantity));
        kinds.entry(kind).or_default().push(named);
    }
    kinds.into_iter().map(|(kind, names)| format!("{kind}: {}", names.join(", "))).collect()
}

/// What the failures have in common, a line each; nothing where there are none.
fn diagnosed(run: &Run) -> Vec<String> {
    let Diagnosis { candidates, compared, remarks } = &run.diagnosis;
    let fail = if *compared == 1 { "fails" } else { "fail" };
    let asked = if *compared == run.count(Status::Fail) { "" } else { " when first asked" };
    let of = |candidate: &Candidate| {
        let Candidate { id, equation, says, explains } = candidate;
        format!("{says} (equation {equation}): {explains} of {} that {fail}{asked} [{id}]", cases(*compared))
    };
    let named = candidates.iter().enumerate().map(|(at, candidate)| match at {
        0 => format!("matches the document but for this: {}", of(candidate)),
        _ => format!("or: {}", of(candidate)),
    });
    let unknown =
        (*compared > 0 && candidates.is_empty()).then(|| "no known defect explains the failures".into());
    named.chain(unknown).chain(remarks.iter().cloned()).collect()
}

/// A number of cases.
pub fn cases(number: usize) -> String {
    if number == 1 { "1 case".into() } else { format!("{number} cases") }
}
