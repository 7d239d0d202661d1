//! The product of two matrices of balls, made of products of doubles.
//!
//! Every row x of the left factor and every column y of the right one, a *line*, is scaled by a power of two and cut into
//! N slices of [`BITS`] bits and a rest: x = x₁ + … + x_N + x₊. Slices are whole numbers of their units, so short that
//! sums of their products are exact in doubles, in any order (Ozaki, Ogita, Oishi and Rump 2012). With N = 2:
//!
//! x · y = x₁y₁ + (x₁y₂ + x₂y₁) + (x₊y₁ + (x₂ + x₊)y₂ + xy₊).
//!
//! The last bracket is 2^−44 of the whole, so its roundings are 2^−97 of it, times the number of additions; with N = 3, two
//! brackets are exact, and the last one is 2^−66. Its roundings are bounded line by line, with Cauchy's inequality. nalgebra
//! multiplies; here lines are cut, and products added up.

use super::plain::LEAST;
use super::sliced::{BITS, Line, SLICES, Sliced};
use crate::number::Ball;
use crate::number::ball::double_double::{power_of_two, two_sum};
use nalgebra::DMatrix;
use num_traits::Zero;
use rayon::prelude::*;
use std::ops::Range;

/// The most terms of a sum that are multiplied at once: 3 · 512 · (2^21 + 1)² < 2^53.
const TERMS: usize = 512;
/// The most terms of a sum that is rounded.
const ROUNDED_TERMS: usize = 128;
/// Products of fewer multiplications than this, or of fewer than 16 entries, are summed ball by ball, which loses less.
const FEW: usize = 1 << 15;
/// A matrix with a number off by more than this part of the largest is not worth a third slice: 2^−98.
const COARSE: f64 = power_of_two(-98);

/// The product x · y.
///
/// The lines of the factor that has more of them are the columns, of which fewer parts are kept; so it is x · y, or
/// (yᵀ · xᵀ)ᵀ.
pub fn product(x: &DMatrix<Ball>, y: &DMatrix<Ball>) -> DMatrix<Ball> {
    let (m, terms, n) = (x.nrows(), x.ncols(), y.ncols());
    if m * terms * n < FEW || m * n < 16 {
        return x * y;
    }
    let slices = if is_coarse(x) || is_coarse(y) { SLICES - 1 } else { SLICES };
    let (in_x, in_y) = (|i: usize, k: usize| x[(i, k)], |j: usize, k: usize| y[(k, j)]);
    if m <= n {
        of_lines([m, terms, n], slices, in_x, in_y)
    } else {
        of_lines([n, terms, m], slices, in_y, in_x).transpose()
    }
}

/// The product of `m` rows and `n` columns of so many `terms`.
fn of_lines(
    [m, terms, n]: [usize; 3],
    slices: usize,
    row: impl Fn(usize, usize) -> Ball + Sync,
    column: impl Fn(usize, usize) -> Ball + Sync,
) -> DMatrix<Ball> {
    let mut product = DMatrix::from_element(m, n, Ball::zero());
    for from in (0..terms).step_by(TERMS) {
        let count = TERMS.min(terms - from);
        let rows = Sliced::new(m, count, slices, true, |i, k| row(i, from + k));
        let columns = Sliced::new(n, count, slices, false, |j, k| column(j, from + k));
        add_product(&rows, &columns, product.as_mut_slice(), from == 0);
    }
    let is_zero = |i: usize, j: usize| (0..terms).all(|k| row(i, k).is_zero() || column(j, k).is_zero());
    product.as_mut_slice().par_iter_mut().with_min_len(1 << 12).enumerate().for_each(|(at, entry)| {
        // A sum of which every term has a factor 0.
        if entry.midpoint().0 == 0.0 && is_zero(at % m, at / m) {
            *entry = Ball::zero();
        }
    });
    product
}

/// Whether the numbers are so uncertain that a product with them is, too.
fn is_coarse(matrix: &DMatrix<Ball>) -> bool {
    let (largest, radius) = matrix.iter().fold((0.0f64, 0.0f64), |(largest, radius), ball| {
        (largest.max(ball.midpoint().0.abs()), radius.max(ball.radius()))
    });
    radius > COARSE * largest
}

