//! gelu_tanh: `z/2 · (1 + tanh(√(2/π) · (z + 0.044715 z³)))`, which approximates gelu.

use super::{ScalarFunction, half, sigmoid};
use crate::number::{ErrorBound, Real};
use num_traits::One;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// `z/2 · (1 + tanh(√(2/π) · (z + 0.044715 z³)))`; the coefficient is exactly the decimal.
#[derive(Clone, Copy, Debug)]
pub struct GeluTanh;

impl ScalarFunction for GeluTanh {
    const NAME: &'static str = "gelu_tanh";
    const FORMULA: &'static str = "zⱼ/2·(1 + tanh(√(2/π)·(zⱼ + 0.044715·zⱼ³)))";

    /// z · sigmoid(u), which is the same function if u is twice the argument of tanh.
    fn value<T: Real>(self, z: &T) -> T {
        z.clone() * sigmoid::sigmoid(&argument(z))
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        let u = argument(z);
        let slope = sigmoid::slope(&u);
        // Far from 0, the slope of the sigmoid is 0 before z² overflows, and so is the whole term.
        let bend = if slope.is_zero() { slope } else { z.clone() * slope * argument_slope(z) };
        sigmoid::sigmoid(&u) + bend
    }

    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        half() * z * (ErrorBound::one() + inner(z))
    }

    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        let one = ErrorBound::one;
        let t = inner(z);
        let factor = ErrorBound::constant(FRAC_2_SQRT_PI * FRAC_1_SQRT_2);
        let inner = factor * (one() + ErrorBound::constant(3.0 * 0.044715) * z * z);
        half() * (one() + t) + half() * z * (one() - t * t) * inner
    }
}

/// u = 2√(2/π) (z + 0.044715 z³).
fn argument<T: Real>(z: &T) -> T {
    let cubic = T::ratio(44_715, 1_000_000) * z.clone() * z.clone();
    factor::<T>() * (z.clone() * (T::one() + cubic))
}

/// du/dz = 2√(2/π) (1 + 3 · 0.044715 z²).
fn argument_slope<T: Real>(z: &T) -> T {
    let square = T::ratio(3 * 44_715, 1_000_000) * z.clone() * z.clone();
    factor::<T>() * (T::one() + square)
}

/// 2√(2/π) = 2 · 2/√π · 1/√2.
fn factor<T: Real>() -> T {
    let half = T::frac_2_sqrt_pi() * T::frac_1_sqrt_2();
    half.clone() + half
}

/// tanh(√(2/π) (z + 0.044715 z³)).
fn inner<const S: usize, const A: usize>(z: ErrorBound<S, A>) -> ErrorBound<S, A> {
    let factor = ErrorBound::constant(FRAC_2_SQRT_PI * FRAC_1_SQRT_2);
    (factor * (z + ErrorBound::constant(0.044715) * z * z * z)).tanh()
}
