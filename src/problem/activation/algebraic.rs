//! The activations that are polynomial or rational: they run on every [`Number`], exactly where the
//! number type is exact. The three coupled ones have Jacobians that are not symmetric, so that a
//! transposed one shows.

use super::VectorFunction;
use crate::grid::Grid;
use crate::number::{Number, sum};

/// A polynomial or rational g.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algebraic {
    /// a_j = z_j.
    Identity,
    /// a_jj = z_1 + … + z_jj.
    CumulativeSum,
    /// a_j = z_j · z_{j+1} + z_j, cyclic in j (ruling cyclic-coupling).
    CoupledQuadratic,
    /// a_j = z_j² / (1 + Σ z²).
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
        match self {
            Algebraic::Identity => "identity",
            Algebraic::CumulativeSum => "cumulative_sum",
            Algebraic::CoupledQuadratic => "coupled_quadratic",
            Algebraic::NormalizedSquare => "normalized_square",
        }
    }
}

impl<T: Number> VectorFunction<T> for Algebraic {
    fn value(&self, z: &[T]) -> Vec<T> {
        let n = z.len();
        let at = |j: usize| z[j % n].clone();
        match self {
            Algebraic::Identity => z.to_vec(),
            Algebraic::CumulativeSum => (0..n).map(|jj| sum(0..jj + 1, at)).collect(),
            Algebraic::CoupledQuadratic => (0..n).map(|j| at(j) * at(j + 1) + at(j)).collect(),
            Algebraic::NormalizedSquare => {
                let Scaled { z, one_squared, .. } = Scaled::new(z);
                let denominator = one_squared + sum(0..n, |l| square(&z[l]));
                z.iter().map(|z_j| square(z_j) / denominator.clone()).collect()
            }
        }
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        let n = z.len();
        let at = |j: usize| z[j % n].clone();
        let when = |condition: bool, value: T| if condition { value } else { T::zero() };
        match self {
            Algebraic::Identity => Grid::tabulate(n, n, |jj, j| when(jj == j, T::one())),
            Algebraic::CumulativeSum => Grid::tabulate(n, n, |jj, j| when(j <= jj, T::one())),
            // With one unit z_{j+1} is z_j itself and both terms fall on the same entry: 2z + 1.
            Algebraic::CoupledQuadratic => Grid::tabulate(n, n, |jj, j| {
                when(j == jj, at(jj + 1) + T::one()) + when(j == (jj + 1) % n, at(jj))
            }),
            Algebraic::NormalizedSquare => {
                let Scaled { z, one, one_squared } = Scaled::new(z);
                let two = T::one() + T::one();
                let denominator = one_squared.clone() + sum(0..n, |l| square(&z[l]));
                // On the diagonal 2z/D · (1 − z²/D) = 2z/D · (1 + Σ_{l≠j} z_l²)/D: no cancellation.
                let others = |j: usize| one_squared.clone() + sum(0..n, |l| when(l != j, square(&z[l])));
                Grid::tabulate(n, n, |jj, j| {
                    let slope = two.clone() * z[j].clone() * one.clone() / denominator.clone();
                    if jj == j {
                        slope * (others(j) / denominator.clone())
                    } else {
                        -(slope * (square(&z[jj]) / denominator.clone()))
                    }
                })
            }
        }
    }
}

/// z and 1 divided by a common power of two, so that no square overflows.
struct Scaled<T> {
    z: Vec<T>,
    one: T,
    one_squared: T,
}

impl<T: Number> Scaled<T> {
    fn new(z: &[T]) -> Self {
        let one = T::one() / T::common_scale(z);
        Scaled { z: z.iter().map(|z_j| z_j.clone() * one.clone()).collect(), one_squared: square(&one), one }
    }
}

fn square<T: Number>(x: &T) -> T {
    x.clone() * x.clone()
}
