//! tanh.

use super::{ScalarFunction, sigmoid};
use crate::number::{ErrorBound, Real};
use num_traits::One;

/// tanh z.
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl ScalarFunction for Tanh {
    const NAME: &'static str = "tanh";
    const FORMULA: &'static str = "tanh zⱼ";

    /// `∓t/(2 + t)` with `t = e^(∓2z) − 1`.
    fn value<T: Real>(self, z: &T) -> T {
        let twice = || z.clone() + z.clone();
        let quotient = |t: T| t.clone() / (T::one() + T::one() + t);
        z.if_positive(|| -quotient((-twice()).exp_m1()), || quotient(twice().exp_m1()))
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        T::from_f64(4.0) * sigmoid::slope(&(z.clone() + z.clone()))
    }

    /// The library's tanh.
    fn textbook_value<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        z.tanh()
    }

    /// 1 − a².
    fn textbook_derivative<const S: usize, const A: usize>(self, z: ErrorBound<S, A>) -> ErrorBound<S, A> {
        ErrorBound::one() - z.tanh() * z.tanh()
    }
}
