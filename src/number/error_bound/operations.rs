//! The four operations and Σ: how each changes the error and the magnitude.

use super::bounds::{half_ulp, last_bit, over, plus, power, times};
use super::{ErrorBound, NotJudged, Pending};
use crate::number::Number;
use crate::number::operators::{Operations, operators};
use num_traits::{One, Zero};

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    /// The number as a term of a sum. A product accumulated in a wider format is rounded to that format, or
    /// not at all.
    fn as_term(self, accumulated: bool) -> Self {
        match self.pending {
            Pending::Product if accumulated => self.product_in(Self::ACCUMULATOR),
            Pending::Sum(_) if STORAGE == ACCUMULATOR || !accumulated => self,
            _ => self.rounded(),
        }
    }

    /// The document's Σ before it is stored: a sum of at least two nonzero terms is pending. A single nonzero term
    /// is not a sum: if it is a product, it is stored like any other product.
    fn total(terms: impl Iterator<Item = Self>) -> Self {
        let mut terms = terms.filter(|term| !term.is_zero());
        let Some(first) = terms.next() else { return Self::zero() };
        let Some(second) = terms.next() else { return first };
        let both = first.as_term(true).together(second.as_term(true));
        terms.fold(both, |total, term| total.together(term.as_term(true)))
    }

    /// Σ term · factor, where every term is multiplied before it is added. Either factor of a term may be the one
    /// that is multiplied: a term is rounded up to twice, where the term of the plain Σ may be exact.
    pub fn sum_of_scaled(terms: impl Iterator<Item = Self>, factor: Self) -> Self {
        let terms: Vec<Self> = terms.map(|term| term.as_term(true)).collect();
        let some_exact = terms.iter().any(|term| !term.is_zero() && term.granularity.is_some());
        let sum = Self::total(terms.into_iter());
        let count = sum.terms();
        let scaled = ErrorBound { pending: Pending::Nothing, ..sum } * factor;
        let additional = match scaled.pending {
            // A power of two adds no rounding.
            Pending::Nothing => 0,
            _ if some_exact => 2,
            _ => 1,
        };
        match count + additional {
            1 => scaled,
            roundings => ErrorBound { pending: Pending::Sum(roundings), ..scaled }.stored_sum(),
        }
    }

    /// How many nonzero terms the number is the sum of.
    fn terms(&self) -> u32 {
        match self.pending {
            Pending::Sum(terms) => terms,
            _ => 1,
        }
    }

    /// A term to add to this sum; a wider accumulator may have added it up together with the sum's own terms.
    fn joined_by(self, term: Self) -> Self {
        let Pending::Accumulated(terms) = self.pending else { return term };
        let is_exact = self.together(term).is_held(Self::ACCUMULATOR);
        if is_exact { term } else { term.summed(Self::ACCUMULATOR, terms) }
    }

    /// The sum of two terms, with the cost of the addition still pending.
    fn together(self, other: Self) -> Self {
        if let Some(unbounded) = self.unbounded.or(other.unbounded) {
            return Self::without_bound(unbounded);
        }
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let magnitude = plus(self.magnitude, other.magnitude);
        // Doubles, too, add multiples of a common power of two exactly as long as 53 bits hold the sum.
        let granularity = self.granularity.zip(other.granularity).map(|(x, y)| x.min(y));
        let granularity = granularity.filter(|&granularity| {
            magnitude <= power(granularity.saturating_add(f64::MANTISSA_DIGITS as i32))
        });
        let center = self.center + other.center;
        let radius = plus(self.radius, other.radius);
        ErrorBound {
            center,
            radius: if granularity.is_some() { radius } else { plus(radius, half_ulp(center)) },
            error: plus(self.error, other.error),
            magnitude,
            lower_bound: (self.lower_bound + other.lower_bound)
                .next_down()
                .max(self.lower_bound.min(other.lower_bound)),
            pending: Pending::Sum(self.terms() + other.terms()),
            granularity,
            unbounded: None,
        }
    }

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
