//! g (equations 5 and 16): every activation's value and full Jacobian.
//!
//! [`VectorFunction`] is what the step needs of g; [`Activation`] is what a user can name. Each named
//! function has its own file: [`scalar`] lists the scalar activations, [`coupled`] those that couple the
//! units of a row. The file holds everything about its function: value, derivative, parameter, kink, textbook
//! formulas and wording. [`algebraic`] selects the polynomial and rational functions, which run on every kind
//! of number. Nothing here knows the step.

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
mod softmax_row;
mod softplus;
mod softsign;
mod tanh;

use crate::grid::Grid;
use crate::number::{ErrorBound, Number, Real, sum};
pub use algebraic::Algebraic;
pub use coupled::{CoupledActivation, CoupledFunction};
pub use scalar::{ScalarActivation, ScalarFunction};

/// g: ℝⁿ → ℝⁿ for one example (equation 16), with n = n_next.
pub trait VectorFunction<T: Number>: Sync {
    /// g(z) (equation 5).
    fn value(&self, z: &[T]) -> Vec<T>;

    /// The full Jacobian `∂a_jj/∂z_j`: rows are outputs jj, columns are inputs j (equation 51).
    fn jacobian(&self, z: &[T]) -> Grid<T>;

    /// row · ∂a/∂z (equation 53). An activation whose Jacobian has structure computes it without the n²
    /// entries; a test holds both to the same product.
    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        let jacobian = self.jacobian(z);
        (0..z.len()).map(|j| sum(0..z.len(), |jj| row[jj].clone() * jacobian.at(jj, j))).collect()
    }
}

/// An activation by name.
#[derive(Clone, Debug, PartialEq)]
pub enum Activation {
    /// One scalar activation for all units: its Jacobian is diagonal.
    Elementwise(ScalarActivation),
    /// A scalar activation for each unit: equation 5 gives unit j its own gⱼ.
    PerUnit(Vec<ScalarActivation>),
    /// A function that couples the units of a row.
    Coupled(CoupledActivation),
}

/// The name of an activation that gives each unit its own function.
pub const PER_UNIT: &str = "per_unit";

impl Activation {
    /// One of each, except for mixes ([`Activation::PerUnit`]); the parameters are examples.
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

    /// Its scalar activations: one for all units, or one for each; none if the units are coupled.
    pub fn scalars(&self) -> &[ScalarActivation] {
        match self {
            Activation::Elementwise(scalar) => std::slice::from_ref(scalar),
            Activation::PerUnit(scalars) => scalars,
            Activation::Coupled(_) => &[],
        }
    }

    /// The scalar activation of unit j, if the units are independent.
    pub fn scalar(&self, j: usize) -> Option<ScalarActivation> {
        match self {
            Activation::Elementwise(scalar) => Some(*scalar),
            Activation::PerUnit(scalars) => scalars.get(j).copied(),
            Activation::Coupled(_) => None,
        }
    }

    /// The same activation with each scalar activation changed.
    pub fn map_scalars(&self, change: impl Fn(ScalarActivation) -> ScalarActivation) -> Self {
        match self {
            Activation::Elementwise(scalar) => Activation::Elementwise(change(*scalar)),
            Activation::PerUnit(scalars) => {
                Activation::PerUnit(scalars.iter().copied().map(change).collect())
            }
            Activation::Coupled(coupled) => Activation::Coupled(*coupled),
        }
    }

    /// The time of a value and a slope of one unit in exact arithmetic of 128 bits, in multiply-adds.
    pub fn cost(&self) -> f64 {
        match self {
            Activation::Coupled(coupled) => coupled.cost(),
            independent => independent.scalars().iter().map(|g| g.cost()).fold(0.0, f64::max),
        }
    }

    /// `entry(gⱼ, j)` for each unit; the units must be independent.
    pub fn by_unit<T>(&self, n: usize, entry: impl Fn(ScalarActivation, usize) -> T) -> Vec<T> {
        let scalar = |j| self.scalar(j).expect("independent units, one for each z");
        (0..n).map(|j| entry(scalar(j), j)).collect()
    }
}

impl<T: Real> VectorFunction<T> for Activation {
    fn value(&self, z: &[T]) -> Vec<T> {
        match self {
            Activation::Coupled(g) => g.value(z),
            independent => independent.by_unit(z.len(), |g, j| g.value(&z[j])),
        }
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        match self {
            Activation::Coupled(g) => g.jacobian(z),
            independent => diagonal(independent.by_unit(z.len(), |g, j| g.derivative(&z[j]))),
        }
    }

    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        match self {
            Activation::Coupled(g) => g.row_times_jacobian(row, z),
            independent => independent.by_unit(z.len(), |g, j| row[j].clone() * g.derivative(&z[j])),
        }
    }
}

/// An activation by its textbook formulas; spec/tolerance.md lists them, with the reasons.
#[derive(Debug)]
pub struct Textbook<'a>(pub &'a Activation);

impl<const S: usize, const A: usize> VectorFunction<ErrorBound<S, A>> for Textbook<'_> {
    fn value(&self, z: &[ErrorBound<S, A>]) -> Vec<ErrorBound<S, A>> {
        match self.0 {
            Activation::Coupled(g) => g.textbook_value(z),
            independent => independent.by_unit(z.len(), |g, j| g.textbook_value(z[j])),
        }
    }

    fn jacobian(&self, z: &[ErrorBound<S, A>]) -> Grid<ErrorBound<S, A>> {
        match self.0 {
            Activation::Coupled(g) => g.textbook_jacobian(z),
            // δ · g′: the textbook does multiply by 1 and 0.
            independent => {
                let slopes = independent.by_unit(z.len(), |g, j| g.textbook_derivative(z[j]));
                Grid::tabulate(z.len(), z.len(), |jj, j| delta::<ErrorBound<S, A>>(jj, j) * slopes[j])
            }
        }
    }

    fn row_times_jacobian(&self, row: &[ErrorBound<S, A>], z: &[ErrorBound<S, A>]) -> Vec<ErrorBound<S, A>> {
        match self.0 {
            Activation::Coupled(g) => g.textbook_row_times_jacobian(row, z),
            independent => independent.by_unit(z.len(), |g, j| row[j] * g.textbook_derivative(z[j])),
        }
    }
}

/// The square grid with these numbers on its diagonal and 0 elsewhere.
fn diagonal<T: Number>(entries: Vec<T>) -> Grid<T> {
    let n = entries.len();
    Grid::tabulate(n, n, |jj, j| if jj == j { entries[j].clone() } else { T::zero() })
}

/// Kronecker's δ: 1 where both indices are the same, else 0.
fn delta<T: Number>(jj: usize, j: usize) -> T {
    if jj == j { T::one() } else { T::zero() }
}

/// 1/2.
fn half<const S: usize, const A: usize>() -> ErrorBound<S, A> {
    ErrorBound::from_f64(0.5)
}
