//! Compares the subject's results on one case with those of a known defect.

use super::Asked;
use crate::conform::judge::question::{Question, Solved};
use crate::grid::Grid;
use crate::number::Arithmetic;
use crate::oracle::tolerance::ratio;
use crate::trace::{Quantity, Results};
use crate::zoo::distance::{CAUGHT, of_result};
use rayon::prelude::*;

/// A case that is compared.
#[derive(Debug)]
pub struct Case<'a> {
    /// Its index among the questions.
    pub index: usize,
    /// The question.
    pub question: &'a Question,
    /// The right answer.
    pub solved: &'a Solved,
    /// The subject's results.
    pub results: &'a Results,
    /// Whether all results are within their tolerances.
    pub passed: bool,
    /// The element with the largest error/tolerance; `None` if a result has the wrong shape.
    worst: Option<Worst>,
}

/// The element with the largest error/tolerance.
#[derive(Clone, Copy, Debug)]
struct Worst {
    quantity: Quantity,
    at: usize,
    got: f64,
    error: f64,
    ratio: f64,
}

impl Worst {
    fn of(results: &Results, solved: &Solved) -> Option<Self> {
        let Solved { expected, bounds } = solved;
        let mut worst = Worst { quantity: Quantity::ATilde, at: 0, got: 0.0, error: 0.0, ratio: 0.0 };
        for quantity in results.quantities() {
            let grid = results.shaped(quantity, expected.shape(quantity)).ok()?;
            let elements = grid.cells().iter().zip(expected.cells(quantity)).zip(bounds.cells(quantity));
            for (at, ((&got, &expected), bound)) in elements.enumerate() {
                let Ok(bound) = *bound else { continue };
                let (error, ratio) = ((got - expected).abs(), ratio(expected, got, bound));
                // Ratios may tie at infinity; then the largest error decides.
                if (ratio, error) > (worst.ratio, worst.error) {
                    worst = Worst { quantity, at, got, error, ratio };
                }
            }
        }
        Some(worst)
    }
}

impl<'a> Case<'a> {
    /// The cases that were answered and judged.
    pub fn all(asked: &[Asked<'a>]) -> Vec<Self> {
        let solved = |(index, &Asked { question, results }): (usize, &Asked<'a>)| {
            let (results, solved) = (results?, question.solved().ok()?);
            let worst = Worst::of(results, solved);
            let passed = worst.is_some_and(|worst| worst.ratio <= 1.0);
            Some(Case { index, question, solved, results, passed, worst })
        };
        asked.par_iter().enumerate().filter_map(solved).collect()
    }

    /// Whether these results equal the subject's, are wrong, and lie close to its worst element.
    pub fn is_explained_by(&self, wrong: &Results) -> bool {
        self.results.quantities().all(|quantity| self.is_same(quantity, &wrong[quantity]))
            && self.off(wrong) > 1.0
            && self.way_to(wrong) <= 0.5
    }

    /// The distance of the worst element from the same element of these results, relative to its error. In short
    /// formats, where small errors all lie within a few tolerances of each other, this tells them apart.
    pub fn way_to(&self, wrong: &Results) -> f64 {
        match self.worst {
            Some(Worst { quantity, at, got, error, .. }) if error.is_finite() => {
                let shaped = wrong.shaped(quantity, self.solved.expected.shape(quantity));
                shaped.map_or(f64::INFINITY, |grid| (got - grid.cells()[at]).abs() / error)
            }
            _ => 0.0,
        }
    }

    /// The largest error/tolerance of these results, among the quantities that the subject returns.
    pub fn off(&self, wrong: &Results) -> f64 {
        let Solved { expected, bounds } = self.solved;
        let given = self.results.quantities();
        given.map(|quantity| of_result(expected, bounds, wrong, quantity)).fold(0.0, f64::max)
    }

    /// Whether a wrong result equals the subject's. Two implementations of the same wrong formula may differ by a
    /// few tolerances, scaled up if the wrong result is larger than the right one. Half the distance that
    /// separates a defect from the right step is allowed, plus a rounding in case the right step has none.
    fn is_same(&self, quantity: Quantity, wrong: &Grid<f64>) -> bool {
        let Ok(got) = self.results.shaped(quantity, wrong.shape()) else { return false };
        let largest = |cells: &[f64]| {
            cells.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()))
        };
        let (right, size) = (largest(self.solved.expected.cells(quantity)), largest(wrong.cells()));
        let grown = if right > 0.0 { (size / right).clamp(1.0, f64::MAX) } else { 1.0 };
        let Arithmetic { storage, .. } = self.question.arithmetic;
        let rounding = CAUGHT * storage.unit_roundoff() * size + storage.least_normal();
        let bounds = self.solved.bounds.cells(quantity);
        // If the shape differs, an entry may combine all entries of the right result.
        let all: f64 = bounds.iter().flatten().sum();
        let same_shape = wrong.cells().len() == bounds.len();
        wrong.cells().iter().zip(got.cells()).enumerate().all(|(at, (&wrong, &got))| {
            let bound = if same_shape { bounds[at] } else { Ok(all) };
            let Ok(bound) = bound else { return true };
            let allowed = CAUGHT / 2.0 * bound * grown + rounding;
            match (wrong.is_finite() && wrong.abs() <= storage.largest(), got.is_finite()) {
                (true, true) => (wrong - got).abs() <= allowed,
                (false, false) => (wrong.is_nan() && got.is_nan()) || wrong.signum() == got.signum(),
                _ => false,
            }
        })
    }
}
