//! Dual numbers over any other kind of number: a value and its derivative along one direction.
//!
//! Running the forward pass on them yields the derivative itself, by rules that know nothing of the backward
//! pass.

use super::operators::{Operations, operators};
use super::{Number, Ordered, Real};
use num_traits::{One, Zero};
use std::cmp::Ordering;

/// value + slope · ε with ε² = 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<T> {
    /// The value.
    pub value: T,
    /// The derivative along the direction in which the inputs were seeded.
    pub slope: T,
}

impl<T: Number> Dual<T> {
    /// A constant: its derivative is 0.
    pub fn constant(value: T) -> Self {
        Dual { value, slope: T::zero() }
    }

    /// f(self) by the chain rule, from f(value) and f′(value).
    fn chain(&self, value: T, derivative: T) -> Self {
        Dual { value, slope: self.slope.clone() * derivative }
    }
}

impl<T: Number> Zero for Dual<T> {
    fn zero() -> Self {
        Dual::constant(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero() && self.slope.is_zero()
    }
}

impl<T: Number> One for Dual<T> {
    fn one() -> Self {
        Dual::constant(T::one())
    }
}

impl<T: Number> Operations for Dual<T> {
    fn add(self, other: Self) -> Self {
        Dual { value: self.value + other.value, slope: self.slope + other.slope }
    }

    fn sub(self, other: Self) -> Self {
        Dual { value: self.value - other.value, slope: self.slope - other.slope }
    }

    fn mul(self, other: Self) -> Self {
        let slope = self.slope * other.value.clone() + self.value.clone() * other.slope;
        Dual { value: self.value * other.value, slope }
    }

    fn div(self, other: Self) -> Self {
        let value = self.value / other.value.clone();
        let slope = (self.slope - value.clone() * other.slope) / other.value;
        Dual { value, slope }
    }

    fn neg(self) -> Self {
        Dual { value: -self.value, slope: -self.slope }
    }
}

operators!([T: Number] Dual<T>);

impl<T: Number> Number for Dual<T> {
    fn from_f64(x: f64) -> Self {
        Dual::constant(T::from_f64(x))
    }

    fn common_scale(values: &[Self]) -> Self {
        let values: Vec<T> = values.iter().map(|x| x.value.clone()).collect();
        Dual::constant(T::common_scale(&values))
    }
}

/// The value alone is compared; at a kink, the slope is that of the side on which the value lies.
impl<T: Ordered> Ordered for Dual<T> {
    fn is_positive(&self) -> Option<bool> {
        self.value.is_positive()
    }

    fn hull(self, other: Self) -> Self {
        Dual { value: self.value.hull(other.value), slope: self.slope.hull(other.slope) }
    }

    fn largest(values: &[Self]) -> usize {
        let values: Vec<T> = values.iter().map(|x| x.value.clone()).collect();
        T::largest(&values)
    }
}

/// By the value alone.
impl<T: PartialOrd> PartialOrd for Dual<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

/// The value.
impl<T: Into<f64>> From<Dual<T>> for f64 {
    fn from(x: Dual<T>) -> Self {
        x.value.into()
    }
}

impl<T: Real> Real for Dual<T> {
    /// (eˣ)′ = eˣ.
    fn exp(&self) -> Self {
        let value = self.value.exp();
        self.chain(value.clone(), value)
    }

    /// (eˣ − 1)′ = eˣ.
    fn exp_m1(&self) -> Self {
        self.chain(self.value.exp_m1(), self.value.exp())
    }

    /// ln(1 + x)′ = 1/(1 + x).
    fn ln_1p(&self) -> Self {
        self.chain(self.value.ln_1p(), T::one() / (T::one() + self.value.clone()))
    }

    /// erfc(x)′ = −2/√π · e^(−x²).
    fn erfc(&self) -> Self {
        let x = || self.value.clone();
        self.chain(self.value.erfc(), -(T::frac_2_sqrt_pi() * (-(x() * x())).exp()))
    }

    fn frac_2_sqrt_pi() -> Self {
        Dual::constant(T::frac_2_sqrt_pi())
    }

    fn frac_1_sqrt_2() -> Self {
        Dual::constant(T::frac_1_sqrt_2())
    }
}
