//! The four operations: how each changes the error and the magnitude. [`super::sums`] has Σ.

use super::bounds::{half_ulp, last_bit, over, plus, times};
use super::{ErrorBound, NotJudged, Pending};
use crate::number::Number;
use crate::number::operators::{Operations, operators};
use num_traits::{One, Zero};

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    /// The lower bound of a product or quotient: 0 if neither operand can be negative, none otherwise.
    fn lower_bound_with(&self, other: &Self) -> f64 {
        if self.lower_bound >= 0.0 && other.lower_bound >= 0.0 { 0.0 } else { f64::NEG_INFINITY }
    }

    /// Whether this is, up to its sign, a power of two that every implementation represents exactly.
    fn is_power_of_two(&self) -> bool {
        let (significand, ..) = num_traits::Float::integer_decode(self.center);
        self.granularity.is_some() && self.center.abs() == self.magnitude && significand.is_power_of_two()
    }

    /// self · factor, a power of two, neither of them 0: the product adds no rounding. `None` if the result
    /// may be subnormal, or if doubles cannot scale the bounds exactly.
    fn scaled(self, factor: f64) -> Option<Self> {
        let by = |x: f64| x * factor.abs();
        let scaled = ErrorBound {
            center: self.center * factor,
            radius: by(self.radius),
            error: by(self.error),
            magnitude: by(self.magnitude),
            lower_bound: if factor.is_sign_positive() { by(self.lower_bound) } else { f64::NEG_INFINITY },
            granularity: self.granularity.map(|granularity| granularity.saturating_add(last_bit(factor))),
            ..self
        };
        let normal = scaled.least() >= Self::STORAGE.least_normal();
        let lost = |x: f64| x != 0.0 && by(x) < f64::MIN_POSITIVE;
        (normal && !lost(self.radius) && !lost(self.error)).then(|| scaled.within(Self::STORAGE))
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Zero for ErrorBound<STORAGE, ACCUMULATOR> {
    fn zero() -> Self {
        Self::exact(0.0)
    }
    fn is_zero(&self) -> bool {
        self.magnitude == 0.0
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> One for ErrorBound<STORAGE, ACCUMULATOR> {
    fn one() -> Self {
        Self::exact(1.0)
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Operations for ErrorBound<STORAGE, ACCUMULATOR> {
    fn add(self, other: Self) -> Self {
        let (x, y) = (self.as_term(false), other.as_term(false));
        other.joined_by(x).together(self.joined_by(y))
    }

    /// |x̂ŷ − xy| ≤ |x̂||ŷ − y| + |y||x̂ − x|, and one rounding.
    fn mul(self, other: Self) -> Self {
        let (x, y) = (self.rounded(), other.rounded());
        if let Some(unbounded) = x.unbounded.or(y.unbounded) {
            return Self::without_bound(unbounded);
        }
        if x.is_zero() || y.is_zero() {
            return Self::zero();
        }
        for (x, factor) in [(self, y), (other, x)] {
            if factor.is_power_of_two()
                && let Some(scaled) = x.scaled(factor.center)
            {
                return scaled;
            }
        }
        let center = x.center * y.center;
        let in_doubles = [x, y].iter().any(|factor| factor.center == 0.0)
            || x.center.mul_add(y.center, -center) == 0.0 && center.abs() >= f64::MIN_POSITIVE / f64::EPSILON;
        let granularity =
            x.granularity.zip(y.granularity).map(|(x, y)| x.saturating_add(y)).filter(|_| in_doubles);
        let radius = plus(
            plus(times(x.center.abs(), y.radius), times(y.center.abs(), x.radius)),
            times(x.radius, y.radius),
        );
        ErrorBound {
            center,
            radius: if in_doubles { radius } else { plus(radius, half_ulp(center)) },
            error: plus(times(x.magnitude, y.error), times(y.magnitude, x.error)),
            magnitude: times(x.magnitude, y.magnitude),
            lower_bound: x.lower_bound_with(&y),
            pending: Pending::Product,
            granularity,
            unbounded: None,
        }
    }

    /// |x̂/ŷ − x/y| ≤ (|x̂ − x| + |x/y||ŷ − y|) / |ŷ|, and one rounding.
    fn div(self, other: Self) -> Self {
        let (x, y) = (self.rounded(), other.rounded());
        if let Some(unbounded) = x.unbounded.or(y.unbounded) {
            return Self::without_bound(unbounded);
        }
        let least = y.least();
        if least == 0.0 {
            return Self::without_bound(NotJudged::Division);
        }
        if x.is_zero() {
            return x;
        }
        let center = x.center / y.center;
        let magnitude = over(x.magnitude, least);
        let in_doubles = center.mul_add(y.center, -x.center) == 0.0
            && x.center.abs() >= f64::MIN_POSITIVE / f64::EPSILON
            && center.abs() >= f64::MIN_POSITIVE;
        let whole =
            x.granularity.is_some() && y.granularity.is_some() && in_doubles && x.center.abs() == x.magnitude;
        let radius = over(plus(x.radius, times(center.abs().next_up(), y.radius)), least);
        ErrorBound {
            center,
            radius: if in_doubles { radius } else { plus(radius, half_ulp(center)) },
            error: over(plus(x.error, times(magnitude, y.error)), least),
            magnitude: if whole { center.abs() } else { magnitude },
            lower_bound: x.lower_bound_with(&y),
            pending: Pending::Product,
            granularity: whole.then(|| last_bit(center)),
            unbounded: None,
        }
    }

    fn neg(self) -> Self {
        let is_exact = self.pending == Pending::Nothing && self.granularity.is_some() && self.center <= 0.0;
        let lower_bound = if is_exact { -self.center } else { f64::NEG_INFINITY };
        ErrorBound { center: -self.center, lower_bound, ..self }
    }
}

operators!([const STORAGE: usize, const ACCUMULATOR: usize] ErrorBound<STORAGE, ACCUMULATOR>);

impl<const STORAGE: usize, const ACCUMULATOR: usize> Number for ErrorBound<STORAGE, ACCUMULATOR> {
    /// The input as it is stored: rounded to the format; a subnormal input may become 0.
    fn from_f64(x: f64) -> Self {
        let exact = Self::exact(x);
        if exact.is_held(Self::STORAGE) {
            exact.within(Self::STORAGE)
        } else if Self::STORAGE.holds(x) {
            ErrorBound { error: x.abs(), lower_bound: exact.lower_bound.min(0.0), granularity: None, ..exact }
        } else {
            exact.rounded_to(Self::STORAGE)
        }
    }

    fn sum(terms: impl Iterator<Item = Self>) -> Self {
        Self::total(terms).stored_sum()
    }

    /// The fraction as an implementation has it, rounded once; its numerator and denominator may be out of range.
    fn ratio(numerator: u32, denominator: u32) -> Self {
        let (numerator, denominator) = (f64::from(numerator), f64::from(denominator));
        let nearest = numerator / denominator;
        let is_exact = nearest.mul_add(denominator, -numerator) == 0.0;
        if is_exact { Self::from_f64(nearest) } else { Self::constant(nearest) }
    }
}
