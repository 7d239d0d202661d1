//! leaky_relu: z if z > 0, slope · z otherwise.

use super::ScalarFunction;
use crate::number::Real;

/// z if z > 0, slope · z otherwise.
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu {
    /// The slope at and below 0, used exactly as given.
    pub slope: f64,
}

impl ScalarFunction for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const FORMULA: &'static str = "zⱼ where zⱼ > 0, else {slope}·zⱼ";
    const COST: f64 = 1.0;
    const PARAMETERS: &'static [f64] = &[0.2, 1.5, -0.25, 0.01];

    fn value<T: Real>(self, z: &T) -> T {
        z.if_positive(|| z.clone(), || T::from_f64(self.slope) * z.clone())
    }

    fn derivative<T: Real>(self, z: &T) -> T {
        z.if_positive(T::one, || T::from_f64(self.slope))
    }

    fn has_kink(self) -> bool {
        self.slope != 1.0
    }

    fn is_piecewise_linear(self) -> bool {
        true
    }
}
