//! How far apart two computations of the same wrong formula may be.

use crate::number::Format;
use crate::oracle::tolerance::Bound;
use crate::zoo::distance::CAUGHT;

/// Two implementations of the same wrong formula may differ by a few tolerances, scaled up if the wrong result is
/// larger than the right one. Half the distance that separates a defect from the right step is allowed, plus a rounding
/// in case the right step has none: of the largest number, or of `factor`, since a slope such as 1 − a² loses what is
/// below a rounding of 1.
pub struct Allowance {
    tolerances: f64,
    rounding: f64,
    largest: f64,
}

impl Allowance {
    /// The allowance for a result in this format, from the right values and the wrong ones, and the largest number that
    /// slopes are multiplied by.
    pub fn of(storage: Format, right: &[f64], wrong: &[f64], factor: f64) -> Self {
        let largest = |cells: &[f64]| {
            cells.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()))
        };
        let (right, size) = (largest(right), largest(wrong));
        let grown = if right > 0.0 { (size / right).clamp(1.0, f64::MAX) } else { 1.0 };
        let rounding = CAUGHT * storage.unit_roundoff() * size.max(factor) + storage.least_normal();
        Allowance { tolerances: CAUGHT / 2.0 * grown, rounding, largest: storage.largest() }
    }

    /// Whether an element equals a wrong one, given the tolerance of the right one.
    pub fn is_same(&self, wrong: f64, got: f64, bound: Bound) -> bool {
        let Ok(bound) = bound else { return true };
        match (wrong.is_finite() && wrong.abs() <= self.largest, got.is_finite()) {
            (true, true) => (wrong - got).abs() <= self.tolerances * bound + self.rounding,
            (false, false) => (wrong.is_nan() && got.is_nan()) || wrong.signum() == got.signum(),
            _ => false,
        }
    }
}
