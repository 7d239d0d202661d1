//! Known failures: a file with one id a line, each with a mark for what is wrong.
//!
//! ```text
//! # softplus is linear past 20
//! activations/softplus-positive A_next
//! range/subnormal-relu errored
//! ```
//!
//! A known failure does not fail the run, but an outdated line does, unless the subject draws its own masks: then a
//! failure may depend on them, and a listed case may pass or fail otherwise.

use crate::conform::judge::verdict::{Finding, Status, Verdict};
use crate::conform::run::Run;
use crate::conform::subject::MaskSource;
use crate::problem::Faults;
use crate::trace::Quantity;
use crate::wire::json::shown;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The most ids that a file may list.
const LISTED_LIMIT: usize = 1 << 20;

/// The known failures: each id with its mark, or with none if anything may be wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectations {
    head: String,
    known: BTreeMap<String, Option<String>>,
}

/// An unexpected result of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Unexpected {
    /// The id of the case.
    pub id: String,
    /// How the result differs from the expected one.
    pub what: String,
}

/// The mark of what is wrong with a case: the result to blame, `state`, `mask`, `bias` or `errored`; `None` if nothing
/// is wrong.
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
    /// Reads a file of known failures.
    ///
    /// # Errors
    /// All faulty lines, with their numbers.
    pub fn read(text: &str) -> Result<Self, String> {
        let head = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .map(|line| line.trim_end().to_string() + "\n")
            .collect();
        let (mut known, mut faults, mut more) = (BTreeMap::new(), Vec::new(), 0);
        let mut fault = |number: usize, what: &dyn Fn() -> String| match faults.len() < Faults::LISTED {
            true => faults.push(format!("line {number}: {}", what())),
            false => more += 1,
        };
        for (number, line) in (1..).zip(text.lines()) {
            let words = line.split('#').next().unwrap_or_default().split_whitespace();
            // A third word is one too many.
            let words: Vec<&str> = words.take(3).collect();
            let (id, mark) = match words[..] {
                [] => continue,
                [id] => (id, None),
                [id, mark] if is_mark(mark) => (id, Some(mark.to_string())),
                _ => {
                    fault(number, &|| {
                        let marks = Quantity::ALL.map(Quantity::name).join(", ");
                        format!(
                            "must be an id, optionally followed by one of {marks}, state, mask, bias, errored"
                        )
                    });
                    continue;
                }
            };
            if known.len() == LISTED_LIMIT {
                fault(number, &|| format!("at most {LISTED_LIMIT} ids can be listed; remove the rest"));
                break;
            }
            if known.insert(id.to_string(), mark).is_some() {
                fault(number, &|| format!("{} is listed twice; remove one of the two", shown(id)));
            }
        }
        faults.extend((more > 0).then(|| format!("and {more} more faults")));
        if faults.is_empty() { Ok(Expectations { head, known }) } else { Err(faults.join("\n")) }
    }

    /// The ids that are listed, each with its mark.
    pub fn listed(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.known.iter().map(|(id, mark)| (id.as_str(), mark.as_deref()))
    }

    /// All unexpected results, in the order of the cases. Lines on cases that exist (`there`) but were not part of
    /// the run are ignored.
    pub fn unexpected(&self, run: &Run, there: impl Fn(&str) -> bool) -> Vec<Unexpected> {
        let unexpected = |id: &str, what: String| Unexpected { id: id.into(), what };
        let of_cases = run.outcomes.iter().filter_map(|outcome| {
            let (id, verdict) = (outcome.id.as_str(), &outcome.verdict);
            let what = match (self.known.get(id), mark(verdict)) {
                (None, None) => return None,
                (None, Some(_)) => verdict.status.name().to_string(),
                (Some(_), None) if verdict.status == Status::Pass && is_random(run) => return None,
                (Some(_), None) if verdict.status == Status::Pass => {
                    "passes but is listed as a failure".into()
                }
                (Some(_), None) => format!("is {} but is listed as a failure", verdict.status.name()),
                (Some(Some(expected)), Some(found)) if expected != found && !is_random(run) => {
                    format!("fails with {found} but is listed with {expected}")
                }
                (Some(_), Some(_)) => return None,
            };
            Some(unexpected(id, what))
        });
        let ran: BTreeSet<&str> = run.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
        let unknown = self.known.keys().filter(|id| !ran.contains(id.as_str()) && !there(id));
        of_cases.chain(unknown.map(|id| unexpected(id, "is listed but does not exist".into()))).collect()
    }

    /// The file rewritten from the failures of a run; that of a subject with masks of its own only grows. It keeps the comments at its head, and the lines on cases that
    /// exist (`there`) but were not part of the run.
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
                None if is_random(run) => None,
                None => known.remove(outcome.id.as_str()),
            };
        }
        let mut text = self.head.clone();
        if is_random(run) && !known.is_empty() && !text.contains(RANDOM) {
            text += RANDOM;
        }
        for (id, mark) in known {
            let _ = match mark {
                Some(mark) => writeln!(text, "{id} {mark}"),
                None => writeln!(text, "{id}"),
            };
        }
        text
    }
}

/// Why the list for a subject with masks of its own is not complete.
const RANDOM: &str = "# This layer draws its own masks. A failure that depends on them shows in other cases each time:\n\
                      # a listed case may pass, and one that is not listed may fail. Rewriting this file adds to it.\n";

/// Whether what fails may depend on the masks that the subject draws.
fn is_random(run: &Run) -> bool {
    run.about.supports.mask == MaskSource::Own
}

fn is_mark(word: &str) -> bool {
    ["state", "mask", "bias", "errored"].contains(&word)
        || Quantity::ALL.iter().any(|quantity| quantity.name() == word)
}
