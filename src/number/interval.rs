//! Intervals of binary floats, rounded outward: a proven enclosure of every exact result.
//!
//! Each operation rounds its lower end down and its upper end up, to `BITS` bits. [`super::elementary`]
//! encloses the elementary functions at the ends. A result about which nothing is known (a divisor that may
//! be zero, an exponential far out of range) is the whole line: correct, and too wide to go unnoticed.

use super::operators::{Operations, operators};
use super::{Number, Ordered, Real, elementary};
use dashu_base::{BitTest, PowerOfTwo, Sign};
use dashu_float::round::mode::{Down, Up};
use dashu_float::{Context, FBig, Repr};
use dashu_int::IBig;
use dashu_ratio::RBig;
use num_traits::{One, Zero};

/// All reals from `lo` to `hi`. The ends have at most `BITS` bits; `BITS` is at least 64, so every double is
/// a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval<const BITS: usize> {
    lo: Repr<2>,
    hi: Repr<2>,
}

impl<const BITS: usize> Interval<BITS> {
    const DOWN: Context<Down> = Context::new(BITS);
    const UP: Context<Up> = Context::new(BITS);

    /// The interval between two ends, each rounded outward.
    fn outward(lo: &Repr<2>, hi: &Repr<2>) -> Self {
        let zero = Repr::zero();
        Self::between(Self::DOWN.add(lo, &zero), Self::UP.add(hi, &zero))
    }

    /// The interval between two rounded results, or the whole line if either failed.
    fn between<E>(lo: Result<Rounded<Down>, E>, hi: Result<Rounded<Up>, E>) -> Self {
        match (lo, hi) {
            (Ok(lo), Ok(hi)) => Interval { lo: lo.value().into_repr(), hi: hi.value().into_repr() },
            _ => Self::whole_line(),
        }
    }

    fn point(x: Repr<2>) -> Self {
        Interval { lo: x.clone(), hi: x }
    }

    fn whole_line() -> Self {
        Interval { lo: Repr::neg_infinity(), hi: Repr::infinity() }
    }

    /// Whether both ends are finite.
    pub fn is_bounded(&self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }

    /// The lower end.
    pub fn lo(&self) -> &Repr<2> {
        &self.lo
    }

    /// The upper end.
    pub fn hi(&self) -> &Repr<2> {
        &self.hi
    }

    /// The narrowest interval that contains a fraction.
    pub fn around(x: &RBig) -> Self {
        if x.denominator().is_power_of_two() {
            let exponent = 1 - x.denominator().bit_len() as isize;
            let dyadic = Repr::new(x.numerator().clone(), exponent);
            return Self::outward(&dyadic, &dyadic);
        }
        let numerator = Repr::new(x.numerator().clone(), 0);
        let denominator = Repr::new(IBig::from(x.denominator().clone()), 0);
        Self::between(Self::DOWN.div(&numerator, &denominator), Self::UP.div(&numerator, &denominator))
    }

    /// An increasing function, enclosed at both ends.
    fn increasing(&self, f: impl Fn(&Repr<2>, usize) -> Option<elementary::Enclosed>) -> Self {
        if !self.is_bounded() {
            return Self::whole_line();
        }
        let at_lo = f(&self.lo, BITS);
        let at_hi = if self.lo == self.hi { at_lo.clone() } else { f(&self.hi, BITS) };
        match (at_lo, at_hi) {
            (Some(at_lo), Some(at_hi)) => Self::outward(&at_lo.lo, &at_hi.hi),
            _ => Self::whole_line(),
        }
    }
}

type Rounded<R> = dashu_float::round::Rounded<FBig<R, 2>>;

fn is_negative(x: &Repr<2>) -> bool {
    x.sign() == Sign::Negative && !x.significand().is_zero()
}

impl<const BITS: usize> Zero for Interval<BITS> {
    fn zero() -> Self {
        Self::point(Repr::zero())
    }
    fn is_zero(&self) -> bool {
        self.is_bounded() && self.lo.significand().is_zero() && self.hi.significand().is_zero()
    }
}

impl<const BITS: usize> One for Interval<BITS> {
    fn one() -> Self {
        Self::point(Repr::one())
    }
}

