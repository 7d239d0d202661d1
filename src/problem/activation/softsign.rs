//! softsign: `z / (1 + |z|)`.

use super::ScalarFunction;
use crate::number::{ErrorBound, Ordered, Real};
use num_traits::One;

/// `z / (1 + |z|)`.
#[derive(Clone, Copy, Debug)]
pub struct Softsign;

impl ScalarFunction for Softsign {
    const NAME: &'static str = "softsign";
    const FORMULA: &'static str = "zⱼ/(1 + |zⱼ|)";
    const COST: f64 = 3.0;

    fn value<T: Real>(self, z: &T) -> T {
        z.clone() / (T::one() + size(z))
    }

    /// `1/(1 + |z|)²`, squared after the division: every format that holds z holds `1 + |z|`, but perhaps not
    /// its square.
    fn derivative<T: Real>(self, z: &T) -> T {
        inverse(z) * inverse(z)
    }

    /// `z · 1/(1 + |z|)`.
    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        z * inverse(&z)
    }

    /// `1/(1 + |z|)²`, or `(1 − |a|)²`, or by the quotient rule `1/(1 + |z|) − |a|/(1 + |z|)`.
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        let (inverse, a) = (inverse(&z), size(&self.value(&z).or(self.textbook_value(z))));
        let from_value = ErrorBound::one() - a;
        (inverse * inverse).or(from_value * from_value).or(inverse - a * inverse)
    }
}

/// `1/(1 + |z|)`.
fn inverse<T: Real>(z: &T) -> T {
    T::one() / (T::one() + size(z))
}

/// `|z|`.
fn size<T: Ordered>(z: &T) -> T {
    z.if_positive(|| z.clone(), || -z.clone())
}
