//! The kinds of number that the step can run on.
//!
//! The formulas in [`crate::scalar`] and [`crate::matrix`] are generic over [`Number`]. On each kind of number, the
//! same code answers a different question:
//!
//! | number | result of a step |
//! |---|---|
//! | `f64`, `f32` | the results as a layer computes them |
//! | [`Rational`] | exact results, where the activation allows it |
//! | [`Prime`] | values modulo a prime, to test whether two formulas are identical |
//! | [`Dual`] | the derivative along one direction, by forward-mode differentiation |
//! | [`Interval`] | proven bounds on the exact result |
//! | [`Enclosure`] | the exact result while it is a short fraction, and proven bounds otherwise |
//! | [`Ball`] | bounds on the exact result to about 100 bits, fast |
//! | [`ErrorBound`] | the largest error of a conforming implementation |
//!
//! Some activations require more than [`Number`]: piecewise ones require [`Ordered`], those with an exponential
//! [`Real`]. [`Format`] and [`Arithmetic`] name the floating-point formats that implementations compute in.
//!
//! This module knows nothing of layers. Read [`Number`] first, then any instance. Each is thin, and all obey the laws
//! in `tests/suite/number_laws.rs`.

use num_traits::{One, Zero};
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

pub(crate) mod ball;
mod dual;
mod elementary;
mod enclosure;
mod error_bound;
mod float;
mod format;
mod interval;
pub(crate) mod operators;
mod prime;
mod rational;
#[doc(hidden)]
pub mod self_test;

pub use ball::Ball;
pub use dual::Dual;
pub use enclosure::Enclosure;
pub use error_bound::{
    Coarse, ERF_ULPS, ErrorBound, FUNCTION_ULPS, NotJudged, Parts, Products, Rounding, bounds,
};
pub use format::{Arithmetic, Format};
pub use interval::Interval;
pub use prime::Prime;
pub use rational::Rational;

/// What the document's formulas require of a number: the four operations and Σ.
///
/// It is `Clone` but not `Copy`, because big numbers own memory. Division by zero never panics. Each type chooses its
/// result, because no validated problem divides by zero.
pub trait Number:
    Clone
    + Debug
    + PartialEq
    + Zero
    + One
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + Send
    + Sync
    + 'static
{
    /// The value of a finite double: exact, or rounded once if the type is narrower than a double, such as f32.
    fn from_f64(x: f64) -> Self;

    /// The document's Σ. A type may choose the order of summation.
    fn sum(terms: impl Iterator<Item = Self>) -> Self {
        terms.fold(Self::zero(), |total, term| total + term)
    }

    /// The fraction `numerator / denominator`, for the decimals in formulas.
    fn ratio(numerator: u32, denominator: u32) -> Self {
        Self::from_f64(numerator.into()) / Self::from_f64(denominator.into())
    }

    /// A power of two near the largest of `values`, at least 1, such that the squares of the values divided by it do
    /// not overflow; 1 for types of unlimited range.
    fn common_scale(_values: &[Self]) -> Self {
        Self::one()
    }
}

/// Numbers with a sign, for piecewise activations.
pub trait Ordered: Number {
    /// Whether `self > 0`; `None` if undecided, as for an enclosure that straddles zero.
    fn is_positive(&self) -> Option<bool>;

    /// A number that encloses both. Called only on types whose sign can be undecided.
    fn hull(self, _other: Self) -> Self {
        unreachable!("this number type always knows the sign")
    }

    /// `positive` if `self > 0`, `otherwise` if `self <= 0`, and the hull of both if undecided.
    fn if_positive(&self, positive: impl FnOnce() -> Self, otherwise: impl FnOnce() -> Self) -> Self {
        match self.is_positive() {
            Some(true) => positive(),
            Some(false) => otherwise(),
            None => positive().hull(otherwise()),
        }
    }

    /// The index of the largest value, the first among equals; for enclosures, of one that may be the largest.
    ///
    /// The formulas that shift by this value hold for every shift, so the choice only keeps their exponentials in
    /// range.
    ///
    /// # Panics
    /// If `values` is empty; a step has at least one output unit.
    fn largest(values: &[Self]) -> usize;
}

/// Numbers with the transcendental functions that the activations need.
pub trait Real: Ordered {
    /// `eˣ`.
    fn exp(&self) -> Self;
    /// `eˣ − 1`, without cancellation near 0.
    fn exp_m1(&self) -> Self;
    /// `ln(1 + x)` for `x > −1`, without cancellation near 0.
    fn ln_1p(&self) -> Self;
    /// `1 − erf(x) = 2/√π ∫ₓ^∞ e^(−t²) dt`, without cancellation for large `x`.
    fn erfc(&self) -> Self;
    /// `2/√π`.
    fn frac_2_sqrt_pi() -> Self;
    /// `1/√2`.
    fn frac_1_sqrt_2() -> Self;
}

/// Σ over an index range: `sum(0..n, |k| …)` reads as the document's Σₖ.
pub fn sum<T: Number>(range: std::ops::Range<usize>, term: impl Fn(usize) -> T) -> T {
    T::sum(range.map(term))
}
