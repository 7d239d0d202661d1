//! How far a defective step is from the right results, in tolerances.

use super::context::{Memory, RightStep};
use super::{Defect, Float};
use crate::grid::Grid;
use crate::oracle::tolerance::{Bound, ratio};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::{Quantity, Results};

/// A case catches a defect if some element is at least this many tolerances from its expected value. Then it
/// catches every way to compute the wrong formula, not only the catalogue's.
pub const CAUGHT: f64 = 8.0;

/// The largest error/tolerance over the elements of a result: infinite for a missing result, a wrong shape,
/// NaN, infinities, or any error against a zero tolerance.
pub fn of_result(expected: &Step<f64>, bounds: &Step<Bound>, results: &Results, quantity: Quantity) -> f64 {
    let Ok(got) = results.shaped(quantity, expected.shape(quantity)) else { return f64::INFINITY };
    let elements = expected.cells(quantity).iter().zip(got.cells()).zip(bounds.cells(quantity));
    elements
        .filter_map(|((&expected, &got), bound)| Some(ratio(expected, got, bound.ok()?)))
        .fold(0.0, f64::max)
}

/// The largest [`of_result`] over all results.
pub fn distance(expected: &Step<f64>, bounds: &Step<Bound>, results: &Results) -> f64 {
    let of = |quantity| of_result(expected, bounds, results, quantity);
    Quantity::ALL.into_iter().map(of).fold(0.0, f64::max)
}

/// The results of a defect on a problem. A stateful one first runs another problem of the same sizes.
pub fn results<T: Float>(defect: &Defect<T>, right: &RightStep<T>) -> Results {
    let mut memory = Memory::new();
    if defect.is_stateful() {
        defect.step(&RightStep::of(&another(right.problem)), &mut memory);
    }
    defect.step(right, &mut memory)
}

/// How far [`results`] are off.
pub fn of_defect<T: Float>(
    defect: &Defect<T>,
    right: &RightStep<T>,
    expected: &Step<f64>,
    bounds: &Step<Bound>,
) -> f64 {
    distance(expected, bounds, &results(defect, right))
}

/// A problem of the same sizes with every input changed: signs and sizes, every second cell of the mask, and
/// p halfway to 1.
pub fn another(problem: &Problem) -> Problem {
    let changed = |x: &f64| x * -0.5;
    let other = problem.with(|inputs| {
        let r = &inputs.r;
        let flipped =
            |i: usize, k: usize| if (i + k).is_multiple_of(2) { 1.0 - r.at(i, k) } else { r.at(i, k) };
        inputs.r = Grid::tabulate(r.rows(), r.cols(), flipped);
        inputs.keep_prob = inputs.keep_prob.map(|p| (1.0 + p) / 2.0);
        inputs.b = inputs.b.map(changed);
        for grid in [&mut inputs.a, &mut inputs.w, &mut inputs.da_next] {
            *grid = grid.map(changed);
        }
    });
    other.expect("every rule still holds")
}
