//! g (equations 5 and 16): every activation's value and full Jacobian.
//!
//! [`VectorFunction`] is what the step asks of g, [`Activation`] what a user can name. Each named function is
//! a file: [`scalar`] lists those of one unit, [`coupled`] those that couple the units of a row. Such a file
//! has all there is to know about its function: value, derivative, parameter, kink, the formulas of textbooks,
//! and its words. [`algebraic`] picks the polynomial and rational ones, which run on every kind of number.

pub mod algebraic;
pub mod coupled;
mod coupled_quadratic;
mod cumulative_sum;
mod elu;
mod gelu;
mod gelu_tanh;
mod identity;
mod leaky_relu;
pub mod log_softmax;
mod normalized_square;
mod relu;
pub mod scalar;
mod sigmoid;
mod silu;
pub mod softmax;
mod softplus;
mod softsign;
mod tanh;

use crate::grid::Grid;
use crate::number::{ErrorBound, Number, Real, sum};
pub use algebraic::Algebraic;
pub use coupled::{CoupledActivation, CoupledFunction};
use num_traits::{One, Zero};
pub use scalar::{ScalarActivation, ScalarFunction};

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
    Elementwise(ScalarActivation),
    /// A function of its own for every unit: equation 5 gives unit j its gⱼ.
    PerUnit(Vec<ScalarActivation>),
    /// A function that couples the units of a row.
    Coupled(CoupledActivation),
}

/// The name of an activation that gives every unit a function of its own.
pub const PER_UNIT: &str = "per_unit";

impl Activation {
    /// All but the mixes, one of each; parameters are examples.
    pub fn all() -> impl Iterator<Item = Activation> {
        let scalar = ScalarActivation::ALL.into_iter().map(Activation::Elementwise);
        scalar.chain(CoupledActivation::ALL.into_iter().map(Activation::Coupled))
    }

    /// The name in JSON and on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Activation::Elementwise(scalar) => scalar.name(),
            Activation::PerUnit(_) => PER_UNIT,
            Activation::Coupled(coupled) => coupled.name(),
        }
    }

    /// The functions of one unit in it: one for all, or one for each; none where units are coupled.
    pub fn scalars(&self) -> &[ScalarActivation] {
        match self {
            Activation::Elementwise(scalar) => std::slice::from_ref(scalar),
            Activation::PerUnit(scalars) => scalars,
            Activation::Coupled(_) => &[],
        }
    }

    /// The function of unit j, where units are independent.
    pub fn scalar(&self, j: usize) -> Option<ScalarActivation> {
        match self {
            Activation::Elementwise(scalar) => Some(*scalar),
            Activation::PerUnit(scalars) => scalars.get(j).copied(),
            Activation::Coupled(_) => None,
        }
    }

    /// The same with each function of one unit changed.
    pub fn map_scalars(&self, change: impl Fn(ScalarActivation) -> ScalarActivation) -> Self {
        match self {
            Activation::Elementwise(scalar) => Activation::Elementwise(change(*scalar)),
            Activation::PerUnit(scalars) => {
                Activation::PerUnit(scalars.iter().copied().map(change).collect())
            }
            Activation::Coupled(coupled) => Activation::Coupled(*coupled),
        }
    }

    /// `entry(gⱼ, j)` for each unit, where units are independent.
    fn by_unit<T>(&self, n: usize, entry: impl Fn(ScalarActivation, usize) -> T) -> Vec<T> {
        let scalar = |j| self.scalar(j).expect("independent units, one for each z");
        (0..n).map(|j| entry(scalar(j), j)).collect()
    }
}

impl<T: Real> VectorFunction<T> for Activation {
    fn value(&self, z: &[T]) -> Vec<T> {
        match self {
            Activation::Coupled(g) => g.value(z),
            units => units.by_unit(z.len(), |g, j| g.value(&z[j])),
        }
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        match self {
            Activation::Coupled(g) => g.jacobian(z),
            units => diagonal(units.by_unit(z.len(), |g, j| g.derivative(&z[j]))),
        }
    }

    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        match self {
            Activation::Coupled(g) => g.row_times_jacobian(row, z),
            units => units.by_unit(z.len(), |g, j| row[j].clone() * g.derivative(&z[j])),
        }
    }
}

/// An activation by its textbook formulas (spec/tolerance.md has the table and the reasons).
#[derive(Debug)]
pub struct Textbook<'a>(pub &'a Activation);

impl<const S: usize, const A: usize> VectorFunction<ErrorBound<S, A>> for Textbook<'_> {
    fn value(&self, z: &[ErrorBound<S, A>]) -> Vec<ErrorBound<S, A>> {
        match self.0 {
            Activation::Coupled(g) => g.textbook_value(z),
            units => units.by_unit(z.len(), |g, j| g.textbook_value(z[j])),
        }
    }

    fn jacobian(&self, z: &[ErrorBound<S, A>]) -> Grid<ErrorBound<S, A>> {
        match self.0 {
            Activation::Coupled(g) => g.textbook_jacobian(z),
            // δ·g′: multiplying by 1 and 0 is part of what a textbook writes.
            units => {
                let slopes = units.by_unit(z.len(), |g, j| g.textbook_derivative(z[j]));
                let delta =
                    |jj: usize, j: usize| if jj == j { ErrorBound::one() } else { ErrorBound::zero() };
                Grid::tabulate(z.len(), z.len(), |jj, j| delta(jj, j) * slopes[j])
            }
        }
    }

    fn row_times_jacobian(&self, row: &[ErrorBound<S, A>], z: &[ErrorBound<S, A>]) -> Vec<ErrorBound<S, A>> {
        match self.0 {
            Activation::Coupled(g) => g.textbook_row_times_jacobian(row, z),
            units => units.by_unit(z.len(), |g, j| row[j] * g.textbook_derivative(z[j])),
        }
    }
}

/// The square grid with these numbers on its diagonal and 0 elsewhere.
fn diagonal<T: Number>(entries: Vec<T>) -> Grid<T> {
    let n = entries.len();
    Grid::tabulate(n, n, |jj, j| if jj == j { entries[j].clone() } else { T::zero() })
}
