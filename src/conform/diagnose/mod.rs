//! What is wrong, by name: a subject's results beside what the known mistakes give on the same problems.
//!
//! [`mask`] compares the masks that show, [`shorter`] the arithmetic; here are the mistakes of the zoo. A
//! mistake is named only if it gives the subject's results on nine in ten of the cases that fail, and
//! nothing that the subject passes speaks against it: no name is better than a wrong one.

pub mod mask;
pub mod shorter;

use super::subject::{About, MaskSource, Outputs};
use crate::grid::Grid;
use crate::number::{Arithmetic, Format};
use crate::oracle;
use crate::oracle::tolerance::{Bound, tolerance};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::Quantity;
use crate::zoo::distance::{CAUGHT, distance};
use crate::zoo::seen::Memory;
use crate::zoo::{self, Defect, Float};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What a subject answered to a step case.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// In the subject's number format.
    pub problem: &'a Problem,
    /// Its results, and whether they passed; `None` where there is nothing to compare.
    pub outputs: Option<(&'a Outputs, bool)>,
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
    /// How many of the cases that fail were compared.
    pub compared: usize,
    /// What the masks or the sizes of the errors show.
    pub remarks: Vec<String>,
}

/// No more candidates are named.
pub const MOST: usize = 3;
/// No more failing cases are compared: a spread of them is.
const COMPARED: usize = 64;

/// The diagnosis of all answers, in the order in which they were given.
pub fn diagnose(about: &About, asked: &[Asked]) -> Diagnosis {
    let failed = asked.iter().filter(|asked| matches!(asked.outputs, Some((_, false)))).count();
    if failed == 0 || about.supports.mask == MaskSource::Own {
        return Diagnosis::default();
    }
    let cases = Case::all(about.arithmetic, asked, failed.div_ceil(COMPARED));
    let compared = cases.iter().filter(|case| !case.passed).count();
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
    /// The question.
    problem: &'a Problem,
    /// The answer.
    outputs: &'a Outputs,
    /// Whether that passed.
    passed: bool,
    expected: Step<f64>,
    bounds: Step<Bound>,
    arithmetic: Arithmetic,
}

impl<'a> Case<'a> {
    /// Every so many-th of the cases that failed, and all that passed.
    fn all(arithmetic: Arithmetic, asked: &[Asked<'a>], every: usize) -> Vec<Self> {
        let of = |passes: bool, every: usize| {
            let those = asked.iter().enumerate().filter_map(move |(index, asked)| match asked.outputs {
                Some((outputs, passed)) if passed == passes => Some((index, asked.problem, outputs)),
                _ => None,
            });
            those.step_by(every).collect::<Vec<_>>()
        };
        let passed = of(true, 1).into_iter().map(|of| (true, of));
        let all: Vec<_> = of(false, every).into_iter().map(|of| (false, of)).chain(passed).collect();
        let solved = |(passed, (index, problem, outputs)): (bool, (usize, &'a Problem, &'a Outputs))| {
            let expected = oracle::expected(problem).ok()?;
            let bounds = tolerance(problem, &expected, arithmetic);
            Some(Case { index, problem, outputs, passed, expected, bounds, arithmetic })
        };
        all.into_par_iter().filter_map(solved).collect()
    }

    /// Whether these results are what the subject gave, and wrong.
    fn is_explained_by(&self, results: &BTreeMap<Quantity, Grid<f64>>) -> bool {
        let given: BTreeMap<Quantity, Grid<f64>> = results
            .iter()
            .filter(|(quantity, _)| self.outputs.0.contains_key(quantity))
            .map(|(quantity, grid)| (*quantity, grid.clone()))
            .collect();
        given.iter().all(|(quantity, grid)| self.is_same(*quantity, grid)) && self.off(&given) > 1.0
    }

    /// How far such results are off, of those that the subject gives.
    fn off(&self, results: &BTreeMap<Quantity, Grid<f64>>) -> f64 {
        let mut whole: BTreeMap<Quantity, Grid<f64>> = Quantity::ALL
            .into_iter()
            .map(|quantity| {
                let (_, cols) = self.expected.shape(quantity);
                let rows = self.expected.cells(quantity).chunks(cols).map(<[f64]>::to_vec).collect();
                (quantity, Grid::from_rows(cols, rows))
            })
            .collect();
        let given = results.iter().filter(|(quantity, _)| self.outputs.0.contains_key(quantity));
        whole.extend(given.map(|(quantity, grid)| (*quantity, grid.clone())));
        distance(&self.expected, &self.bounds, &whole)
    }

    /// Whether a wrong result and the subject's are one. Two sound ways to compute the wrong formula lie a
    /// few tolerances apart, the tolerance taken in proportion where the wrong result is larger than the
    /// right one; half of what tells a mistake from the right step is allowed, and a rounding where the
    /// right step has none.
    fn is_same(&self, quantity: Quantity, wrong: &Grid<f64>) -> bool {
        let Some(got) = self.outputs.0.get(&quantity) else { return false };
        if got.len() != wrong.rows() || got.iter().any(|row| row.len() != wrong.cols()) {
            return false;
        }
        let largest = |cells: &[f64]| {
            cells.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()))
        };
        let expected = largest(self.expected.cells(quantity));
        let size = largest(wrong.cells());
        let grown = if expected > 0.0 { (size / expected).max(1.0) } else { 1.0 };
        let Arithmetic { storage, .. } = self.arithmetic;
        let rounding = CAUGHT * storage.unit_roundoff() * size + storage.least_normal();
        let bounds = self.bounds.cells(quantity);
        let same_shape = wrong.cells().len() == bounds.len();
        wrong.cells().iter().zip(got.iter().flatten()).enumerate().all(|(at, (&wrong, &got))| {
            let Ok(bound) = (if same_shape { bounds[at] } else { Ok(rounding) }) else { return true };
            match (wrong.is_finite() && wrong.abs() <= storage.largest(), got.is_finite()) {
                (true, true) => (wrong - got).abs() <= CAUGHT / 2.0 * bound * grown + rounding,
                (finite, other) => finite == other,
            }
        })
    }
}

/// The defects that explain the failures, and what each gives on the compared cases.
fn candidates<T: Float>(zoo: &[Defect<T>], asked: &[Asked], cases: &[Case]) -> Vec<Candidate> {
    let failed: Vec<&Case> = cases.iter().filter(|case| !case.passed).collect();
    let passed: Vec<&Case> = cases.iter().filter(|case| case.passed).collect();
    let explaining = |defect: &Defect<T>| {
        let answers = Answers::of(defect, asked);
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
        let replayed = questions.iter().map(|asked| defect.step(asked.problem, &mut memory)).collect();
        Answers { defect, replayed }
    }

    fn on(&self, case: &Case) -> BTreeMap<Quantity, Grid<f64>> {
        match self.replayed.get(case.index) {
            Some(results) => results.clone(),
            None => self.defect.step(case.problem, &mut Memory::new()),
        }
    }
}
