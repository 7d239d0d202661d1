//! The four operations and Σ: what each does to the error and the magnitude.

use super::bounds::{half_ulp, last_bit, over, plus, power, times};
use super::{Acceptance, NotJudged, Open};
use crate::number::Number;
use num_traits::{One, Zero};
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

impl<const STORAGE: usize, const ACCUMULATOR: usize> Acceptance<STORAGE, ACCUMULATOR> {
    /// As a term of a sum. One that is accumulated in a wider format is rounded to that, or not at all.
    fn as_term(self, accumulated: bool) -> Self {
        match self.open {
            Open::Product if accumulated => self.product_in(Self::ACCUMULATOR),
            Open::Sum(_) if STORAGE == ACCUMULATOR || !accumulated => self,
            _ => self.settled(),
        }
    }

    /// How many terms other than 0 the number is the sum of.
    fn terms(&self) -> u32 {
        match self.open {
            Open::Sum(terms) => terms,
            _ => 1,
        }
    }

    /// A term to add to this sum: with a wider accumulator it may have been added up with the others there.
    fn joined_by(self, term: Self) -> Self {
        let Open::Accumulated(terms) = self.open else { return term };
        let is_exact = self.together(term).is_held(Self::ACCUMULATOR);
        if is_exact { term } else { term.summed(Self::ACCUMULATOR, terms) }
    }

    /// Both terms; what adding them costs is open.
    fn together(self, other: Self) -> Self {
        if let Some(flaw) = self.flaw.or(other.flaw) {
            return Self::without_bound(flaw);
        }
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let magnitude = plus(self.magnitude, other.magnitude);
        // Multiples of a common unit add up exactly in doubles too, as long as 53 bits hold them.
        let unit = self.unit.zip(other.unit).map(|(x, y)| x.min(y));
        let unit = unit.filter(|&unit| magnitude <= power(unit.saturating_add(f64::MANTISSA_DIGITS as i32)));
        let center = self.center + other.center;
        let off = plus(self.off, other.off);
        Acceptance {
            center,
            off: if unit.is_some() { off } else { plus(off, half_ulp(center)) },
            error: plus(self.error, other.error),
            magnitude,
            floor: (self.floor + other.floor).next_down().max(self.floor.min(other.floor)),
            open: Open::Sum(self.terms() + other.terms()),
            unit,
            flaw: None,
        }
    }

    /// The floor of a product or quotient: the signs tell that it is not negative, or nothing.
    fn floor_with(&self, other: &Self) -> f64 {
        if self.floor >= 0.0 && other.floor >= 0.0 { 0.0 } else { f64::NEG_INFINITY }
    }

    /// Whether this is a power of two that everybody has exactly.
    fn is_power_of_two(&self) -> bool {
        let (significand, ..) = num_traits::Float::integer_decode(self.center);
        self.unit.is_some() && self.center.abs() == self.magnitude && significand.is_power_of_two()
    }

