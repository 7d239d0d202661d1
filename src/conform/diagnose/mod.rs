//! What is wrong, by name: a subject's results beside what the known defects give on the same problems.
//!
//! `case` says when a wrong result is that of a defect; here that is weighed over all cases. [`mask`]
//! compares the masks that show, [`shorter`] the arithmetic. A defect is named only if it gives the
//! subject's results on nine in ten of the cases that fail, and nothing that the subject passes speaks
//! against it: no name is better than a wrong one.

mod case;
pub mod mask;
pub mod shorter;

use super::judge::question::Question;
use super::subject::{About, MaskSource};
use crate::number::Format;
use crate::trace::Results;
use crate::zoo::context::Memory;
use crate::zoo::distance::CAUGHT;
use crate::zoo::{self, Defect, Float};
use case::Case;
use rayon::prelude::*;

/// What a subject answered to a step case.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The question.
    pub question: &'a Question,
    /// The first answer to it; `None` where there is nothing to compare.
    pub results: Option<&'a Results>,
}

/// A known defect that may be the subject's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The defect.
    pub id: String,
    /// The number of the equation that it breaks first.
    pub equation: u8,
    /// What it does.
    pub says: String,
    /// On how many of the compared cases that fail it gives what the subject gave.
    pub explains: usize,
}

/// What is said of a run that has failures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// At most [`MOST`] known defects, that which explains most first, and of equals that which is nearest.
    pub candidates: Vec<Candidate>,
    /// How many cases are wrong when first asked: what shows only when they are asked again is not compared.
    pub compared: usize,
    /// What the masks or the sizes of the errors show.
    pub remarks: Vec<String>,
}

/// No more candidates are named.
pub const MOST: usize = 3;
/// So many of the cases that fail, spread over all, are compared first: what does not explain them is left.
const FIRST: usize = 64;

/// The diagnosis of all answers, in the order in which they were given.
pub fn diagnose(about: &About, asked: &[Asked]) -> Diagnosis {
    if about.supports.mask == MaskSource::Own {
        return Diagnosis::default();
    }
    let cases = Case::all(asked);
    let compared = cases.iter().filter(|case| !case.passed).count();
    if compared == 0 {
        return Diagnosis::default();
    }
    let candidates = match about.arithmetic.storage {
        Format::F64 => candidates(&zoo::all::<f64>(), asked, &cases),
        _ => candidates(&zoo::all::<f32>(), asked, &cases),
    };
    let remarks = mask::remarks(asked)
        .into_iter()
        .chain(candidates.is_empty().then(|| shorter::remark(about.arithmetic, &cases)).flatten())
        .collect();
    Diagnosis { candidates, compared, remarks }
}

/// The defects that explain the failures, and what each gives on the compared cases.
fn candidates<T: Float>(zoo: &[Defect<T>], asked: &[Asked], cases: &[Case]) -> Vec<Candidate> {
    let failed: Vec<&Case> = cases.iter().filter(|case| !case.passed).collect();
    let passed: Vec<&Case> = cases.iter().filter(|case| case.passed).collect();
    let every = failed.len().div_ceil(FIRST).max(1);
    let first: Vec<&Case> = failed.iter().copied().step_by(every).collect();
    let explaining = |defect: &Defect<T>| {
        let answers = Answers::of(defect, asked);
        explained(&first, &answers)?;
        let explains = explained(&failed, &answers)?;
        let speaks_against = |case: &&Case| case.off(&answers.on(case)) >= CAUGHT;
        if passed.iter().any(speaks_against) {
            return None;
        }
        let way = failed.iter().map(|case| case.way_to(&answers.on(case)));
        let Defect { id, equation, says, .. } = defect;
        let candidate = Candidate { id: id.clone(), equation: *equation, says: says.clone(), explains };
        Some((candidate, way.sum::<f64>()))
    };
    let mut candidates: Vec<(Candidate, f64)> = zoo.par_iter().filter_map(explaining).collect();
    candidates.sort_by(|(one, way), (other, further)| {
        other.explains.cmp(&one.explains).then(way.total_cmp(further))
    });
    candidates.into_iter().map(|(candidate, _)| candidate).take(MOST).collect()
}

/// How many of the failures are explained; `None` once it cannot be nine in ten of them.
fn explained<T: Float>(failed: &[&Case], answers: &Answers<T>) -> Option<usize> {
    let mut not = 0;
    for case in failed {
        if !case.is_explained_by(&answers.on(case)) {
            not += 1;
            if 10 * not > failed.len() {
                return None;
            }
        }
    }
    Some(failed.len() - not)
}

/// What a defect answers: at once where calls are independent, and all in the order of asking where not.
struct Answers<'a, T> {
    defect: &'a Defect<T>,
    replayed: Vec<Results>,
}

impl<'a, T: Float> Answers<'a, T> {
    fn of(defect: &'a Defect<T>, asked: &[Asked]) -> Self {
        let mut memory = Memory::new();
        let questions = if defect.is_stateful() { asked } else { &[] };
        let replayed =
            questions.iter().map(|asked| defect.step(&asked.question.problem, &mut memory)).collect();
        Answers { defect, replayed }
    }

    fn on(&self, case: &Case) -> Results {
        match self.replayed.get(case.index) {
            Some(results) => results.clone(),
            None => self.defect.step(&case.question.problem, &mut Memory::new()),
        }
    }
}
