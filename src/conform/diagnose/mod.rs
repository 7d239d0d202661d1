//! Names the defect: compares a subject's results with those of the known defects on the same problems.
//!
//! `case` decides whether a defect explains one wrong case; this module weighs that over all cases. [`mask`] compares
//! the visible masks, [`shorter`] the arithmetic. A defect is named only if it explains nine in ten of the failing
//! cases and no passing case contradicts it: no name is better than a wrong one.

mod case;
pub mod mask;
pub mod shorter;

use super::judge::question::Question;
use super::subject::{About, MaskSource};
use crate::number::Format;
use crate::trace::Results;
use crate::zoo::context::{Memory, RightStep};
use crate::zoo::distance::CAUGHT;
use crate::zoo::{self, Defect, Float};
use case::Case;
use rayon::prelude::*;
use std::cell::RefCell;

/// A question and the subject's answer to it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The question.
    pub question: &'a Question,
    /// The first answer to it; `None` if there is nothing to compare.
    pub results: Option<&'a Results>,
}

/// A known defect that may be the subject's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The id of the defect.
    pub id: String,
    /// The number of the first equation that it breaks.
    pub equation: u8,
    /// What it does.
    pub says: String,
    /// The number of failing cases that it explains.
    pub explains: usize,
}

/// What the failures of a run have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// At most [`MOST`] known defects, best first: by the number of cases explained, then by distance.
    pub candidates: Vec<Candidate>,
    /// The number of cases that fail on the first call; failures that appear only on repetition are not compared.
    pub compared: usize,
    /// Messages about the masks and the arithmetic.
    pub remarks: Vec<String>,
}

/// The largest number of candidates.
pub const MOST: usize = 3;
/// About this many failing cases, spread over all, are compared first, to rule out most defects quickly.
const FIRST: usize = 64;

/// The diagnosis of all answers, which must be in the order of asking.
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

/// The defects that explain the failures, best first.
fn candidates<T: Float>(zoo: &[Defect<T>], asked: &[Asked], cases: &[Case]) -> Vec<Candidate> {
    let failed: Vec<&Case> = cases.iter().filter(|case| !case.passed).collect();
    let passed: Vec<&Case> = cases.iter().filter(|case| case.passed).collect();
    let every = failed.len().div_ceil(FIRST).max(1);
    let first: Vec<&Case> = failed.iter().copied().step_by(every).collect();
    let right: Vec<RightStep<T>> =
        asked.par_iter().map(|asked| RightStep::of(&asked.question.problem)).collect();
    let explaining = |defect: &Defect<T>| {
        let answers = Answers::of(defect, &right);
        explained(&first, &answers)?;
        let explains = explained(&failed, &answers)?;
        let contradicts = |case: &&Case| case.off(&answers.on(case)) >= CAUGHT;
        if passed.iter().any(contradicts) {
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

/// The number of failures explained; `None` if it is less than nine in ten.
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

/// A defect's answers, computed on demand; one that keeps state is asked in the order of the run.
struct Answers<'a, T> {
    defect: &'a Defect<T>,
    right: &'a [RightStep<'a, T>],
    replayed: RefCell<(Memory<T>, Vec<Results>)>,
}

impl<'a, T: Float> Answers<'a, T> {
    fn of(defect: &'a Defect<T>, right: &'a [RightStep<'a, T>]) -> Self {
        Answers { defect, right, replayed: RefCell::default() }
    }

    fn on(&self, case: &Case) -> Results {
        if !self.defect.is_stateful() {
            return self.defect.step(&self.right[case.index], &mut Memory::new());
        }
        let (memory, replayed) = &mut *self.replayed.borrow_mut();
        for right in self.right.get(replayed.len()..=case.index).unwrap_or_default() {
            replayed.push(self.defect.step(right, memory));
        }
        replayed[case.index].clone()
    }
}
