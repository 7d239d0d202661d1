//! relu: max(z, 0).

use super::ScalarFunction;
use crate::number::Real;

/// max(z, 0).
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl ScalarFunction for Relu {
    const NAME: &'static str = "relu";
    const FORMULA: &'static str = "zⱼ where zⱼ > 0, else 0";
    const COST: f64 = 1.0;

    fn value<T: Real>(self, z: &T) -> T {
        z.if_positive(|| z.clone(), T::zero)
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        z.if_positive(T::one, T::zero)
    }

    fn has_kink(self) -> bool {
        true
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}
