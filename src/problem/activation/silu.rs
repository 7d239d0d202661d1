//! silu: z · sigmoid(z).

use super::{ScalarFunction, sigmoid};
use crate::number::{ErrorBound, Real};
use num_traits::One;

/// z · sigmoid(z).
#[derive(Clone, Copy, Debug)]
pub struct Silu;

impl ScalarFunction for Silu {
    const NAME: &'static str = "silu";
    const FORMULA: &'static str = "zⱼ·σ(zⱼ), σ(x) = 1/(1 + e^−x)";

    fn value<T: Real>(self, z: &T) -> T {
        z.clone() * sigmoid::sigmoid(z)
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        sigmoid::sigmoid(z) + z.clone() * sigmoid::slope(z)
    }

    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        z * sigmoid::textbook(z)
    }

    /// s + z · s · (1 − s).
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        let s = sigmoid::textbook(z);
        s + z * s * (ErrorBound::one() - s)
    }
}
