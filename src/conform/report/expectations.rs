//! Failures that are known: a file with an id a line, and what is wrong in it.
//!
//! ```text
//! # why these fail, for people
//! activations/softplus-far A_next
//! range/subnormal errored
//! ```
//!
//! A known failure is no failure; but a line that no longer says what happens is one.

use crate::conform::judge::verdict::{Finding, Status, Verdict};
use crate::conform::run::Run;
use crate::trace::Quantity;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The known failures: each id with the mark of what is wrong, or with none where anything may be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectations {
    head: String,
    known: BTreeMap<String, Option<String>>,
}

/// In what a run departs from what was expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Unexpected {
    /// The case.
    pub id: String,
    /// What is not as expected.
    pub what: String,
}

/// What is wrong with a case in one word: the result to blame, `state`, `mask`, `bias` or `errored`; `None`
/// where nothing is wrong.
pub fn mark(verdict: &Verdict) -> Option<&'static str> {
    match verdict.status {
        Status::Errored => Some("errored"),
        Status::Fail => {
            let wrong = verdict.first_wrong().map(|wrong| wrong.quantity.name());
            wrong.or_else(|| verdict.findings.first().map(Finding::mark))
        }
        Status::Pass | Status::NotJudged | Status::Skipped => None,
    }
}

impl Expectations {
    /// The known failures in a text.
    ///
    /// # Errors
    /// Every line that cannot be understood, with its number.
    pub fn read(text: &str) -> Result<Self, String> {
        let head =
            text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        let (mut known, mut faults) = (BTreeMap::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
            let (id, mark) = match words[..] {
                [] => continue,
                [id] => (id, None),
                [id, mark] if is_mark(mark) => (id, Some(mark.to_string())),
                _ => {
                    let marks = Quantity::ALL.map(Quantity::name).join(", ");
                    faults.push(format!(
                        "line {number}: must be an id, and then nothing or one of {marks}, state, mask, bias, errored"
                    ));
                    continue;
                }
            };
            if known.insert(id.to_string(), mark).is_some() {
                faults.push(format!("line {number}: {id} stands twice"));
            }
        }
        if faults.is_empty() { Ok(Expectations { head, known }) } else { Err(faults.join("\n")) }
    }

    /// Everything that is not as expected, in the order of the cases; lines on cases that are `there` and
    /// were not part of the run are left alone.
    pub fn unexpected(&self, run: &Run, there: impl Fn(&str) -> bool) -> Vec<Unexpected> {
        let unexpected = |id: &str, what: String| Unexpected { id: id.into(), what };
        let of_cases = run.outcomes.iter().filter_map(|outcome| {
            let (id, verdict) = (outcome.id.as_str(), &outcome.verdict);
            let what = match (self.known.get(id), mark(verdict)) {
                (None, None) => return None,
                (None, Some(_)) => verdict.status.name().to_string(),
                (Some(_), None) if verdict.status == Status::Pass => {
                    "passes, though it is listed as a failure".into()
                }
                (Some(_), None) => format!("is {}, though it is listed as a failure", verdict.status.name()),
                (Some(Some(expected)), Some(found)) if expected != found => {
                    format!("fails otherwise: {found}, where {expected} is listed")
                }
                (Some(_), Some(_)) => return None,
            };
            Some(unexpected(id, what))
        });
        let ran = |id: &str| run.outcomes.iter().any(|outcome| outcome.id == id);
        let unknown = self.known.keys().filter(|id| !ran(id) && !there(id));
        of_cases
            .chain(unknown.map(|id| unexpected(id, "is listed, and there is no such case".into())))
            .collect()
    }

    /// The text of a file that lists what failed in a run: the comments at the head stay, and so do the lines on cases
    /// that are `there` and were not part of the run.
    pub fn fixed(&self, run: &Run, there: impl Fn(&str) -> bool) -> String {
        let mut known: BTreeMap<&str, Option<&str>> = self
            .known
            .iter()
            .map(|(id, mark)| (id.as_str(), mark.as_deref()))
            .filter(|(id, _)| there(id))
            .collect();
        for outcome in &run.outcomes {
            match mark(&outcome.verdict) {
                Some(mark) => known.insert(&outcome.id, Some(mark)),
                None => known.remove(outcome.id.as_str()),
            };
        }
        let mut text = self.head.clone();
        for (id, mark) in known {
            let _ = match mark {
                Some(mark) => writeln!(text, "{id} {mark}"),
                None => writeln!(text, "{id}"),
            };
        }
        text
    }
}

fn is_mark(word: &str) -> bool {
    ["state", "mask", "bias", "errored"].contains(&word)
        || Quantity::ALL.iter().any(|quantity| quantity.name() == word)
}