    /// self · 2^k, both not 0: rounds nothing that was not rounded without it, where it leads to no subnormal.
    fn scaled(self, factor: f64) -> Option<Self> {
        let by = |x: f64| x * factor.abs();
        let scaled = Acceptance {
            center: self.center * factor,
            off: by(self.off),
            error: by(self.error),
            magnitude: by(self.magnitude),
            floor: if factor.is_sign_positive() { by(self.floor) } else { f64::NEG_INFINITY },
            unit: self.unit.map(|unit| unit.saturating_add(last_bit(factor))),
            ..self
        };
        let normal = scaled.least() >= Self::STORAGE.least_normal();
        let lost = |x: f64| x != 0.0 && by(x) < f64::MIN_POSITIVE;
        (normal && !lost(self.off) && !lost(self.error)).then(|| scaled.within(Self::STORAGE))
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Zero for Acceptance<STORAGE, ACCUMULATOR> {
    fn zero() -> Self {
        Self::exact(0.0)
    }
    fn is_zero(&self) -> bool {
        self.magnitude == 0.0
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> One for Acceptance<STORAGE, ACCUMULATOR> {
    fn one() -> Self {
        Self::exact(1.0)
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Add for Acceptance<STORAGE, ACCUMULATOR> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (x, y) = (self.as_term(false), other.as_term(false));
        other.joined_by(x).together(self.joined_by(y))
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Neg for Acceptance<STORAGE, ACCUMULATOR> {
    type Output = Self;
    fn neg(self) -> Self {
        let is_exact = self.open == Open::Nothing && self.unit.is_some() && self.center <= 0.0;
        let floor = if is_exact { -self.center } else { f64::NEG_INFINITY };
        Acceptance { center: -self.center, floor, ..self }
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Sub for Acceptance<STORAGE, ACCUMULATOR> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

/// |x̂ŷ − xy| ≤ |x̂||ŷ − y| + |y||x̂ − x|, and one rounding.
impl<const STORAGE: usize, const ACCUMULATOR: usize> Mul for Acceptance<STORAGE, ACCUMULATOR> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let (x, y) = (self.settled(), other.settled());
        if let Some(flaw) = x.flaw.or(y.flaw) {
            return Self::without_bound(flaw);
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
        let unit = x.unit.zip(y.unit).map(|(x, y)| x.saturating_add(y)).filter(|_| in_doubles);
        let off = plus(plus(times(x.center.abs(), y.off), times(y.center.abs(), x.off)), times(x.off, y.off));
        Acceptance {
            center,
            off: if in_doubles { off } else { plus(off, half_ulp(center)) },
            error: plus(times(x.magnitude, y.error), times(y.magnitude, x.error)),
            magnitude: times(x.magnitude, y.magnitude),
            floor: x.floor_with(&y),
            open: Open::Product,
            unit,
            flaw: None,
        }
    }
}

/// |x̂/ŷ − x/y| ≤ (|x̂ − x| + |x/y||ŷ − y|) / |ŷ|, and one rounding.
impl<const STORAGE: usize, const ACCUMULATOR: usize> Div for Acceptance<STORAGE, ACCUMULATOR> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let (x, y) = (self.settled(), other.settled());
        if let Some(flaw) = x.flaw.or(y.flaw) {
            return Self::without_bound(flaw);
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
        let whole = x.unit.is_some() && y.unit.is_some() && in_doubles && x.center.abs() == x.magnitude;
        let off = over(plus(x.off, times(center.abs().next_up(), y.off)), least);
        Acceptance {
            center,
            off: if in_doubles { off } else { plus(off, half_ulp(center)) },
            error: over(plus(x.error, times(magnitude, y.error)), least),
            magnitude: if whole { center.abs() } else { magnitude },
            floor: x.floor_with(&y),
            open: Open::Product,
            unit: whole.then(|| last_bit(center)),
            flaw: None,
        }
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> AddAssign for Acceptance<STORAGE, ACCUMULATOR> {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> MulAssign for Acceptance<STORAGE, ACCUMULATOR> {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> Number for Acceptance<STORAGE, ACCUMULATOR> {
    /// The input as it is stored: rounded to the format, and 0 where that flushes subnormal numbers.
    fn from_f64(x: f64) -> Self {
        let exact = Self::exact(x);
        if exact.is_held(Self::STORAGE) {
            exact.within(Self::STORAGE)
        } else if Self::STORAGE.holds(x) {
            Acceptance { error: x.abs(), floor: exact.floor.min(0.0), unit: None, ..exact }
        } else {
            exact.rounded(Self::STORAGE)
        }
    }

    /// A single term other than 0 is no sum: a product is stored like any product.
    fn sum(terms: impl Iterator<Item = Self>) -> Self {
        let mut terms = terms.filter(|term| !term.is_zero());
        let Some(first) = terms.next() else { return Self::zero() };
        let Some(second) = terms.next() else { return first };
        let both = first.as_term(true).together(second.as_term(true));
        terms.fold(both, |total, term| total.together(term.as_term(true))).stored_sum()
    }
}
