//! [`Value`]: a number on a [`Machine`], for formulas to be written in.

use super::format::{fused, halved, neighbour};
use super::freedom::Freedom;
use super::machine::{Defect, Machine};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number of a machine, in the format of its intermediate results or in a shorter one.
#[derive(Clone, Copy)]
pub struct Value<'m> {
    pub x: f64,
    pub machine: &'m Machine,
}

impl<'m> Value<'m> {
    fn with(self, x: f64) -> Self {
        Value { x: self.machine.rounded(x), ..self }
    }

    fn operand(self) -> f64 {
        self.machine.operand(self.machine.freedom.between, self.x)
    }

    /// self · factor + addend, fused or not.
    pub fn times_plus(self, factor: Self, addend: Self) -> Self {
        if !self.machine.freedom.fused {
            return self * factor + addend;
        }
        let Freedom { ties, between, .. } = self.machine.freedom;
        self.with(fused(ties, between, self.operand(), factor.operand(), addend.operand()))
    }

    /// The larger of two.
    pub fn max(self, other: Self) -> Self {
        if other.x > self.x { other } else { self }
    }

    /// Whether self > 0; for what is read as 0, the freedom at kinks decides.
    pub fn is_right_of_kink(self) -> bool {
        let x = self.operand();
        x > 0.0 || x == 0.0 && self.machine.freedom.right_at_kinks
    }

    pub fn abs(self) -> Self {
        Value { x: self.x.abs(), ..self }
    }

    pub fn exp(self) -> Self {
        self.exponential(libm::exp)
    }

    pub fn exp_m1(self) -> Self {
        self.exponential(libm::expm1)
    }

    fn exponential(self, f: fn(f64) -> f64) -> Self {
        let result = self.function(f);
        match self.machine.defect {
            Some(Defect::ShortExponential) => {
                Value { x: halved(self.machine.arithmetic.storage, result.x), ..self }
            }
            _ => result,
        }
    }

    pub fn ln(self) -> Self {
        self.function(libm::log)
    }

    pub fn ln_1p(self) -> Self {
        self.function(libm::log1p)
    }

    pub fn tanh(self) -> Self {
        self.function(libm::tanh)
    }

    pub fn erf(self) -> Self {
        self.function_off(2, libm::erf)
    }

    pub fn erfc(self) -> Self {
        self.function_off(2, libm::erfc)
    }

    fn function(self, f: fn(f64) -> f64) -> Self {
        self.function_off(1, f)
    }

    /// f in double precision, the same on every machine, rounded, and moved by up to `times` the freedom's `ulps`.
    /// Infinite and exact values stay as they are: at 0 every function here is 0 or 1, as C and IEEE 754 require of a
    /// library, and ln is 0 at 1.
    fn function_off(self, times: u64, f: fn(f64) -> f64) -> Self {
        let Machine { freedom: Freedom { between, ulps, .. }, .. } = *self.machine;
        let ulps = times * ulps;
        let operand = self.operand();
        let result = self.with(f(operand));
        if ulps == 0 || operand == 0.0 || result.x == 0.0 || !result.x.is_finite() {
            return result;
        }
        let steps = self.machine.below(2 * ulps + 1) as i32 - ulps as i32;
        self.with(neighbour(between, result.x, steps))
    }
}

impl Add for Value<'_> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.with(self.operand() + other.operand())
    }
}

impl Sub for Value<'_> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.with(self.operand() - other.operand())
    }
}

impl Mul for Value<'_> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.with(self.operand() * other.operand())
    }
}

impl Div for Value<'_> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.with(self.operand() / other.operand())
    }
}

impl Neg for Value<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        Value { x: -self.x, ..self }
    }
}
