//! coupled_quadratic: `a_j = z_j · z_{j+1} + z_j`, cyclic in j: a polynomial with an asymmetric Jacobian.

use super::coupled::LongRow;
use super::{CoupledFunction, VectorFunction};
use crate::grid::Grid;
use crate::number::{ErrorBound, Number, sum};
use num_traits::One;

/// `a_j = z_j · z_{j+1} + z_j`, cyclic in j (ruling cyclic-coupling).
#[derive(Clone, Copy, Debug)]
pub struct CoupledQuadratic;

impl<T: Number> VectorFunction<T> for CoupledQuadratic {
    fn value(&self, z: &[T]) -> Vec<T> {
        let at = |j: usize| z[j % z.len()].clone();
        (0..z.len()).map(|j| at(j) * at(j + 1) + at(j)).collect()
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        let n = z.len();
        let at = |j: usize| z[j % n].clone();
        let when = |condition: bool, value: T| if condition { value } else { T::zero() };
        // With one unit, z_{j+1} is z_j itself, and both terms share one entry: 2z + 1.
        Grid::tabulate(n, n, |jj, j| when(j == jj, at(jj + 1) + T::one()) + when(j == (jj + 1) % n, at(jj)))
    }

    /// `row_j · (z_{j+1} + 1) + row_{j−1} · z_{j−1}`.
    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        let n = z.len();
        let [row, z] = [row, z].map(|cells| move |j: usize| cells[j % n].clone());
        (0..n).map(|j| row(j) * (z(j + 1) + T::one()) + row(j + n - 1) * z(j + n - 1)).collect()
    }
}

impl CoupledFunction for CoupledQuadratic {
    const NAME: &'static str = "coupled_quadratic";
    const FORMULA: &'static str = "gⱼ(z) = zⱼ·zⱼ₊₁ + zⱼ, where the first follows the last";
    const COST: f64 = 1.0;

    /// `z_j · (z_{j+1} + 1)`.
    fn textbook_value<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        (0..z.len()).map(|j| z[j] * (z[(j + 1) % z.len()] + ErrorBound::one())).collect()
    }

    /// `row_j · z_{j+1} + row_j + row_{j−1} · z_{j−1}`.
    fn textbook_row_times_jacobian<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        let n = z.len();
        let before = |j: usize| (j + n - 1) % n;
        (0..n).map(|j| row[j] * z[(j + 1) % n] + row[j] + row[before(j)] * z[before(j)]).collect()
    }

    fn long_row<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> LongRow<S, A> {
        let n = z.len();
        // The two entries of column j that are not 0, in the order of their rows.
        let full = |j: usize| {
            let before = (j + n - 1) % n;
            let rows = if before < j { [before, j] } else { [j, before] };
            let entry = |jj: usize| if jj == j { z[(j + 1) % n] + ErrorBound::one() } else { z[jj] };
            sum(0..2, |at| row[rows[at]] * entry(rows[at]))
        };
        LongRow {
            values: vec![self.value(z), self.textbook_value(z)],
            gradients: vec![
                self.row_times_jacobian(row, z),
                (0..n).map(full).collect(),
                self.textbook_row_times_jacobian(row, z),
            ],
        }
    }
}
