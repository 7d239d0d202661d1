//! The activations that couple the units of a row, each in its own file.
//!
//! Such a file implements [`VectorFunction`] and [`CoupledFunction`]; the list at the end of this one names
//! them all.

use super::VectorFunction;
use crate::grid::Grid;
use crate::number::{ErrorBound, Real};

/// A g whose outputs depend on every z of their row: its name, and its textbook formulas.
pub trait CoupledFunction {
    /// The name in JSON and on the command line.
    const NAME: &'static str;
    /// `g_j(z)` in terminal symbols.
    const FORMULA: &'static str;
    /// The time of a value and a slope in exact arithmetic of 128 bits, in multiply-adds: an exponential's. Of a rational
    /// function, that of an entry of the Jacobian.
    const COST: f64 = 100.0;

    /// g(z) as textbooks write it. It may cancel; an implementation is not wrong for that.
    fn textbook_value<const S: usize, const A: usize>(&self, z: &[ErrorBound<S, A>]) -> Vec<ErrorBound<S, A>>
    where
        Self: VectorFunction<ErrorBound<S, A>>,
    {
        self.value(z)
    }

    /// The Jacobian as textbooks write it.
    fn textbook_jacobian<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Grid<ErrorBound<S, A>>
    where
        Self: VectorFunction<ErrorBound<S, A>>,
    {
        self.jacobian(z)
    }

    /// row · ∂a/∂z as textbooks write it, without the full Jacobian.
    fn textbook_row_times_jacobian<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>>
    where
        Self: VectorFunction<ErrorBound<S, A>>,
    {
        self.row_times_jacobian(row, z)
    }

    /// All of these for a long row; no bound is below that of the same formula above.
    fn long_row<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> LongRow<S, A>;
}

/// What each conforming formula makes of a long row, in time that grows with its length and not with its square.
#[derive(Clone, Debug)]
pub struct LongRow<const S: usize, const A: usize> {
    /// g(z): ours and the textbook's.
    pub values: Vec<Vec<ErrorBound<S, A>>>,
    /// row · ∂a/∂z: ours and the textbook's, each with and without the full Jacobian.
    pub gradients: Vec<Vec<ErrorBound<S, A>>>,
}

/// Writes the enum over a list of [`CoupledFunction`]s, each given by its module and its name.
macro_rules! coupled_activations {
    ($($(#[$doc:meta])* $module:ident::$name:ident),* $(,)?) => {
        /// An activation that couples the units of a row, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CoupledActivation {
            $($(#[$doc])* $name),*
        }

        impl CoupledActivation {
            /// All of them.
            pub const ALL: [CoupledActivation; [$(stringify!($name)),*].len()] =
                [$(CoupledActivation::$name),*];

            /// The name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(CoupledActivation::$name => <super::$module::$name as CoupledFunction>::NAME),*
                }
            }

            /// `g_j(z)` in terminal symbols.
            pub fn formula(self) -> &'static str {
                match self {
                    $(CoupledActivation::$name => <super::$module::$name as CoupledFunction>::FORMULA),*
                }
            }

            /// The time of a value and a slope in exact arithmetic of 128 bits, in multiply-adds.
            pub fn cost(self) -> f64 {
                match self {
                    $(CoupledActivation::$name => <super::$module::$name as CoupledFunction>::COST),*
                }
            }

            /// g(z) as textbooks write it.
            pub fn textbook_value<const S: usize, const A: usize>(
                self,
                z: &[ErrorBound<S, A>],
            ) -> Vec<ErrorBound<S, A>> {
                match self {
                    $(CoupledActivation::$name => super::$module::$name.textbook_value(z)),*
                }
            }

            /// The Jacobian as textbooks write it.
            pub fn textbook_jacobian<const S: usize, const A: usize>(
                self,
                z: &[ErrorBound<S, A>],
            ) -> Grid<ErrorBound<S, A>> {
                match self {
                    $(CoupledActivation::$name => super::$module::$name.textbook_jacobian(z)),*
                }
            }

            /// row · ∂a/∂z as textbooks write it.
            pub fn textbook_row_times_jacobian<const S: usize, const A: usize>(
                self,
                row: &[ErrorBound<S, A>],
                z: &[ErrorBound<S, A>],
            ) -> Vec<ErrorBound<S, A>> {
                match self {
                    $(CoupledActivation::$name => super::$module::$name.textbook_row_times_jacobian(row, z)),*
                }
            }

            /// What each conforming formula makes of a long row.
            pub fn long_row<const S: usize, const A: usize>(
                self,
                row: &[ErrorBound<S, A>],
                z: &[ErrorBound<S, A>],
            ) -> LongRow<S, A> {
                match self {
                    $(CoupledActivation::$name => super::$module::$name.long_row(row, z)),*
                }
            }
        }

        impl<T: Real> VectorFunction<T> for CoupledActivation {
            fn value(&self, z: &[T]) -> Vec<T> {
                match self {
                    $(CoupledActivation::$name => super::$module::$name.value(z)),*
                }
            }

            fn jacobian(&self, z: &[T]) -> Grid<T> {
                match self {
                    $(CoupledActivation::$name => super::$module::$name.jacobian(z)),*
                }
            }

            fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
                match self {
                    $(CoupledActivation::$name => super::$module::$name.row_times_jacobian(row, z)),*
                }
            }
        }
    };
}

coupled_activations! {
    /// `e^(z_j) / Σ e^(z_l)`.
    softmax::Softmax,
    /// `z_j − ln Σ e^(z_l)`.
    log_softmax::LogSoftmax,
    /// `a_jj = z_1 + … + z_jj`.
    cumulative_sum::CumulativeSum,
    /// `a_j = z_j · z_{j+1} + z_j`, cyclic in j (ruling cyclic-coupling).
    coupled_quadratic::CoupledQuadratic,
    /// `a_j = z_j² / (1 + Σ z²)`.
    normalized_square::NormalizedSquare,
}
