//! What is wrong, by name: a subject's results beside what the known mistakes give on the same problems.
//!
//! [`mask`] compares the masks that show, [`shorter`] the arithmetic; here are the mistakes of the zoo. A
//! mistake is named only if it gives the subject's results on nine in ten of the cases that fail, and
//! nothing that the subject passes speaks against it: no name is better than a wrong one.

pub mod mask;
pub mod shorter;

use super::judge::{
    self,
    question::{Question, Solved},
};
use super::subject::{About, MaskSource, Outputs};
use crate::grid::Grid;
use crate::number::{Arithmetic, Format};
use crate::oracle::tolerance::ratio;
use crate::trace::Quantity;
use crate::zoo::distance::{CAUGHT, of_result};
use crate::zoo::seen::Memory;
use crate::zoo::{self, Defect, Float};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What a subject answered to a step case.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The question.
    pub question: &'a Question,
    /// The first answer to it; `None` where there is nothing to compare.
    pub outputs: Option<&'a Outputs>,
}

/// A known mistake that may be the subject's.
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
    /// At most [`MOST`] known mistakes, that which explains most first.
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

/// A case that is compared.
#[derive(Debug)]
pub struct Case<'a> {
    /// Its place among the questions.
    index: usize,
    question: &'a Question,
    /// The right answer.
    solved: &'a Solved,
    /// The subject's.
    outputs: &'a Outputs,
    /// Whether that is within every tolerance.
    passed: bool,
    /// Its element that is off most; `None` where a result has not its shape.
    worst: Option<Worst>,
}

/// The element of an answer that is furthest beyond its tolerance.
#[derive(Clone, Copy, Debug)]
struct Worst {
    quantity: Quantity,
    at: usize,
    got: f64,
    error: f64,
    ratio: f64,
}

impl Worst {
    fn of(outputs: &Outputs, solved: &Solved) -> Option<Self> {
        let Solved { expected, bounds } = solved;
        let mut worst = Worst { quantity: Quantity::ATilde, at: 0, got: 0.0, error: 0.0, ratio: 0.0 };
        for (&quantity, rows) in &outputs.0 {
            let grid = judge::shaped(rows, expected.shape(quantity)).ok()?;
            let elements = grid.cells().iter().zip(expected.cells(quantity)).zip(bounds.cells(quantity));
            for (at, ((&got, &expected), bound)) in elements.enumerate() {
                let Ok(bound) = *bound else { continue };
                let (error, ratio) = ((got - expected).abs(), ratio(expected, got, bound));
                // Where none may be off, the largest error.
                if (ratio, error) > (worst.ratio, worst.error) {
                    worst = Worst { quantity, at, got, error, ratio };
                }
            }
        }
        Some(worst)
    }
}

