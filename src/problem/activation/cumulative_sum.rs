//! cumulative_sum: `a_jj = z_1 + … + z_jj`, a polynomial with an asymmetric Jacobian.

use super::coupled::LongRow;
use super::{CoupledFunction, VectorFunction};
use crate::grid::Grid;
use crate::number::{ErrorBound, Number, sum};
use num_traits::One;

/// `a_jj = z_1 + … + z_jj`.
#[derive(Clone, Copy, Debug)]
pub struct CumulativeSum;

impl<T: Number> VectorFunction<T> for CumulativeSum {
    fn value(&self, z: &[T]) -> Vec<T> {
        running_sums(z.iter())
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        Grid::tabulate(z.len(), z.len(), |jj, j| if j <= jj { T::one() } else { T::zero() })
    }

    /// `row_j + … + row_n`.
    fn row_times_jacobian(&self, row: &[T], _: &[T]) -> Vec<T> {
        let mut sums = running_sums(row.iter().rev());
        sums.reverse();
        sums
    }
}

/// The sum of the first one, of the first two, and so on.
fn running_sums<'a, T: Number>(terms: impl Iterator<Item = &'a T>) -> Vec<T> {
    let add = |total: &mut T, term: &T| {
        *total += term.clone();
        Some(total.clone())
    };
    terms.scan(T::zero(), add).collect()
}

impl CoupledFunction for CumulativeSum {
    const NAME: &'static str = "cumulative_sum";
    const FORMULA: &'static str = "gⱼ(z) = z₁ + … + zⱼ";
    const COST: f64 = 1.0;

    /// Each sum on its own, so that it may be added up in any order.
    fn textbook_value<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        (0..z.len()).map(|jj| sum(0..jj + 1, |l| z[l])).collect()
    }

    /// `row_j + … + row_n`.
    fn textbook_row_times_jacobian<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        _: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        (0..row.len()).map(|j| sum(j..row.len(), |jj| row[jj])).collect()
    }

    fn long_row<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> LongRow<S, A> {
        let from_the_end = |terms: &mut dyn Iterator<Item = ErrorBound<S, A>>| {
            let mut sums = ErrorBound::running_sums(terms);
            sums.reverse();
            sums
        };
        let plain = from_the_end(&mut row.iter().rev().copied());
        // The full Jacobian multiplies by 1.
        let full = from_the_end(&mut row.iter().rev().map(|&da| da * ErrorBound::one()));
        LongRow {
            values: vec![self.value(z), ErrorBound::running_sums(z.iter().copied())],
            gradients: vec![self.row_times_jacobian(row, z), full, plain],
        }
    }
}
