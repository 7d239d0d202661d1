//! Finds the faulty equation by recomputing each wrong result from the subject's own earlier results.
//!
//! A wrong Ã makes dW wrong even if equation 39 is implemented correctly. So dW is recomputed from the subject's own
//! dZ and Ã, with a tolerance derived for them. If it is still wrong, its equation is faulty; otherwise it merely
//! inherits the error.

use crate::conform::judge::verdict::Cause;
use crate::grid::Grid;
use crate::number::Arithmetic;
use crate::oracle::tolerance::{self, ratio};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::{Quantity, Results};

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

/// The cause of each of the `wrong` results.
pub fn causes<'a>(
    problem: &Problem,
    expected: &'a Step<f64>,
    results: &'a Results,
    wrong: &'a [Quantity],
    arithmetic: Arithmetic,
) -> impl Fn(Quantity) -> Cause + use<'a> {
    let own = move |quantity: Quantity| results.shaped(quantity, expected.shape(quantity)).ok();
    let finite =
        |quantity: Quantity, index: usize| Some(own(quantity)?.cells()[index]).filter(|x| x.is_finite());
    let derived = tolerance::derive(problem, expected, &finite, arithmetic);
    move |quantity| {
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
        let is_own = elements
            .any(|(derived, &got)| derived.bound().is_ok_and(|bound| ratio(derived.value, got, bound) > 1.0));
        if is_own { Cause::Own } else { Cause::Inherited }
    }
}
