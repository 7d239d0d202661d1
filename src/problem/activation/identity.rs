//! identity: z itself.

use super::ScalarFunction;
use crate::number::Real;

/// z.
#[derive(Clone, Copy, Debug)]
pub struct Identity;

impl ScalarFunction for Identity {
    const NAME: &'static str = "identity";
    const FORMULA: &'static str = "zⱼ";
    const COST: f64 = 1.0;

    fn value<T: Real>(self, z: &T) -> T {
        z.clone()
    }

    fn derivative<T: Real>(self, _: &T) -> T {
        T::one()
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}
