//! [`Algebraic`]: the polynomial and rational activations. With these the step runs on every kind of number,
//! and exactly on the exact ones.

use super::coupled_quadratic::CoupledQuadratic;
use super::cumulative_sum::CumulativeSum;
use super::normalized_square::NormalizedSquare;
use super::{Activation, CoupledActivation, ScalarActivation, VectorFunction, delta};
use crate::grid::Grid;
use crate::number::Number;

/// A polynomial or rational g.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algebraic {
    /// `a_j = z_j`.
    Identity,
    /// `a_jj = z_1 + … + z_jj`.
    CumulativeSum,
    /// `a_j = z_j · z_{j+1} + z_j`, cyclic in j (ruling cyclic-coupling).
    CoupledQuadratic,
    /// `a_j = z_j² / (1 + Σ z²)`.
    NormalizedSquare,
}

impl Algebraic {
    /// All of them.
    pub const ALL: [Algebraic; 4] = [
        Algebraic::Identity,
        Algebraic::CumulativeSum,
        Algebraic::CoupledQuadratic,
        Algebraic::NormalizedSquare,
    ];

    /// The name in JSON and on the command line.
    pub fn name(self) -> &'static str {
        Activation::from(self).name()
    }
}

impl From<Algebraic> for Activation {
    fn from(g: Algebraic) -> Self {
        match g {
            Algebraic::Identity => Activation::Elementwise(ScalarActivation::Identity),
            Algebraic::CumulativeSum => Activation::Coupled(CoupledActivation::CumulativeSum),
            Algebraic::CoupledQuadratic => Activation::Coupled(CoupledActivation::CoupledQuadratic),
            Algebraic::NormalizedSquare => Activation::Coupled(CoupledActivation::NormalizedSquare),
        }
    }
}

impl<T: Number> VectorFunction<T> for Algebraic {
    fn value(&self, z: &[T]) -> Vec<T> {
        match self {
            Algebraic::Identity => z.to_vec(),
            Algebraic::CumulativeSum => CumulativeSum.value(z),
            Algebraic::CoupledQuadratic => CoupledQuadratic.value(z),
            Algebraic::NormalizedSquare => NormalizedSquare.value(z),
        }
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        match self {
            Algebraic::Identity => Grid::tabulate(z.len(), z.len(), delta),
            Algebraic::CumulativeSum => CumulativeSum.jacobian(z),
            Algebraic::CoupledQuadratic => CoupledQuadratic.jacobian(z),
            Algebraic::NormalizedSquare => NormalizedSquare.jacobian(z),
        }
    }

    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        match self {
            Algebraic::Identity => row.to_vec(),
            Algebraic::CumulativeSum => CumulativeSum.row_times_jacobian(row, z),
            Algebraic::CoupledQuadratic => CoupledQuadratic.row_times_jacobian(row, z),
            Algebraic::NormalizedSquare => NormalizedSquare.row_times_jacobian(row, z),
        }
    }
}
