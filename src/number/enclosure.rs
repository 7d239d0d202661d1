//! [`Enclosure`]: exact where possible, an interval otherwise; the numbers that the oracle runs on.
//!
//! No interval, however narrow, decides relu at a z that cancels to 0, and only exact arithmetic decides a
//! rounding tie. But fractions grow, and exponentials are not fractions at all. So a number stays a fraction
//! while it is one and is short; otherwise it becomes an interval of `BITS` bits. exp(0) = 1 stays exact, and
//! so does the softmax of equal inputs.

use super::operators::{Operations, operators};
use super::rational::pairwise;
use super::{Interval, Number, Ordered, Rational, Real};
use dashu_base::BitTest;
use num_traits::{One, Zero};

/// A real number, either exactly or as an interval that contains it.
#[derive(Clone, Debug, PartialEq)]
pub enum Enclosure<const BITS: usize> {
    /// The number itself, a fraction of at most [`Enclosure::SUM_BITS`] bits.
    Exact(Rational),
    /// An interval that contains it.
    Within(Interval<BITS>),
}

use Enclosure::{Exact, Within};

impl<const BITS: usize> Enclosure<BITS> {
    /// The most bits that numerator and denominator of an exact sum may have together; a longer sum becomes
    /// an interval.
    pub const SUM_BITS: usize = 8 * BITS;
    /// The most bits of an exact product or quotient. Only sums cancel, and only sums reach a kink; an exact
    /// product of long sums would decide nothing and take hours.
    const PRODUCT_BITS: usize = if Self::SUM_BITS < 2048 { Self::SUM_BITS } else { 2048 };

    fn exact(x: Rational, most_bits: usize) -> Self {
        let bits = x.0.numerator().bit_len() + x.0.denominator().bit_len();
        if bits <= most_bits { Exact(x) } else { Within(Interval::around(&x.0)) }
    }

    /// The number as an interval, which is a point only if `BITS` bits are enough for the fraction.
    pub fn interval(&self) -> Interval<BITS> {
        match self {
            Exact(x) => Interval::around(&x.0),
            Within(interval) => interval.clone(),
        }
    }

    /// An elementary function: exact at 0, an interval elsewhere.
    fn function(&self, at_zero: fn() -> Self, f: fn(&Interval<BITS>) -> Interval<BITS>) -> Self {
        if self.is_zero() { at_zero() } else { Within(f(&self.interval())) }
    }
}

impl<const BITS: usize> Zero for Enclosure<BITS> {
    fn zero() -> Self {
        Exact(Rational::zero())
    }
    fn is_zero(&self) -> bool {
        matches!(self, Exact(x) if x.is_zero())
    }
}

impl<const BITS: usize> One for Enclosure<BITS> {
    fn one() -> Self {
        Exact(Rational::one())
    }
}

impl<const BITS: usize> Operations for Enclosure<BITS> {
    fn add(self, other: Self) -> Self {
        match (self, other) {
            (Exact(x), Exact(y)) => Self::exact(x + y, Self::SUM_BITS),
            (Exact(zero), Within(y)) | (Within(y), Exact(zero)) if zero.is_zero() => Within(y),
            (x, y) => Within(x.interval() + y.interval()),
        }
    }

    fn mul(self, other: Self) -> Self {
        match (self, other) {
            (Exact(x), Exact(y)) => Self::exact(x * y, Self::PRODUCT_BITS),
            (Exact(zero), _) | (_, Exact(zero)) if zero.is_zero() => Self::zero(),
            (x, y) => Within(x.interval() * y.interval()),
        }
    }

    fn div(self, other: Self) -> Self {
        match (self, other) {
            (Exact(x), Exact(y)) if !y.is_zero() => Self::exact(x / y, Self::PRODUCT_BITS),
            (Exact(zero), Within(y)) if zero.is_zero() && y.is_positive().is_some() => Self::zero(),
            (x, y) => Within(x.interval() / y.interval()),
        }
    }

    fn neg(self) -> Self {
        match self {
            Exact(x) => Exact(-x),
            Within(x) => Within(-x),
        }
    }
}

operators!([const BITS: usize] Enclosure<BITS>);

impl<const BITS: usize> Number for Enclosure<BITS> {
    fn from_f64(x: f64) -> Self {
        Self::exact(Rational::from_f64(x), Self::SUM_BITS)
    }

    fn sum(terms: impl Iterator<Item = Self>) -> Self {
        pairwise(terms)
    }
}

impl<const BITS: usize> Ordered for Enclosure<BITS> {
    fn is_positive(&self) -> Option<bool> {
        match self {
            Exact(x) => x.is_positive(),
            Within(x) => x.is_positive(),
        }
    }

    fn hull(self, other: Self) -> Self {
        if self == other { self } else { Within(self.interval().hull(other.interval())) }
    }

    fn largest(values: &[Self]) -> usize {
        let intervals: Vec<_> = values.iter().map(Self::interval).collect();
        Interval::largest(&intervals)
    }
}

impl<const BITS: usize> Real for Enclosure<BITS> {
    fn exp(&self) -> Self {
        self.function(Self::one, Interval::exp)
    }
    fn exp_m1(&self) -> Self {
        self.function(Self::zero, Interval::exp_m1)
    }
    fn ln_1p(&self) -> Self {
        self.function(Self::zero, Interval::ln_1p)
    }
    fn erfc(&self) -> Self {
        self.function(Self::one, Interval::erfc)
    }
    fn frac_2_sqrt_pi() -> Self {
        Within(Interval::frac_2_sqrt_pi())
    }
    fn frac_1_sqrt_2() -> Self {
        Within(Interval::frac_1_sqrt_2())
    }
}
