//! softmax: `e^(z_j) / Σ e^(z_l)`.
//!
//! It is shifted by the row's largest z. No formula subtracts a probability from 1; the sum of the others
//! replaces the difference. The Jacobian is written in terms of s = softmax(z), so it is a polynomial in s
//! and can be compared on every kind of number. [`log_softmax`](super::log_softmax) builds on this file.

use super::coupled::LongRow;
use super::{CoupledFunction, VectorFunction, delta, softmax_row};
use crate::grid::Grid;
use crate::number::{ErrorBound, Number, Ordered, Real, sum};
use num_traits::One;

/// `e^(z_j) / Σ e^(z_l)`.
#[derive(Clone, Copy, Debug)]
pub struct Softmax;

impl<T: Real> VectorFunction<T> for Softmax {
    fn value(&self, z: &[T]) -> Vec<T> {
        value(z)
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        jacobian(&value(z))
    }

    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        row_times_jacobian(row, &value(z))
    }
}

impl CoupledFunction for Softmax {
    const NAME: &'static str = "softmax";
    const FORMULA: &'static str = "gⱼ(z) = e^zⱼ / Σₗ e^zₗ";

    fn textbook_value<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        textbook(z)
    }

    /// `s_jj · (δ − s_j)`.
    fn textbook_jacobian<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Grid<ErrorBound<S, A>> {
        let s = textbook(z);
        Grid::tabulate(z.len(), z.len(), |jj, j| s[jj] * (delta::<ErrorBound<S, A>>(jj, j) - s[j]))
    }

    /// `s_j · (row_j − Σ s_l · row_l)`.
    fn textbook_row_times_jacobian<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        textbook_row_times_jacobian(row, &textbook(z))
    }

    fn long_row<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> LongRow<S, A> {
        softmax_row::long_row(row, z)
    }
}

/// `s_j · (row_j − Σ s_l · row_l)`.
fn textbook_row_times_jacobian<const S: usize, const A: usize>(
    row: &[ErrorBound<S, A>],
    s: &[ErrorBound<S, A>],
) -> Vec<ErrorBound<S, A>> {
    let mean = sum(0..s.len(), |l| s[l] * row[l]);
    (0..s.len()).map(|j| s[j] * (row[j] - mean)).collect()
}

/// `softmax(z)_j = e^(z_j − c) / Σ e^(z_l − c)`, where c is the largest z.
pub fn value<T: Real>(z: &[T]) -> Vec<T> {
    let c = z[T::largest(z)].clone();
    let e: Vec<T> = z.iter().map(|z_l| (z_l.clone() - c.clone()).exp()).collect();
    let total = T::sum(e.iter().cloned());
    e.into_iter().map(|e_j| e_j / total.clone()).collect()
}

/// `∂s_jj/∂z_j = s_jj · (δ − s_j)`, symmetric.
pub fn jacobian<T: Number>(s: &[T]) -> Grid<T> {
    Grid::tabulate(s.len(), s.len(), |jj, j| {
        if jj == j { s[j].clone() * complement(s, j) } else { -(s[jj].clone() * s[j].clone()) }
    })
}

/// `row · jacobian(s) = s_j · (h_j − Σ s_l · h_l)` with `h = row − row_c`, where c is the index of the
/// largest s: centred there, the entry that would cancel is a plain sum. Uses Σ s = 1.
pub fn row_times_jacobian<T: Ordered>(row: &[T], s: &[T]) -> Vec<T> {
    let centre = row[T::largest(s)].clone();
    let h: Vec<T> = row.iter().map(|da| da.clone() - centre.clone()).collect();
    let mean = sum(0..s.len(), |l| s[l].clone() * h[l].clone());
    s.iter().zip(h).map(|(s_j, h_j)| s_j.clone() * (h_j - mean.clone())).collect()
}

/// `1 − s_j`, as the sum of the others.
pub fn complement<T: Number>(s: &[T], j: usize) -> T {
    sum_without(s.len(), j, |l| s[l].clone())
}

/// Σ over `0..n`, omitting one index.
pub fn sum_without<T: Number>(n: usize, without: usize, term: impl Fn(usize) -> T) -> T {
    T::sum((0..n).filter(|&l| l != without).map(term))
}

/// `e^(z_j − c) / Σ e^(z_l − c)`, where c is the largest z, or `e^((z_j − c) − ln Σ e^(z_l − c))`.
pub fn textbook<const S: usize, const A: usize>(z: &[ErrorBound<S, A>]) -> Vec<ErrorBound<S, A>> {
    let (c, e) = shifted(z);
    let total = ErrorBound::sum(e.iter().copied());
    let (inverse, log_total) = (ErrorBound::one() / total, total.ln());
    let largest = ErrorBound::largest(z);
    let log = |l: usize| if l == largest { -log_total } else { (z[l] - c) - log_total };
    (0..z.len()).map(|l| (e[l] * inverse).or(log(l).exp())).collect()
}

/// c, the largest z, and `e^(z_l − c)` for each l.
pub fn shifted<const S: usize, const A: usize>(
    z: &[ErrorBound<S, A>],
) -> (ErrorBound<S, A>, Vec<ErrorBound<S, A>>) {
    let largest = ErrorBound::largest(z);
    let c = z[largest];
    let e = (0..z.len()).map(|l| if l == largest { ErrorBound::one() } else { (z[l] - c).exp() });
    (c, e.collect())
}

/// log_softmax: `(z_j − c) − ln Σ e_l` or `z_j − (c + ln Σ e_l)`, from the largest z and the shifted
/// exponentials.
pub fn logarithms<const S: usize, const A: usize>(
    z: &[ErrorBound<S, A>],
    c: ErrorBound<S, A>,
    e: &[ErrorBound<S, A>],
) -> Vec<ErrorBound<S, A>> {
    let log_total = ErrorBound::sum(e.iter().copied()).ln();
    z.iter().map(|&z| ((z - c) - log_total).or(z - (c + log_total))).collect()
}