/// Adds the product of `rows` and `columns`, column by column, to `sum`; the first one is put in its place.
fn add_product(rows: &Sliced, columns: &Sliced, sum: &mut [Ball], is_first: bool) {
    let (m, last) = (rows.lines.len(), rows.slices + 1);
    let width = (columns.lines.len() / (2 * rayon::current_num_threads())).clamp(32, 1024);
    sum.par_chunks_mut(m * width).enumerate().for_each(|(chunk, sum)| {
        let lines = chunk * width..chunk * width + sum.len() / m;
        let total = |pairs: &[[Option<usize>; 2]], length: usize| {
            let mut total = DMatrix::zeros(m.max(LEAST), lines.len().max(LEAST));
            for terms in blocks(rows.terms, length) {
                for pair in pairs {
                    if let [Some(x), Some(y)] = *pair {
                        total.gemm(1.0, &rows.rows(x, &terms), &columns.columns(y, &terms, &lines), 1.0);
                    }
                }
            }
            total
        };
        let exact = (2..=last).map(|order| {
            let pairs: Vec<_> = (1..order).map(|s| [rows.slice(s), columns.slice(order - s)]).collect();
            total(&pairs, TERMS)
        });
        let mut totals: Vec<DMatrix<f64>> = exact.collect();
        let after_all = (columns.used > columns.slices).then_some(columns.slices);
        let rounded = (1..last).map(|s| [rows.rest(last - s), columns.slice(s)]);
        let rounded: Vec<_> = rounded.chain([[rows.rest(0), after_all]]).collect();
        totals.push(total(&rounded, ROUNDED_TERMS));
        for (j, sum) in sum.chunks_exact_mut(m).enumerate() {
            let column = &columns.lines[lines.start + j];
            let mut parts = [[].as_slice(); SLICES + 1];
            for (part, total) in parts.iter_mut().zip(&totals) {
                *part = &total.as_slice()[j * total.nrows()..][..m];
            }
            for (i, entry) in sum.iter_mut().enumerate() {
                let row = &rows.lines[i];
                let (bound, exponent) = (bound(row, column, rows.slices), row.exponent + column.exponent);
                let term = match rows.slices {
                    2 => assembled([parts[0][i], parts[1][i]], parts[2][i], bound, exponent),
                    _ => assembled([parts[0][i], parts[1][i], parts[2][i]], parts[3][i], bound, exponent),
                };
                *entry = if is_first { term } else { *entry + term };
            }
        }
    });
}

/// Blocks of about so many terms; no block is shorter than [`LEAST`], so the last may be longer by that.
fn blocks(terms: usize, length: usize) -> impl Iterator<Item = Range<usize>> {
    let count = (terms / length).max(1);
    let count = if terms > count * length + LEAST { count + 1 } else { count };
    (0..count).map(move |at| at * length..if at + 1 < count { (at + 1) * length } else { terms })
}

/// A bound on what the computed product of two lines x and y lacks.
///
/// Of the last bracket, each product is rounded, and so was each factor that is no slice: 3u. Then it passes through at most
/// `ROUNDED_TERMS + LEAST` additions of its own call of the library, and through one in each later call. If the numbers of
/// x and of y have so few slices that each product in the bracket is one of two slices, nothing is rounded.
#[inline]
fn bound(x: &Line, y: &Line, slices: usize) -> f64 {
    const CALLS: usize = (SLICES + 1) * TERMS.div_ceil(ROUNDED_TERMS);
    const ROUNDINGS: f64 = (ROUNDED_TERMS + LEAST + CALLS + 4) as f64 * f64::EPSILON / 2.0;
    let bracket = |n: usize| -> f64 {
        let with_slices: f64 = (1..=n).map(|s| x.rests[n + 1 - s] * y.slices[s - 1]).sum();
        with_slices + x.rests[0] * y.rests[n]
    };
    let rounded = if x.used + y.used <= slices + 2 { 0.0 } else { bracket(slices) };
    (rounded * ROUNDINGS + (x.rests[0] + x.lost) * y.lost + x.lost * y.rests[0]) * (1.0 + 1e-9)
}

/// Σ exact · 2^(−22 order), with orders from 2, and rest in units of the last of these, times 2^exponent, within `bound` in
/// units of 2^exponent.
#[inline]
fn assembled<const N: usize>(exact: [f64; N], rest: f64, bound: f64, exponent: i32) -> Ball {
    let (mut high, mut low, mut lost) = (0.0, 0.0, 0.0);
    let mut add = |part: f64| {
        let (sum, left) = two_sum(high, part);
        let (lows, error) = two_sum(low, left);
        (high, low, lost) = (sum, lows, lost + f64::abs(error));
    };
    for (order, part) in exact.into_iter().enumerate() {
        add(part * power_of_two(BITS * (N - 1 - order) as i32));
    }
    add(rest);
    let units = BITS * (N + 1) as i32;
    Ball::around(high, low, lost * (1.0 + 16.0 * f64::EPSILON) + bound * power_of_two(units))
        .times_power_of_two(exponent - units)
}
