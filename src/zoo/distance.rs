//! How far a wrong step is from the right results, in tolerances.

use super::{Defect, Float};
use crate::grid::Grid;
use crate::oracle::tolerance::{Bound, ratio};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::Quantity;
use std::collections::BTreeMap;

/// A defect is caught where an element is so many tolerances away from what is expected: then every sound
/// way to compute the wrong formula is caught, and not only the one that stands in the catalogue.
pub const CAUGHT: f64 = 8.0;

/// The largest error/tolerance of all elements of all results; without end where a result is missing, has
/// another shape, is no number, or is off where nothing may be.
pub fn distance(expected: &Step<f64>, bounds: &Step<Bound>, results: &BTreeMap<Quantity, Grid<f64>>) -> f64 {
    let of = |quantity: Quantity| {
        let shape = expected.shape(quantity);
        let Some(got) = results.get(&quantity).filter(|got| (got.rows(), got.cols()) == shape) else {
            return f64::INFINITY;
        };
        let elements = expected.cells(quantity).iter().zip(got.cells()).zip(bounds.cells(quantity));
        elements
            .filter_map(|((&expected, &got), bound)| Some(ratio(expected, got, bound.ok()?)))
            .fold(0.0, f64::max)
    };
    Quantity::ALL.into_iter().map(of).fold(0.0, f64::max)
}

/// How far a defect is off on a problem, asked twice in a row: what is kept of a call shows in the next.
pub fn of_defect<T: Float>(
    defect: &Defect<T>,
    problem: &Problem,
    expected: &Step<f64>,
    bounds: &Step<Bound>,
) -> f64 {
    let mut memory = None;
    let mut ask = || distance(expected, bounds, &defect.step(problem, &mut memory));
    if defect.is_stateful() { ask().max(ask()) } else { ask() }
}
