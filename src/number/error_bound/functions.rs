//! Everything on error bounds that is not arithmetic: elementary functions as libraries compute them, the
//! choice between the sides of a kink, and the choice between two formulas.
//!
//! This module assumes how accurate libraries are ([`FUNCTION_ULPS`], [`ERF_ULPS`]) and knows no activation.

use super::bounds::{above, distance, half_ulp, over, plus, times};
use super::{ErrorBound, NotJudged, Pending};
use crate::number::{Ordered, Real};
use num_traits::{One, Zero};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// The largest error, in ulps, of a library's exp, expm1, log, log1p and tanh: an assumption.
/// spec/tolerance.md gives the reasons.
pub const FUNCTION_ULPS: f64 = 4.0;

/// The largest error, in ulps, of a library's erf and erfc: an assumption, too.
pub const ERF_ULPS: f64 = 8.0;

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    /// f of a finished number, computed with an error of at most `ulps`.
    ///
    /// `value` is f(center) within two ulps. `steepest` bounds `|f′|` and `most` bounds `|f|` everywhere in
    /// the [`Self::reach`] of the argument.
    fn function(self, ulps: f64, value: f64, steepest: f64, most: f64) -> Self {
        if self.unbounded.is_some() {
            return self;
        }
        // A bound that underflowed to 0 would be too small.
        let most = most.max(f64::from_bits(1));
        let exact = ErrorBound {
            center: value,
            radius: plus(times(steepest, self.radius), 4.0 * half_ulp(value)),
            error: times(steepest, self.error),
            magnitude: most,
            lower_bound: f64::NEG_INFINITY,
            pending: Pending::Nothing,
            granularity: None,
            unbounded: None,
        };
        exact.rounded_by(2.0 * ulps, Self::STORAGE)
    }

    /// The ends of an interval that contains both the exact argument and the computed one.
    fn reach(&self) -> (f64, f64) {
        let far = plus(self.radius, self.error);
        ((self.center - far).next_down(), (self.center + far).next_up())
    }

    /// ln x; exactly 0 for an exact 1.
    pub fn ln(&self) -> Self {
        let x = self.rounded();
        if x.granularity.is_some() && x.center == 1.0 {
            return Self::zero();
        }
        let (lo, hi) = x.reach();
        if lo <= 0.0 {
            return Self::without_bound(x.unbounded.unwrap_or(NotJudged::Division));
        }
        let most = above(libm::log(hi).abs().max(libm::log(lo).abs()));
        x.function(FUNCTION_ULPS, libm::log(x.center), over(1.0, lo), most)
    }

    /// tanh x.
    pub fn tanh(&self) -> Self {
        let x = self.rounded();
        let (lo, hi) = x.reach();
        // tanh′ = 1/cosh² ≤ 4e^(−2|x|).
        let steepest = above(4.0 * libm::exp(-2.0 * x.least())).min(1.0);
        let most = above(libm::tanh(lo.abs().max(hi.abs()))).min(1.0);
        x.unless_zero(|x| x.function(FUNCTION_ULPS, libm::tanh(x.center), steepest, most))
    }

    /// erf x.
    pub fn erf(&self) -> Self {
        let x = self.rounded();
        let (lo, hi) = x.reach();
        let most = above(libm::erf(lo.abs().max(hi.abs()))).min(1.0);
        x.unless_zero(|x| x.function(ERF_ULPS, libm::erf(x.center), x.steepest_erf(), most))
    }

    /// An upper bound on `erf′(x) = 2/√π · e^(−x²)`.
    fn steepest_erf(&self) -> f64 {
        above(FRAC_2_SQRT_PI * libm::exp((-self.least() * self.least()).next_up()))
    }

    /// The value of a function that no library computes below `lower_bound`.
    fn at_least(self, lower_bound: f64) -> Self {
        ErrorBound { lower_bound, ..self }
    }

    /// f(x), where every library computes f(0) = 0 exactly.
    fn unless_zero(self, f: impl FnOnce(Self) -> Self) -> Self {
        if self.is_zero() { self } else { f(self) }
    }

    /// The same exact number by either of two formulas, of which one may be used only where it has a bound.
    pub fn or(self, other: Self) -> Self {
        let (own, other) = (self.rounded(), other.rounded());
        match (own.unbounded, other.unbounded) {
            (Some(_), None) => other,
            (None, Some(_)) => own,
            _ => own.either(other),
        }
    }

    /// The same exact number by either of two formulas; without a bound if one of them has none.
    pub fn either(self, other: Self) -> Self {
        let (own, other) = (self.rounded(), other.rounded());
        debug_assert!(
            own.unbounded.or(other.unbounded).is_some()
                || (own.center - other.center).abs() <= plus(own.radius, other.radius),
            "the two formulas differ in their exact values"
        );
        own.hull_of_errors(other, other.error)
    }

    /// Either of two finished numbers; `other` is computed within `other_error` of the exact value of `self`.
    fn hull_of_errors(self, other: Self, other_error: f64) -> Self {
        if let Some(unbounded) = self.unbounded.or(other.unbounded) {
            return Self::without_bound(unbounded);
        }
        let error = self.error.max(other_error);
        let magnitude = self.magnitude.max(other.magnitude);
        let granularity =
            self.granularity.zip(other.granularity).map(|(x, y)| x.min(y)).filter(|_| error == 0.0);
        let pending = if other.pending == Pending::Kept { Pending::Kept } else { self.pending };
        ErrorBound {
            pending,
            error,
            magnitude,
            lower_bound: self.lower_bound.min(other.lower_bound),
            granularity,
            ..self
        }
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Ordered for ErrorBound<STORAGE, ACCUMULATOR> {
    /// `None` if the computed number may have the other sign, and for an exact 0: a kink there has two
    /// slopes, and either is right.
    fn is_positive(&self) -> Option<bool> {
        let x = self.rounded();
        (x.center.abs() > plus(x.radius, x.error)).then(|| x.center.is_sign_positive())
    }

    /// A number computed on either side of a kink; the exact number is that of one of the two sides.
    fn hull(self, other: Self) -> Self {
        let (own, other) = (self.rounded(), other.rounded());
        let apart = plus(distance(own.center, other.center), plus(own.radius, other.radius));
        let far = |error: f64| plus(apart, error);
        ErrorBound { radius: apart, error: far(own.error), ..own }.hull_of_errors(other, far(other.error))
    }

    fn largest(values: &[Self]) -> usize {
        (1..values.len()).fold(0, |best, j| if values[j].center > values[best].center { j } else { best })
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Real for ErrorBound<STORAGE, ACCUMULATOR> {
    /// Exactly 1 for an exact 0.
    fn exp(&self) -> Self {
        let x = self.rounded();
        if x.granularity.is_some() && x.center == 0.0 {
            return Self::one();
        }
        let (_, hi) = x.reach();
        let most = above(libm::exp(hi));
        x.function(FUNCTION_ULPS, libm::exp(x.center), most, most).at_least(0.0)
    }

    fn exp_m1(&self) -> Self {
        let x = self.rounded();
        let (lo, hi) = x.reach();
        let most = above(libm::expm1(hi).abs().max(libm::expm1(lo).abs()));
        x.unless_zero(|x| x.function(FUNCTION_ULPS, libm::expm1(x.center), above(libm::exp(hi)), most))
    }

    /// For x ≥ 0 only, as the activations use it: the slope is then at most 1/(1 + x).
    fn ln_1p(&self) -> Self {
        let x = self.rounded();
        let (lo, hi) = x.reach();
        let steepest = over(1.0, (1.0 + lo.max(0.0)).next_down()).min(1.0);
        x.unless_zero(|x| {
            x.function(FUNCTION_ULPS, libm::log1p(x.center), steepest, above(libm::log1p(hi))).at_least(0.0)
        })
    }

    fn erfc(&self) -> Self {
        let x = self.rounded();
        let (lo, _) = x.reach();
        x.function(ERF_ULPS, libm::erfc(x.center), x.steepest_erf(), above(libm::erfc(lo))).at_least(0.0)
    }

    fn frac_2_sqrt_pi() -> Self {
        Self::constant(FRAC_2_SQRT_PI)
    }

    fn frac_1_sqrt_2() -> Self {
        Self::constant(FRAC_1_SQRT_2)
    }
}
