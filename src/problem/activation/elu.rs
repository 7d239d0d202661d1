//! elu: z if z > 0, `alpha · (e^z − 1)` otherwise.

use super::ScalarFunction;
use crate::number::{ErrorBound, Number, Ordered, Real};
use num_traits::One;

/// z if z > 0, `alpha · (e^z − 1)` otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    /// The factor at and below 0, used exactly as given.
    pub alpha: f64,
}

impl ScalarFunction for Elu {
    const NAME: &'static str = "elu";
    const FORMULA: &'static str = "zⱼ where zⱼ > 0, else {alpha}·(e^zⱼ − 1)";
    const PARAMETERS: &'static [f64] = &[1.0, 0.5, 2.5];

    fn value<T: Real>(self, z: &T) -> T {
        z.if_positive(|| z.clone(), || T::from_f64(self.alpha) * z.exp_m1())
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        z.if_positive(T::one, || {
            // In two halves: e^z alone may underflow where alpha · e^z does not.
            let half = (z.clone() * T::ratio(1, 2)).exp();
            T::from_f64(self.alpha) * half.clone() * half
        })
    }

    /// `alpha · e^z`, or alpha + a.
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        let alpha = ErrorBound::from_f64(self.alpha);
        z.if_positive(ErrorBound::one, || (alpha * z.exp()).or(alpha + alpha * z.exp_m1()))
    }

    fn has_kink(self) -> bool {
        self.alpha != 1.0
    }
}
