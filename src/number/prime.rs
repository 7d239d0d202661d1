//! The prime field of 2^61 − 1, for testing identities.
//!
//! Two rational functions that agree at a random point of the field agree for all inputs of that shape; a
//! wrong identity goes unnoticed with a probability of at most degree / (2^61 − 1) (Schwartz and Zippel). A
//! trial costs no more than a step in machine integers. This module knows nothing of degrees;
//! `verify::degree` computes them.

use super::Number;
use super::operators::{Operations, operators};
use num_traits::{One, Zero};

/// An element of the field, stored as its representative below the modulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prime(u64);

impl Prime {
    /// 2^61 − 1, a Mersenne prime.
    pub const MODULUS: u64 = (1 << 61) - 1;

    /// The residue of `x`.
    pub fn new(x: u64) -> Self {
        Prime(x % Self::MODULUS)
    }

    /// The representative in `0..MODULUS`.
    pub fn value(self) -> u64 {
        self.0
    }

    fn power(self, mut exponent: u64) -> Self {
        let (mut base, mut result) = (self, Prime(1));
        while exponent > 0 {
            if exponent & 1 == 1 {
                result *= base;
            }
            base *= base;
            exponent >>= 1;
        }
        result
    }
}

impl Zero for Prime {
    fn zero() -> Self {
        Prime(0)
    }
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl One for Prime {
    fn one() -> Self {
        Prime(1)
    }
}

impl Operations for Prime {
    fn add(self, other: Self) -> Self {
        Prime::new(self.0 + other.0)
    }

    fn mul(self, other: Self) -> Self {
        let product = u128::from(self.0) * u128::from(other.0);
        // 2^61 ≡ 1, so the high part adds to the low one.
        let (high, low) = ((product >> 61) as u64, product as u64 & Self::MODULUS);
        Prime::new(high + low)
    }

    /// By Fermat's inverse x^(q−2), which makes x/0 = 0: a total function, met in a trial with a chance of
    /// the denominator's degree / (2^61 − 1), which the trial's stated chance includes.
    fn div(self, other: Self) -> Self {
        self * other.power(Self::MODULUS - 2)
    }

    fn neg(self) -> Self {
        Prime::new(Self::MODULUS - self.0)
    }
}

operators!([] Prime);

impl Number for Prime {
    /// A finite double is s · 2^e with integers s and e; the field has the same product.
    fn from_f64(x: f64) -> Self {
        let (significand, exponent, sign) = num_traits::Float::integer_decode(x);
        let two_to_e = Prime(2).power(i64::from(exponent).rem_euclid(61) as u64);
        let magnitude = Prime::new(significand) * two_to_e;
        if sign < 0 { -magnitude } else { magnitude }
    }
}
