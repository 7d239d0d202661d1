//! Which equation is to blame: each is tried on the subject's own earlier results.
//!
//! A wrong Z makes dW wrong however right equation 39 is. So a wrong result is derived once more from what
//! the subject itself put into its equation, with the tolerance that goes with that.

use crate::conform::judge::verdict::Cause;
use crate::grid::Grid;
use crate::number::Arithmetic;
use crate::oracle::tolerance::{self, ratio};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::{Quantity, Results};

/// The equation that gives a result, index by index.
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

/// The earlier results that stand in the equation of a result.
fn earlier(quantity: Quantity) -> &'static [Quantity] {
    match quantity {
        Quantity::ATilde => &[],
        Quantity::Z => &[Quantity::ATilde],
        Quantity::ANext | Quantity::Dz => &[Quantity::Z],
        Quantity::Dw => &[Quantity::ATilde, Quantity::Dz],
        Quantity::Db | Quantity::DaTilde => &[Quantity::Dz],
        Quantity::Da => &[Quantity::DaTilde],
    }
}

/// Why each wrong result is wrong.
pub fn causes<'a>(
    problem: &Problem,
    expected: &'a Step<f64>,
    results: &'a Results,
    arithmetic: Arithmetic,
) -> impl Fn(Quantity) -> Cause + use<'a> {
    let own = move |quantity: Quantity| results.shaped(quantity, expected.shape(quantity)).ok();
    let shown =
        |quantity: Quantity, index: usize| Some(own(quantity)?.cells()[index]).filter(|x| x.is_finite());
    let derived = tolerance::derive(problem, expected, &shown, arithmetic);
    move |quantity| {
        let sound = |grid: &Grid<f64>| grid.cells().iter().all(|x| x.is_finite());
        let shown = |quantity: &Quantity| own(*quantity).is_some_and(sound);
        let Some(got) = own(quantity).filter(|_| earlier(quantity).iter().all(shown)) else {
            return Cause::Unknown;
        };
        let mut elements = derived.cells(quantity).iter().zip(got.cells());
        let wrong = elements
            .any(|(derived, &got)| derived.bound().is_ok_and(|bound| ratio(derived.value, got, bound) > 1.0));
        if wrong { Cause::Own } else { Cause::Inherited }
    }
}