impl<const BITS: usize> Operations for Interval<BITS> {
    fn add(self, other: Self) -> Self {
        Self::between(Self::DOWN.add(&self.lo, &other.lo), Self::UP.add(&self.hi, &other.hi))
    }

    fn mul(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::zero();
        }
        let product = |lo: (&Repr<2>, &Repr<2>), hi: (&Repr<2>, &Repr<2>)| {
            Self::between(Self::DOWN.mul(lo.0, lo.1), Self::UP.mul(hi.0, hi.1))
        };
        let (a, b) = (&self, &other);
        match (is_negative(&a.lo), is_negative(&a.hi), is_negative(&b.lo), is_negative(&b.hi)) {
            (false, _, false, _) => product((&a.lo, &b.lo), (&a.hi, &b.hi)),
            (_, true, _, true) => product((&a.hi, &b.hi), (&a.lo, &b.lo)),
            (false, _, _, true) => product((&a.hi, &b.lo), (&a.lo, &b.hi)),
            (_, true, false, _) => product((&a.lo, &b.hi), (&a.hi, &b.lo)),
            (false, _, true, false) => product((&a.hi, &b.lo), (&a.hi, &b.hi)),
            (true, false, false, _) => product((&a.lo, &b.hi), (&a.hi, &b.hi)),
            (_, true, true, false) => product((&a.lo, &b.hi), (&a.lo, &b.lo)),
            (true, false, _, true) => product((&a.hi, &b.lo), (&a.lo, &b.lo)),
            (true, false, true, false) => {
                let mixed = product((&a.lo, &b.hi), (&a.lo, &b.lo));
                mixed.hull(product((&a.hi, &b.lo), (&a.hi, &b.hi)))
            }
        }
    }

    fn div(self, other: Self) -> Self {
        let zero = Repr::zero();
        if other.lo <= zero && other.hi >= zero {
            return Self::whole_line();
        }
        // 1/x decreases on either side of zero, so the ends swap.
        let one = Repr::one();
        let inverse = Self::between(Self::DOWN.div(&one, &other.hi), Self::UP.div(&one, &other.lo));
        self * inverse
    }

    fn neg(self) -> Self {
        Interval { lo: -self.hi, hi: -self.lo }
    }
}

operators!([const BITS: usize] Interval<BITS>);

impl<const BITS: usize> Number for Interval<BITS> {
    fn from_f64(x: f64) -> Self {
        const { assert!(BITS >= 64, "an end must hold every double") };
        let (significand, exponent, sign) = num_traits::Float::integer_decode(x);
        Self::point(Repr::new(IBig::from(significand) * sign, exponent.into()))
    }
}

impl<const BITS: usize> Ordered for Interval<BITS> {
    fn is_positive(&self) -> Option<bool> {
        let zero = Repr::zero();
        if self.lo > zero {
            Some(true)
        } else if self.hi <= zero {
            Some(false)
        } else {
            None
        }
    }

    fn hull(self, other: Self) -> Self {
        Interval { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    fn largest(values: &[Self]) -> usize {
        (1..values.len()).fold(0, |best, j| if values[j].hi > values[best].hi { j } else { best })
    }
}

impl<const BITS: usize> Real for Interval<BITS> {
    fn exp(&self) -> Self {
        self.increasing(elementary::exp)
    }

    fn exp_m1(&self) -> Self {
        self.increasing(elementary::exp_m1)
    }

    fn ln_1p(&self) -> Self {
        self.increasing(elementary::ln_1p)
    }

    /// erfc decreases, so the increasing −erfc is enclosed and negated.
    fn erfc(&self) -> Self {
        -self.increasing(|x, bits| elementary::erfc(x, bits).map(elementary::Enclosed::negated))
    }

    fn frac_2_sqrt_pi() -> Self {
        let constant = elementary::frac_2_sqrt_pi();
        Self::outward(&constant.lo, &constant.hi)
    }

    fn frac_1_sqrt_2() -> Self {
        let constant = elementary::frac_1_sqrt_2();
        Self::outward(&constant.lo, &constant.hi)
    }
}
