//! A double and how far it may lie from the exact number: the bound that derives itself.
//!
//! |value − exact| ≤ γ(roundings) · magnitude with γ(k) = k·u / (1 − k·u) and u = 2^−53, where the
//! magnitude bounds |exact| and |value| as well (Wilkinson's counting; (1 + γ(a))(1 + γ(b)) ≤
//! 1 + γ(a + b)). Σ counts for every order of summation, with or without fused multiply-add, so the
//! bound of the scalar form holds for the matrix form too. It supposes that no result underflows, and
//! that the elementary functions are right within one unit in the last place.

use crate::number::{Number, Ordered, Real};
use num_traits::{One, Zero};
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

/// What double arithmetic gives, with its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounded {
    /// The double itself.
    pub value: f64,
    magnitude: f64,
    roundings: u32,
}

/// Above the exact result of up to six operations, each within one ulp, whose computed result is x ≥ 0.
fn above(x: f64) -> f64 {
    x * (1.0 + 8.0 * f64::EPSILON)
}

impl Rounded {
    /// The double taken exactly.
    pub fn exact(value: f64) -> Self {
        Rounded { value, magnitude: value.abs(), roundings: 0 }
    }

    /// The double nearest to a constant that is none.
    fn nearest(value: f64) -> Self {
        Rounded { value, magnitude: above(value), roundings: 1 }
    }

    /// The bound of |value − exact|.
    pub fn error(self) -> f64 {
        let roundings = f64::from(self.roundings) * f64::EPSILON / 2.0;
        above(roundings / (1.0 - roundings) * self.magnitude)
    }

    /// f(self), the library's `value`, where |f′| ≤ `steepest` as far as the exact argument may lie.
    fn function(self, value: f64, steepest: f64) -> Self {
        // One ulp is two roundings. |f(exact)| ≤ |f(value)| + steepest · error, and error ≤ magnitude.
        let magnitude = above(value.abs() + steepest * self.magnitude);
        Rounded { value, magnitude, roundings: self.roundings + 2 }
    }
}

impl Zero for Rounded {
    fn zero() -> Self {
        Self::exact(0.0)
    }
    fn is_zero(&self) -> bool {
        self.magnitude == 0.0
    }
}

impl One for Rounded {
    fn one() -> Self {
        Self::exact(1.0)
    }
}

impl Add for Rounded {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Rounded {
            value: self.value + other.value,
            magnitude: above(self.magnitude + other.magnitude),
            roundings: self.roundings.max(other.roundings) + 1,
        }
    }
}

impl Neg for Rounded {
    type Output = Self;
    fn neg(self) -> Self {
        Rounded { value: -self.value, ..self }
    }
}

impl Sub for Rounded {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Rounded {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Rounded {
            value: self.value * other.value,
            magnitude: above(self.magnitude * other.magnitude),
            roundings: self.roundings + other.roundings + 1,
        }
    }
}

/// |1/y − 1/value| = |y − value| / |y · value| ≤ γ · magnitude / (|value| · (|value| − error)).
impl Div for Rounded {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let least = (other.value.abs() - other.error()).max(0.0) * (1.0 - f64::EPSILON);
        let inverse = above(other.magnitude / (other.value.abs() * least));
        Rounded {
            value: self.value / other.value,
            magnitude: above(self.magnitude * inverse),
            roundings: self.roundings + other.roundings + 1,
        }
    }
}

impl AddAssign for Rounded {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl MulAssign for Rounded {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl Number for Rounded {
    fn from_f64(x: f64) -> Self {
        Self::exact(x)
    }

    /// In whatever order n terms are added, each passes through at most n − 1 additions.
    fn sum(terms: impl Iterator<Item = Self>) -> Self {
        let (mut total, mut count, mut most) = (Self::zero(), 0u32, 0);
        for term in terms {
            total += term;
            count += 1;
            most = most.max(term.roundings);
        }
        Rounded { roundings: most + count.saturating_sub(1), ..total }
    }

    fn common_scale(values: &[Self]) -> Self {
        Self::exact(f64::common_scale(&values.iter().map(|x| x.value).collect::<Vec<_>>()))
    }
}

/// The side on which the double lies. Where the exact number may lie on the other one, the bound is
/// good for functions that are smooth across, and not at a kink: whoever asks keeps away from those.
impl Ordered for Rounded {
    fn is_positive(&self) -> Option<bool> {
        Ordered::is_positive(&self.value)
    }

    fn largest(values: &[Self]) -> usize {
        f64::largest(&values.iter().map(|x| x.value).collect::<Vec<_>>())
    }
}

impl Real for Rounded {
    fn exp(&self) -> Self {
        self.function(self.value.exp(), above(self.value.exp() * self.error().exp()))
    }

    fn exp_m1(&self) -> Self {
        self.function(self.value.exp_m1(), above(self.value.exp() * self.error().exp()))
    }

    fn ln_1p(&self) -> Self {
        let least = (1.0 + self.value - self.error()).max(0.0);
        self.function(self.value.ln_1p(), above(1.0 / least))
    }

    /// |erfc′(x)| = 2/√π e^(−x²) ≤ 2/√π.
    fn erfc(&self) -> Self {
        self.function(Real::erfc(&self.value), above(std::f64::consts::FRAC_2_SQRT_PI))
    }

    fn frac_2_sqrt_pi() -> Self {
        Self::nearest(std::f64::consts::FRAC_2_SQRT_PI)
    }

    fn frac_1_sqrt_2() -> Self {
        Self::nearest(std::f64::consts::FRAC_1_SQRT_2)
    }
}
