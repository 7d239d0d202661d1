//! The results adapter: a file of results that were computed elsewhere (spec/protocol.md).

use super::Presence;
use super::reading;
use super::{About, Answer, Sampler, Subject};
use crate::problem::{Fault, Faults, Problem};
use crate::trace::Results;
use crate::wire::FORMAT;
use crate::wire::json::{self, Members, Reader, join, shown};
use std::collections::BTreeMap;

/// A file of results, which answers in place of the subject that computed them.
#[derive(Debug)]
pub struct ResultsFile {
    about: About,
    results: BTreeMap<String, Results>,
}

impl ResultsFile {
    /// Reads a file of results, whose ids must all be `known`.
    ///
    /// # Errors
    /// All faults of the text.
    pub fn read(text: &[u8], known: impl Fn(&str) -> bool) -> Result<Self, Faults> {
        let mut reader = Reader::default();
        let top = match json::document(text) {
            Ok(document) => reader.object("", document, &["format", "subject", "results"]),
            Err(fault) => {
                reader.faults.push(fault);
                None
            }
        };
        let results = top.and_then(|top| {
            format(&mut reader, &top);
            let about = reader.member("", &top, "subject");
            let mut about = about.and_then(|value| reading::about(&mut reader, "subject", value));
            // A file cannot draw masks, whatever it declares.
            about.iter_mut().for_each(|about| {
                about.supports.sample = Sampler::None;
                about.presence = Presence::Precomputed;
            });
            let results = results(&mut reader, &top, known);
            Some(ResultsFile { about: about?, results: results? })
        });
        results.filter(|_| reader.faults.is_empty()).ok_or(reader.faults)
    }
}

fn format(reader: &mut Reader, top: &Members) {
    let value = reader.member("", top, "format");
    if let Some(format) = value.and_then(|value| reader.string("format", value))
        && format != FORMAT
    {
        let rule = format!("must be \"{FORMAT}\"");
        reader.fault("format", format!("= \"{}\"", shown(&format)), rule, "no other format is supported");
    }
}

fn results(
    reader: &mut Reader,
    top: &Members,
    known: impl Fn(&str) -> bool,
) -> Option<BTreeMap<String, Results>> {
    let value = reader.member("", top, "results")?;
    let entries = reader.entries("results", value)?;
    let mut results = BTreeMap::new();
    for (id, value) in entries {
        let path = || join("results", &shown(&id));
        if !known(&id) {
            reader.faults.add(|| Fault {
                path: path(),
                found: "is unknown".into(),
                rule: "there is no case with this id".into(),
                ruling: None,
                cure: "remove it or correct the id; `dropout-oracle list` shows the ids".into(),
            });
        } else if let Some(of_case) = reading::results(reader, &path(), value) {
            results.insert(id.into_owned(), of_case);
        }
    }
    Some(results)
}

impl Subject for ResultsFile {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn step(&mut self, id: &str, _: &Problem) -> Answer {
        match self.results.get(id) {
            Some(results) => Answer::Result(results.clone()),
            None => Answer::Skipped("no result for this case".into()),
        }
    }
}
