//! What follows from a subject's own results, and the faulty equation: each wrong result is recomputed from the earlier
//! ones.
//!
//! A wrong Ã makes dW wrong even if equation 39 is implemented correctly. So dW is recomputed from the subject's own
//! dZ and Ã, with a tolerance derived for them. If it is still wrong, its equation is faulty; otherwise it merely
//! inherits the error.

use crate::conform::judge::verdict::Cause;
use crate::grid::Grid;
use crate::number::Arithmetic;
use crate::oracle::tolerance::{self, Derived};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::{Backward, Quantity, Results};

/// The number of the scalar equation for a result.
pub fn equation(quantity: Quantity) -> u8 {
    match quantity {
        Quantity::ATilde => 3,
        Quantity::Z => 4,
        Quantity::ANext => 5,
        Quantity::Dz => 38,
        Quantity::Dw => 39,
        Quantity::Db => 40,
        Quantity::DaTilde => 41,
        Quantity::Da => 42,
    }
}

/// Each element as it follows from the subject's own earlier results, as far as they are finite.
pub fn derived(
    problem: &Problem,
    expected: &Step<f64>,
    results: &Results,
    arithmetic: Arithmetic,
) -> Step<Derived> {
    let own = |quantity: Quantity, index: usize| {
        let grid = results.shaped(quantity, expected.shape(quantity)).ok()?;
        Some(grid.cells()[index]).filter(|x| x.is_finite())
    };
    tolerance::derive(problem, expected, &own, arithmetic)
}

/// The same of a layer all of whose results were computed from those before. dA may be a Σ of scaled terms, which does not
/// read dÃ: where it does not follow from dÃ, it is what follows from dZ.
pub fn following(
    problem: &Problem,
    expected: &Step<f64>,
    results: &Results,
    arithmetic: Arithmetic,
) -> Step<Derived> {
    let all = derived(problem, expected, results, arithmetic);
    let Ok(got) = results.shaped(Quantity::Da, expected.shape(Quantity::Da)) else { return all };
    if !all.backward.da.cells().iter().zip(got.cells()).any(|(derived, &got)| derived.excludes(got)) {
        return all;
    }
    let mut without = results.clone();
    without.remove(Quantity::DaTilde);
    let of_terms = derived(problem, expected, &without, arithmetic).backward.da;
    let da = Grid::tabulate(got.rows(), got.cols(), |i, k| {
        let of_sum = all.backward.da.at(i, k);
        if of_sum.excludes(got.at(i, k)) { of_terms.at(i, k) } else { of_sum }
    });
    Step { backward: Backward { da, ..all.backward }, ..all }
}

/// The cause of one of the `wrong` results.
pub fn cause(quantity: Quantity, results: &Results, derived: &Step<Derived>, wrong: &[Quantity]) -> Cause {
    let own = |quantity: Quantity| results.shaped(quantity, derived.shape(quantity)).ok();
    let is_finite = |grid: &Grid<f64>| grid.cells().iter().all(|x| x.is_finite());
    let is_known = |quantity: &Quantity| own(*quantity).is_some_and(is_finite);
    let Some(got) = own(quantity).filter(|_| quantity.reads().iter().all(is_known)) else {
        return Cause::Unknown;
    };
    // Where no earlier result is wrong, there is nothing to inherit, even if the error is within the wider
    // tolerance of what is recomputed.
    if !quantity.reads().iter().any(|read| wrong.contains(read)) {
        return Cause::Own;
    }
    let mut elements = derived.cells(quantity).iter().zip(got.cells());
    let is_own = elements.any(|(derived, &got)| derived.excludes(got));
    if is_own { Cause::Own } else { Cause::Inherited }
}
