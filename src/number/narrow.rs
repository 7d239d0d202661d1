//! Numbers that carry a proof that arithmetic on them is exact, even in formats as narrow as bf16.
//!
//! Beside its value a sum knows a unit, a power of two of which all its terms are multiples, and a bound
//! on the size of every partial sum in any order. While the bound is at most 2^8 units, each of these
//! fits the 8 bits of a bf16 significand, so that no sound implementation in f64, f32, f16 or bf16
//! rounds anywhere. A factor is a finished number: its own last bit is the unit, its size the bound.

use super::{Number, Ordered, Real};
use num_traits::{One, Zero};
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

/// A number and whether everything that led to it is exact in all four formats.
#[derive(Clone, Copy, Debug)]
pub struct Narrow {
    /// The number itself, as long as it is exact.
    value: f64,
    /// The exponent of the unit; without a meaning where `bound` is 0.
    unit: i32,
    /// Not below the size of any partial sum.
    bound: f64,
    /// Whether the bound has stayed within the formats.
    exact: bool,
}

/// A unit not below this leaves every number normal in f16, whose least normal number is 2^−14.
const LEAST_UNIT: i32 = -14;
/// All integers up to 2^8 fit the 8 bits of bf16.
const MOST_UNITS: f64 = 256.0;
/// f16 ends just below 2^16.
const MOST: f64 = 32_768.0;

impl Narrow {
    /// Whether no operation that led here rounds, in f64, f32, f16 or bf16, in any order.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    fn sum(value: f64, unit: i32, bound: f64, exact: bool) -> Self {
        let fits =
            bound == 0.0 || (unit >= LEAST_UNIT && bound <= MOST && bound <= MOST_UNITS * 2f64.powi(unit));
        Narrow { value, unit, bound, exact: exact && fits }
    }

    /// A number that is done with the sum that it came from.
    fn finished(value: f64, exact: bool) -> Self {
        let (significand, exponent, _) = num_traits::Float::integer_decode(value);
        let spare = significand.checked_ilog2().map_or(0, |_| significand.trailing_zeros());
        Self::sum(value, i32::from(exponent) + spare as i32, value.abs(), exact)
    }

    /// What an operation that rounds gives; its value is not looked at.
    fn rounded() -> Self {
        Self::finished(1.0, false)
    }
}

impl PartialEq for Narrow {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Zero for Narrow {
    fn zero() -> Self {
        Self::finished(0.0, true)
    }
    fn is_zero(&self) -> bool {
        self.value == 0.0
    }
}

impl One for Narrow {
    fn one() -> Self {
        Self::finished(1.0, true)
    }
}

impl Add for Narrow {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let unit = match (self.bound == 0.0, other.bound == 0.0) {
            (true, _) => other.unit,
            (_, true) => self.unit,
            _ => self.unit.min(other.unit),
        };
        Self::sum(self.value + other.value, unit, self.bound + other.bound, self.exact && other.exact)
    }
}

impl Neg for Narrow {
    type Output = Self;
    fn neg(self) -> Self {
        Narrow { value: -self.value, ..self }
    }
}

impl Sub for Narrow {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Narrow {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::finished(self.value * other.value, self.exact && other.exact)
    }
}

/// Exact where the divisor is a power of two.
impl Div for Narrow {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let (significand, ..) = num_traits::Float::integer_decode(other.value);
        let exact = self.exact && other.exact && significand.is_power_of_two();
        Self::finished(self.value / other.value, exact)
    }
}

impl AddAssign for Narrow {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl MulAssign for Narrow {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl Number for Narrow {
    fn from_f64(x: f64) -> Self {
        Self::finished(x, true)
    }
}

impl Ordered for Narrow {
    fn is_positive(&self) -> Option<bool> {
        Some(self.value > 0.0)
    }

    fn largest(values: &[Self]) -> usize {
        let values: Vec<f64> = values.iter().map(|x| x.value).collect();
        f64::largest(&values)
    }
}

impl Real for Narrow {
    fn exp(&self) -> Self {
        Self::rounded()
    }
    fn exp_m1(&self) -> Self {
        Self::rounded()
    }
    fn ln_1p(&self) -> Self {
        Self::rounded()
    }
    fn erfc(&self) -> Self {
        Self::rounded()
    }
    fn frac_2_sqrt_pi() -> Self {
        Self::rounded()
    }
    fn frac_1_sqrt_2() -> Self {
        Self::rounded()
    }
}
