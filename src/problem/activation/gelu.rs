//! gelu: z · Φ(z), the form with erf.

use super::{ScalarFunction, half};
use crate::number::{ErrorBound, Real};
use num_traits::One;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// z · Φ(z), with the standard normal distribution function Φ.
#[derive(Clone, Copy, Debug)]
pub struct Gelu;

impl ScalarFunction for Gelu {
    const NAME: &'static str = "gelu";
    const FORMULA: &'static str = "zⱼ·Φ(zⱼ), Φ the standard normal distribution function";
    const COST: f64 = 400.0;

    fn value<T: Real>(self, z: &T) -> T {
        z.clone() * distribution(z)
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        distribution(z) + z.clone() * density(z)
    }

    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        z * textbook_distribution(z)
    }

    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        textbook_distribution(z) + z * textbook_density(z)
    }
}

/// Φ(z) = erfc(−z/√2)/2.
fn distribution<T: Real>(z: &T) -> T {
    (-z.clone() * T::frac_1_sqrt_2()).erfc() * T::ratio(1, 2)
}

/// `φ(z) = Φ′(z) = e^(−z²/2)/√(2π)`.
fn density<T: Real>(z: &T) -> T {
    let peak = T::frac_2_sqrt_pi() * T::frac_1_sqrt_2() * T::ratio(1, 2);
    (-(z.clone() * z.clone() * T::ratio(1, 2))).exp() * peak
}

/// Φ(z) = (1 + erf(z/√2))/2.
fn textbook_distribution<const S: usize, const A: usize>(z: ErrorBound<S, A>) -> ErrorBound<S, A> {
    half() * (ErrorBound::one() + (z * ErrorBound::constant(FRAC_1_SQRT_2)).erf())
}

/// φ(z), with a single constant.
fn textbook_density<const S: usize, const A: usize>(z: ErrorBound<S, A>) -> ErrorBound<S, A> {
    (-(half() * z * z)).exp() * ErrorBound::constant(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2)
}
