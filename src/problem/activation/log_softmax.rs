//! log_softmax: `z_j − ln Σ e^(z_l)`, never computed as the logarithm of a [`softmax`].
//!
//! Its Jacobian `δ − s_j` is not symmetric, so a transposed one shows.

use super::coupled::LongRow;
use super::softmax::{self, complement, sum_without};
use super::{CoupledFunction, VectorFunction, delta};
use crate::grid::Grid;
use crate::number::{ErrorBound, Number, Ordered, Real};
use num_traits::One;

/// `z_j − ln Σ e^(z_l)`.
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax;

impl<T: Real> VectorFunction<T> for LogSoftmax {
    fn value(&self, z: &[T]) -> Vec<T> {
        value(z)
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        jacobian(&softmax::value(z))
    }

    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        row_times_jacobian(row, &softmax::value(z))
    }
}

impl CoupledFunction for LogSoftmax {
    const NAME: &'static str = "log_softmax";
    const FORMULA: &'static str = "gⱼ(z) = zⱼ − ln Σₗ e^zₗ";

    fn textbook_value<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        let (c, e) = softmax::shifted(z);
        softmax::logarithms(z, c, &e)
    }

    /// `δ − s_j`.
    fn textbook_jacobian<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Grid<ErrorBound<S, A>> {
        let s = softmax::textbook(z);
        Grid::tabulate(z.len(), z.len(), |jj, j| delta::<ErrorBound<S, A>>(jj, j) - s[j])
    }

    /// `row_j − s_j · Σ row_l`.
    fn textbook_row_times_jacobian<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        textbook_row_times_jacobian(row, &softmax::textbook(z))
    }

    fn long_row<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> LongRow<S, A> {
        let (own, textbook) = (softmax::value(z), softmax::textbook(z));
        let others = ErrorBound::sums_without_each(&own);
        let gradients = vec![
            row_times_jacobian(row, &own),
            ErrorBound::row_times_outer(row, None, &own, |j| others[j]),
            textbook_row_times_jacobian(row, &textbook),
            ErrorBound::row_times_outer(row, None, &textbook, |j| ErrorBound::one() - textbook[j]),
        ];
        LongRow { values: vec![value(z), self.textbook_value(z)], gradients }
    }
}

/// `row_j − s_j · Σ row_l`.
fn textbook_row_times_jacobian<const S: usize, const A: usize>(
    row: &[ErrorBound<S, A>],
    s: &[ErrorBound<S, A>],
) -> Vec<ErrorBound<S, A>> {
    let total = ErrorBound::sum(row.iter().copied());
    (0..s.len()).map(|j| row[j] - s[j] * total).collect()
}

/// `log_softmax(z)_j = (z_j − c) − ln(1 + Σ e^(z_l − c))`, where c is the largest z and Σ omits it.
pub fn value<T: Real>(z: &[T]) -> Vec<T> {
    let largest = T::largest(z);
    let c = z[largest].clone();
    let rest = sum_without(z.len(), largest, |l| (z[l].clone() - c.clone()).exp());
    let log_total = rest.ln_1p();
    z.iter().map(|z_j| (z_j.clone() - c.clone()) - log_total.clone()).collect()
}

/// `∂(ln s_jj)/∂z_j = δ − s_j`, not symmetric.
pub fn jacobian<T: Number>(s: &[T]) -> Grid<T> {
    Grid::tabulate(s.len(), s.len(), |jj, j| if jj == j { complement(s, j) } else { -s[j].clone() })
}

/// `row · jacobian(s) = row_j − s_j · Σ row_l`, rearranged at the largest s so that it does not cancel. Uses
/// Σ s = 1.
pub fn row_times_jacobian<T: Ordered>(row: &[T], s: &[T]) -> Vec<T> {
    let largest = T::largest(s);
    let total = T::sum(row.iter().cloned());
    let others = sum_without(row.len(), largest, |l| row[l].clone());
    (0..s.len())
        .map(|j| {
            if j == largest {
                row[j].clone() * complement(s, j) - s[j].clone() * others.clone()
            } else {
                row[j].clone() - s[j].clone() * total.clone()
            }
        })
        .collect()
}
