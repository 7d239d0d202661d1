//! softplus: `ln(1 + e^z)`.

use super::{ScalarFunction, sigmoid};
use crate::number::{ErrorBound, Real};

/// `ln(1 + e^z)`.
#[derive(Clone, Copy, Debug)]
pub struct Softplus;

impl ScalarFunction for Softplus {
    const NAME: &'static str = "softplus";
    const FORMULA: &'static str = "ln(1 + e^zⱼ)";

    fn value<T: Real>(self, z: &T) -> T {
        z.if_positive(|| z.clone() + (-z.clone()).exp().ln_1p(), || z.exp().ln_1p())
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        sigmoid::sigmoid(z)
    }

    /// `max(z, 0) + ln(1 + e^−|z|)`, or `ln(1 + e^z)` where e^z is in range.
    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        bent(z).or(z.exp().ln_1p())
    }

    /// sigmoid(z), or `e^(z − a)` with the first of these as a.
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        sigmoid::textbook(z).or((z - bent(z)).exp())
    }
}

/// `max(z, 0) + ln(1 + e^−|z|)`.
fn bent<const S: usize, const A: usize>(z: ErrorBound<S, A>) -> ErrorBound<S, A> {
    let (center, _) = z.exact_number();
    if center > 0.0 { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
}
