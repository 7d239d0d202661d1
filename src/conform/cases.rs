//! What a subject is asked: the cases of the catalogue or of a folder, in the subject's number format.

use crate::Error;
use crate::cases::{self, Profile};
use crate::fixture::files;
use crate::problem::Problem;
use crate::wire::read::{self, Kind};
use glob::Pattern;
use std::collections::BTreeSet;
use std::path::Path;
use strsim::sorensen_dice;

/// A case before anybody solved it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Family and name.
    pub id: String,
    /// The inputs.
    pub problem: Problem,
}

/// Every step case that is built in.
pub fn built_in() -> Vec<Case> {
    of(Profile::Core)
}

/// The step cases of a profile.
pub fn of(profile: Profile) -> Vec<Case> {
    let case = |entry: cases::Entry| Case { problem: entry.problem(), id: entry.id };
    cases::entries(profile).into_iter().map(case).collect()
}

/// Every step case below `cases` in a folder of fixtures; the sampler's are none.
///
/// # Errors
/// Where a file cannot be read, is no sound case, has no id, or has one that another has.
pub fn in_folder(folder: &Path) -> Result<Vec<Case>, Error> {
    let texts = files::below(folder, "cases")?;
    let mut ids = BTreeSet::new();
    let step = |(path, _): &(String, Vec<u8>)| path.ends_with(".json") && !path.starts_with("cases/sampler/");
    let cases = texts.into_iter().filter(step).map(|(path, text)| {
        let place = folder.join(&path);
        let fault = |what: &dyn std::fmt::Display| Error::Usage(format!("{}: {what}", place.display()));
        let given = read::problem(&text, Kind::Case).map_err(|faults| fault(&faults))?;
        let id = given.id.ok_or_else(|| fault(&"has no id"))?;
        if !ids.insert(id.clone()) {
            return Err(fault(&format!("another case has the id {id}")));
        }
        Ok(Case { id, problem: given.problem })
    });
    let cases = cases.collect::<Result<Vec<_>, Error>>()?;
    match cases.is_empty() {
        true => Err(Error::Usage(format!("{}: has no cases/<family>/<name>.json", folder.display()))),
        false => Ok(cases),
    }
}

/// Which ids are taken: those that one of the patterns matches, and all where there is no pattern.
#[derive(Clone, Debug)]
pub struct Selection(Vec<Pattern>);

impl Selection {
    /// The selection that these patterns make.
    ///
    /// # Errors
    /// Where a pattern is none, or matches none of the ids.
    pub fn new(patterns: &[String], ids: &[String]) -> Result<Self, Error> {
        let compiled = |pattern: &String| {
            let fault = |what: String| Error::Usage(format!("--select {pattern}: {what}"));
            let compiled = Pattern::new(pattern).map_err(|error| fault(error.to_string()))?;
            match ids.iter().any(|id| compiled.matches(id)) {
                true => Ok(compiled),
                false => Err(fault(format!("matches no case; near it: {}", near(pattern, ids)))),
            }
        };
        Ok(Selection(patterns.iter().map(compiled).collect::<Result<_, _>>()?))
    }

    /// Whether an id is taken.
    pub fn takes(&self, id: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(id))
    }
}

/// The three ids most like a pattern, by the pairs of neighbouring letters that they share: with a wrong or missing
/// family, or with its words in another order, a pattern still leads to the right id.
pub fn near(pattern: &str, ids: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut ids: Vec<(f64, &str)> = ids.iter().map(|id| (sorensen_dice(pattern, id), id.as_str())).collect();
    ids.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ids.iter().take(SHOWN).map(|(_, id)| *id).collect::<Vec<_>>().join(", ")
}
