//! softmax and log_softmax: the activations that normalize a row.
//!
//! Both are shifted by the row's largest z, and no formula subtracts a probability from 1: where one
//! nears 1, the others sum to what is left. The Jacobians are written in terms of s = softmax(z), so
//! that they are polynomials in s and can be compared on every kind of number.

use crate::grid::Grid;
use crate::number::{Number, Ordered, Real, sum};

/// softmax(z)_j = e^(z_j − c) / Σ e^(z_l − c), c the largest z.
pub fn value<T: Real>(z: &[T]) -> Vec<T> {
    let c = z[T::largest(z)].clone();
    let e: Vec<T> = z.iter().map(|z_l| (z_l.clone() - c.clone()).exp()).collect();
    let total = T::sum(e.iter().cloned());
    e.into_iter().map(|e_j| e_j / total.clone()).collect()
}

/// log_softmax(z)_j = (z_j − c) − ln(1 + Σ_{l≠c} e^(z_l − c)).
pub fn log_value<T: Real>(z: &[T]) -> Vec<T> {
    let largest = T::largest(z);
    let c = z[largest].clone();
    let rest = sum_without(z.len(), largest, |l| (z[l].clone() - c.clone()).exp());
    let log_total = rest.ln_1p();
    z.iter().map(|z_j| (z_j.clone() - c.clone()) - log_total.clone()).collect()
}

/// ∂s_jj/∂z_j = s_jj (δ − s_j), symmetric.
pub fn jacobian<T: Number>(s: &[T]) -> Grid<T> {
    Grid::tabulate(s.len(), s.len(), |jj, j| {
        if jj == j { s[j].clone() * complement(s, j) } else { -(s[jj].clone() * s[j].clone()) }
    })
}

/// ∂(ln s_jj)/∂z_j = δ − s_j, not symmetric.
pub fn log_jacobian<T: Number>(s: &[T]) -> Grid<T> {
    Grid::tabulate(s.len(), s.len(), |jj, j| if jj == j { complement(s, j) } else { -s[j].clone() })
}

/// row · jacobian(s) = s_j (h_j − Σ s_l h_l) with h = row − row_c, c the index of the largest s:
/// centred there, the entry that would cancel is a plain sum. Uses Σ s = 1.
pub fn row_times_jacobian<T: Ordered>(row: &[T], s: &[T]) -> Vec<T> {
    let centre = row[T::largest(s)].clone();
    let h: Vec<T> = row.iter().map(|da| da.clone() - centre.clone()).collect();
    let mean = sum(0..s.len(), |l| s[l].clone() * h[l].clone());
    s.iter().zip(h).map(|(s_j, h_j)| s_j.clone() * (h_j - mean.clone())).collect()
}

/// row · log_jacobian(s) = row_j − s_j Σ row, the entry of the largest s without its cancellation.
/// Uses Σ s = 1.
pub fn row_times_log_jacobian<T: Ordered>(row: &[T], s: &[T]) -> Vec<T> {
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

/// 1 − s_j as the sum of the others.
fn complement<T: Number>(s: &[T], j: usize) -> T {
    sum_without(s.len(), j, |l| s[l].clone())
}

/// Σ over 0..n without one index.
fn sum_without<T: Number>(n: usize, without: usize, term: impl Fn(usize) -> T) -> T {
    T::sum((0..n).filter(|&l| l != without).map(term))
}