impl<'a> Case<'a> {
    /// All that were answered and judged.
    fn all(asked: &[Asked<'a>]) -> Vec<Self> {
        let solved = |(index, &Asked { question, outputs }): (usize, &Asked<'a>)| {
            let (outputs, solved) = (outputs?, question.solved().ok()?);
            let worst = Worst::of(outputs, solved);
            let passed = worst.is_some_and(|worst| worst.ratio <= 1.0);
            Some(Case { index, question, solved, outputs, passed, worst })
        };
        asked.par_iter().enumerate().filter_map(solved).collect()
    }

    /// Whether these results are what the subject gave, and wrong where that is wrong most.
    fn is_explained_by(&self, results: &BTreeMap<Quantity, Grid<f64>>) -> bool {
        let mut given = results.iter().filter(|(quantity, _)| self.outputs.0.contains_key(quantity));
        given.all(|(&quantity, grid)| self.is_same(quantity, grid))
            && self.off(results) > 1.0
            && self.worst.is_none_or(|worst| Self::is_nearer_than_right(worst, results))
    }

    /// Whether the worst element lies at least twice as near to that of these results as to the right one: in
    /// short formats all that is wrong by little lies within a few tolerances of all else.
    fn is_nearer_than_right(worst: Worst, results: &BTreeMap<Quantity, Grid<f64>>) -> bool {
        let Worst { quantity, at, got, error, .. } = worst;
        let near = |grid: &Grid<f64>| 2.0 * (got - grid.cells()[at]).abs() <= error;
        !error.is_finite() || results.get(&quantity).is_none_or(near)
    }

    /// How far such results are off, of those that the subject gives.
    fn off(&self, results: &BTreeMap<Quantity, Grid<f64>>) -> f64 {
        let Solved { expected, bounds } = self.solved;
        let given = results.iter().filter(|(quantity, _)| self.outputs.0.contains_key(quantity));
        given.map(|(&quantity, grid)| of_result(expected, bounds, quantity, grid)).fold(0.0, f64::max)
    }

    /// Whether a wrong result and the subject's are one. Two sound ways to compute the wrong formula lie a
    /// few tolerances apart, the tolerance taken in proportion where the wrong result is larger than the
    /// right one, though never so far that the right element lies as near; half of what tells a mistake from
    /// the right step is allowed, and a rounding where the right step has none.
    fn is_same(&self, quantity: Quantity, wrong: &Grid<f64>) -> bool {
        let Some(got) = self.outputs.0.get(&quantity) else { return false };
        if got.len() != wrong.rows() || got.iter().any(|row| row.len() != wrong.cols()) {
            return false;
        }
        let largest = |cells: &[f64]| {
            cells.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()))
        };
        let expected = self.solved.expected.cells(quantity);
        let (right, size) = (largest(expected), largest(wrong.cells()));
        let grown = if right > 0.0 { (size / right).max(1.0) } else { 1.0 };
        let Arithmetic { storage, .. } = self.question.arithmetic;
        let rounding = CAUGHT * storage.unit_roundoff() * size + storage.least_normal();
        let bounds = self.solved.bounds.cells(quantity);
        // An entry of another shape may be made of all of the right ones.
        let all: f64 = bounds.iter().flatten().sum();
        let same_shape = wrong.cells().len() == bounds.len();
        wrong.cells().iter().zip(got.iter().flatten()).enumerate().all(|(at, (&wrong, &got))| {
            let (bound, way) = if same_shape {
                let Ok(bound) = bounds[at] else { return true };
                (bound, (wrong - expected[at]).abs())
            } else {
                (all, f64::INFINITY)
            };
            let allowed = CAUGHT / 2.0 * bound;
            let allowed = allowed.max((allowed * grown).min(way / 2.0)) + rounding;
            match (wrong.is_finite() && wrong.abs() <= storage.largest(), got.is_finite()) {
                (true, true) => (wrong - got).abs() <= allowed,
                (false, false) => wrong.is_nan() == got.is_nan() && (wrong > 0.0) == (got > 0.0),
                _ => false,
            }
        })
    }
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
        (!passed.iter().any(speaks_against)).then(|| Candidate {
            id: defect.id.clone(),
            equation: defect.equation,
            says: defect.says.clone(),
            explains,
        })
    };
    let mut candidates: Vec<Candidate> = zoo.par_iter().filter_map(explaining).collect();
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.explains));
    candidates.truncate(MOST);
    candidates
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
    replayed: Vec<BTreeMap<Quantity, Grid<f64>>>,
}

impl<'a, T: Float> Answers<'a, T> {
    fn of(defect: &'a Defect<T>, asked: &[Asked]) -> Self {
        let mut memory = Memory::new();
        let questions = if defect.is_stateful() { asked } else { &[] };
        let replayed =
            questions.iter().map(|asked| defect.step(&asked.question.problem, &mut memory)).collect();
        Answers { defect, replayed }
    }

    fn on(&self, case: &Case) -> BTreeMap<Quantity, Grid<f64>> {
        match self.replayed.get(case.index) {
            Some(results) => results.clone(),
            None => self.defect.step(&case.question.problem, &mut Memory::new()),
        }
    }
}
