//! The cases a subject is asked, from the catalogue or from a folder, and their selection by id.

use super::judge::question::Question;
use crate::Error;
use crate::cases::{self, Profile};
use crate::fixture::walk;
use crate::number::Arithmetic;
use crate::oracle::cost::Limit;
use crate::problem::Problem;
use crate::wire::json::TEXT_LIMIT;
use crate::wire::read::{self, Kind};
use glob::Pattern;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use strsim::sorensen_dice;

/// A case. It is solved on demand, once for all its clones in each form in which it is asked.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its id: the family, a slash and the name.
    pub id: String,
    /// The inputs.
    pub problem: Problem,
    /// The time that its right answer may take.
    pub limit: Limit,
    asked: Arc<Mutex<Vec<Arc<Question>>>>,
}

impl Case {
    /// A case of this id.
    pub fn new(id: String, problem: Problem) -> Self {
        Case { id, problem, limit: Limit::default(), asked: Arc::default() }
    }

    /// The question about this case's problem, as it was changed for a subject, in the subject's arithmetic.
    pub fn question(&self, changed: Problem, arithmetic: Arithmetic) -> Arc<Question> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let known = asked.iter().find(|known| known.arithmetic == arithmetic && known.problem == changed);
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let question = Arc::new(Question::new(changed, arithmetic).within(self.limit));
        asked.push(Arc::clone(&question));
        question
    }
}

/// All built-in step cases.
pub fn built_in() -> Vec<Case> {
    of(Profile::Core)
}

/// The step cases of a profile, clones of the same ones at each call.
pub fn of(profile: Profile) -> Vec<Case> {
    static CORE: LazyLock<Vec<Case>> = LazyLock::new(|| drawn(Profile::Core));
    match profile {
        Profile::Core => CORE.clone(),
        Profile::Smoke => CORE.iter().filter(|case| cases::is_smoke(&case.id)).cloned().collect(),
        Profile::Large => drawn(Profile::Large),
    }
}

fn drawn(profile: Profile) -> Vec<Case> {
    let case = |entry: cases::Entry| Case::new(entry.id.clone(), entry.problem());
    cases::entries(profile).into_iter().map(case).collect()
}

/// All step cases below `cases` in a folder of fixtures; those of the sampler are left out.
///
/// # Errors
/// If a file cannot be read, is not a valid case, has no id, or has the id of another.
pub fn in_folder(folder: &Path) -> Result<Vec<Case>, Error> {
    let files = walk::below(folder, "cases")?.files;
    let mut ids = BTreeSet::new();
    let step = |path: &String| path.ends_with(".json") && !path.starts_with("cases/sampler/");
    let cases = files.into_iter().filter(step).map(|path| {
        let place = folder.join(&path);
        let text = walk::bytes(&place, TEXT_LIMIT)?.unwrap_or_default();
        let fault = |what: &dyn std::fmt::Display| Error::Usage(format!("{}: {what}", place.display()));
        let given = read::problem(&text, Kind::Case).map_err(|faults| fault(&faults))?;
        let id = given.id.ok_or_else(|| fault(&"has no id"))?;
        if !ids.insert(id.clone()) {
            return Err(fault(&format!("another case has the id {id}")));
        }
        Ok(Case::new(id, given.problem))
    });
    let cases = cases.collect::<Result<Vec<_>, Error>>()?;
    match cases.is_empty() {
        true => Err(Error::Usage(format!("{}: has no cases/<family>/<name>.json", folder.display()))),
        false => Ok(cases),
    }
}

/// The selected ids: those that match any of the patterns, or all if there are none.
#[derive(Clone, Debug)]
pub struct Selection(Vec<Pattern>);

impl Selection {
    /// The selection of these patterns.
    ///
    /// # Errors
    /// If a pattern is invalid or matches no id.
    pub fn new(patterns: &[String], ids: &[String]) -> Result<Self, Error> {
        let compiled = |pattern: &String| {
            let fault = |what: String| Error::Usage(format!("--select {pattern}: {what}"));
            let compiled = Pattern::new(pattern).map_err(|error| fault(error.to_string()))?;
            match ids.iter().any(|id| compiled.matches(id)) {
                true => Ok(compiled),
                false => Err(fault(format!("matches no case; similar: {}", near(pattern, ids)))),
            }
        };
        Ok(Selection(patterns.iter().map(compiled).collect::<Result<_, _>>()?))
    }

    /// Whether an id is selected.
    pub fn takes(&self, id: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(id))
    }
}

/// The three ids most similar to a pattern, by shared pairs of neighbouring letters. This finds the right id even if
/// the family is wrong or missing, or the words are in a different order.
pub fn near(pattern: &str, ids: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut ids: Vec<(f64, &str)> = ids.iter().map(|id| (sorensen_dice(pattern, id), id.as_str())).collect();
    ids.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    ids.iter().take(SHOWN).map(|(_, id)| *id).collect::<Vec<_>>().join(", ")
}
