//! The results adapter: a file of results that were computed elsewhere, as text or as tensors (spec/protocol.md).

use super::Presence;
use super::reading;
use super::{About, Answer, Sampler, Subject, Supports};
use crate::number::{Arithmetic, Format};
use crate::problem::{Fault, Faults, Problem};
use crate::trace::Results;
use crate::wire::FORMAT;
use crate::wire::json::{self, Members, Reader, join, shown};
use crate::wire::tensors::step::{self as tensors, GivenResults};
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

    /// The results of one case that a file of tensors holds. An arithmetic that is given takes precedence over the
    /// file's.
    ///
    /// # Errors
    /// All faults of what the file says of them.
    pub fn of_case(id: &str, given: GivenResults, arithmetic: Option<Arithmetic>) -> Result<Self, Faults> {
        let mut reader = Reader::default();
        if let Some(other) = given.metadata.get("id").filter(|other| *other != id) {
            let (found, rule) =
                (format!("= \"{}\"", shown(other)), format!("must be \"{id}\", like the problem's"));
            reader.fault("metadata.id", found, rule, "give the results of this problem, or leave the id out");
        }
        let about = about(&mut reader, &given, arithmetic);
        let file = about.map(|about| ResultsFile { about, results: [(id.into(), given.results)].into() });
        file.filter(|_| reader.faults.is_empty()).ok_or(reader.faults)
    }
}

/// What a file of tensors says of the subject. Without an arithmetic, that of the results holds, if they have one format:
/// for a format of 16 bits the usual one, with sums in f32.
fn about(reader: &mut Reader, given: &GivenResults, arithmetic: Option<Arithmetic>) -> Option<About> {
    let path = "metadata.arithmetic";
    let all: Vec<String> = Arithmetic::ALL.iter().map(Arithmetic::to_string).collect();
    let known = format!("known: {}", all.join(", "));
    let arithmetic = match (arithmetic, given.metadata.get("arithmetic"), &given.formats[..]) {
        (Some(arithmetic), ..) => arithmetic,
        (None, Some(name), _) => {
            let arithmetic = tensors::arithmetic(name);
            if arithmetic.is_none() {
                let rule = "there are no tolerances for this arithmetic";
                reader.fault(path, format!("= \"{}\"", shown(name)), rule, known);
            }
            arithmetic?
        }
        (None, None, [Format::F16 | Format::Bf16]) => {
            Arithmetic { storage: given.formats[0], accumulator: Format::F32 }
        }
        (None, None, [format]) => Arithmetic::plain(*format),
        (None, None, formats) => {
            let formats: Vec<&str> = formats.iter().map(|format| format.name()).collect();
            let found = format!("is missing, and the results are in {}", formats.join(", "));
            reader.fault(
                path,
                found,
                "results of several formats need it",
                format!("say --arithmetic; {known}"),
            );
            return None;
        }
    };
    let text = |key: &str| given.metadata.get(key).cloned();
    let name = text("name").unwrap_or_else(|| "results".into());
    let about = About::new(name, arithmetic);
    let supports = Supports { outputs: given.results.quantities().collect(), ..about.supports };
    let (version, homepage) = (text("version"), text("homepage"));
    Some(About { version, homepage, supports, presence: Presence::Precomputed, ..about })
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
