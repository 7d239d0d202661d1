//! Finite differences: the best-known witness.
//!
//! A central difference equals the derivative if J has degree 2 or less in the variable that moves; otherwise
//! its error is h²/6 · J‴ at some point on the way. [`third_derivative`] encloses J‴ over the whole way, so
//! the difference has a proven bound, not a tolerance.

use super::with;
use crate::grid::Grid;
use crate::number::{Dual, Interval, Number, Ordered};
use num_traits::One;

/// `(J(x + h) − J(x − h)) / 2h`, where x is the entry of `at` in the given row and column.
pub fn central<T: Number>(loss: impl Fn(&Grid<T>) -> T, at: &Grid<T>, entry: (usize, usize), h: &T) -> T {
    let x = at.at(entry.0, entry.1);
    let above = loss(&with(at, entry, x.clone() + h.clone()));
    let below = loss(&with(at, entry, x - h.clone()));
    (above - below) / (h.clone() + h.clone())
}

/// An interval with its first three derivatives.
pub type Third = Dual<Dual<Dual<Interval<64>>>>;

/// J‴ with respect to one entry, enclosed over all of `[x − h, x + h]`.
pub fn third_derivative(
    loss: impl Fn(&Grid<Third>) -> Third,
    at: &Grid<Interval<64>>,
    entry: (usize, usize),
    h: f64,
) -> Interval<64> {
    loss(&on_the_way(at, entry, h)).slope.slope.slope
}

/// The grid with its entry x spread over `[x − h, x + h]`, seeded for three derivatives.
pub fn on_the_way(at: &Grid<Interval<64>>, entry: (usize, usize), h: f64) -> Grid<Third> {
    let (x, h) = (at.at(entry.0, entry.1), Interval::from_f64(h));
    let way = (x.clone() - h.clone()).hull(x + h);
    let moving = Dual {
        value: Dual { value: Dual { value: way, slope: Interval::one() }, slope: Dual::one() },
        slope: Dual::one(),
    };
    with(&at.map(|x| constant(x.clone())), entry, moving)
}

/// A constant interval: its derivatives are 0.
pub fn constant(x: Interval<64>) -> Third {
    Dual::constant(Dual::constant(Dual::constant(x)))
}
