//! sigmoid: `1 / (1 + e^−z)`.

use super::ScalarFunction;
use crate::number::{ErrorBound, Real};
use num_traits::One;

/// `1 / (1 + e^−z)`.
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl ScalarFunction for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const FORMULA: &'static str = "σ(zⱼ) = 1/(1 + e^−zⱼ)";

    fn value<T: Real>(self, z: &T) -> T {
        sigmoid(z)
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        slope(z)
    }

    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        textbook(z)
    }

    /// a · (1 − a), which cancels where a approaches 1, or a − a², whose square may be subnormal.
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        let a = textbook(z);
        (a * (ErrorBound::one() - a)).or(a - a * a)
    }
}

/// `1/(1 + e^−z)`, with the exponential of a negative argument on either side of 0.
pub fn sigmoid<T: Real>(z: &T) -> T {
    let above = || T::one() / (T::one() + (-z.clone()).exp());
    let below = || {
        let e = z.exp();
        e.clone() / (T::one() + e)
    };
    z.if_positive(above, below)
}

/// sigmoid′(z) = sigmoid(z) · sigmoid(−z); the textbook's s · (1 − s) cancels where s approaches 1.
pub fn slope<T: Real>(z: &T) -> T {
    sigmoid(z) * sigmoid(&-z.clone())
}

/// [`sigmoid`] in another arrangement: e · (1/(1 + e)) below 0, with e = e^z.
pub fn textbook<const S: usize, const A: usize>(z: ErrorBound<S, A>) -> ErrorBound<S, A> {
    let (center, _) = z.exact_number();
    let inverse = |e| ErrorBound::one() / (ErrorBound::one() + e);
    if center > 0.0 {
        inverse((-z).exp())
    } else {
        let e = z.exp();
        e * inverse(e)
    }
}
