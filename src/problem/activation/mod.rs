//! g (equations 5 and 16): every activation's value and full Jacobian.
//!
//! [`VectorFunction`] is what the step asks of g. [`Activation`] is what a user can name. Read
//! [`mod@unit`] for the activations of one unit, [`softmax`] for the two that normalize a row, and
//! [`algebraic`] for the polynomial and rational ones, which run on every kind of number.

pub mod algebraic;
pub mod softmax;
pub mod unit;

use crate::grid::Grid;
use crate::number::{Number, Real, sum};
pub use algebraic::Algebraic;
pub use unit::Unit;

/// g: ℝⁿ → ℝⁿ for one example (equation 16), with n = n_next.
pub trait VectorFunction<T: Number> {
    /// g(z) (equation 5).
    fn value(&self, z: &[T]) -> Vec<T>;

    /// The full Jacobian ∂a_jj/∂z_j: rows are outputs jj, columns inputs j (equation 51).
    fn jacobian(&self, z: &[T]) -> Grid<T>;

    /// row · ∂a/∂z (equation 53). An activation whose Jacobian has structure answers without its n²
    /// entries; that this is the same product is a test, not a belief.
    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        let jacobian = self.jacobian(z);
        (0..z.len()).map(|j| sum(0..z.len(), |jj| row[jj].clone() * jacobian.at(jj, j))).collect()
    }
}

/// An activation by name.
#[derive(Clone, Debug, PartialEq)]
pub enum Activation {
    /// One function for every unit: a diagonal Jacobian.
    Elementwise(Unit),
    /// A function of its own for every unit: equation 5 gives unit j its gⱼ.
    PerUnit(Vec<Unit>),
    /// e^z over the row's sum of e^z.
    Softmax,
    /// The logarithm of softmax, never computed as one.
    LogSoftmax,
    /// The coupled functions that are polynomial or rational.
    Coupled(Algebraic),
}

impl<T: Real> VectorFunction<T> for Activation {
    fn value(&self, z: &[T]) -> Vec<T> {
        match self {
            Activation::Elementwise(unit) => z.iter().map(|z_j| unit.value(z_j)).collect(),
            Activation::PerUnit(units) => units.iter().zip(z).map(|(unit, z_j)| unit.value(z_j)).collect(),
            Activation::Softmax => softmax::value(z),
            Activation::LogSoftmax => softmax::log_value(z),
            Activation::Coupled(g) => g.value(z),
        }
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        match self {
            Activation::Elementwise(_) | Activation::PerUnit(_) => {
                let derivative = self.derivative(z);
                Grid::tabulate(
                    z.len(),
                    z.len(),
                    |jj, j| {
                        if jj == j { derivative[j].clone() } else { T::zero() }
                    },
                )
            }
            Activation::Softmax => softmax::jacobian(&softmax::value(z)),
            Activation::LogSoftmax => softmax::log_jacobian(&softmax::value(z)),
            Activation::Coupled(g) => g.jacobian(z),
        }
    }

    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        match self {
            Activation::Elementwise(_) | Activation::PerUnit(_) => {
                let derivative = self.derivative(z);
                row.iter().cloned().zip(derivative).map(|(da, derivative)| da * derivative).collect()
            }
            Activation::Softmax => softmax::row_times_jacobian(row, &softmax::value(z)),
            Activation::LogSoftmax => softmax::row_times_log_jacobian(row, &softmax::value(z)),
            Activation::Coupled(g) => g.row_times_jacobian(row, z),
        }
    }
}

impl Activation {
    /// The name in JSON and on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Activation::Elementwise(unit) => unit.name(),
            Activation::PerUnit(_) => "per_unit",
            Activation::Softmax => "softmax",
            Activation::LogSoftmax => "log_softmax",
            Activation::Coupled(g) => g.name(),
        }
    }

    /// The diagonal of an activation whose units are independent.
    fn derivative<T: Real>(&self, z: &[T]) -> Vec<T> {
        let unit = |j: usize| match self {
            Activation::PerUnit(units) => &units[j],
            Activation::Elementwise(unit) => unit,
            _ => unreachable!("only independent units have a diagonal Jacobian"),
        };
        z.iter().enumerate().map(|(j, z_j)| unit(j).derivative(z_j)).collect()
    }
}
