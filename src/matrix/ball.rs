//! The product of two matrices of balls, made of exact products of doubles.
//!
//! Every row of the left factor and every column of the right one, a *line*, is scaled by a power of two and cut into
//! slices of [`BITS`] bits: whole numbers so short that sums of their products are exact in doubles, in any order (Ozaki,
//! Ogita, Oishi and Rump 2012). nalgebra multiplies slices; here they are cut, and their products added up. What the
//! slices and the omitted products lack is bounded line by line, with Cauchy's inequality.

use super::plain::LEAST;
use crate::number::Ball;
use crate::number::ball::double_double::{nearest_whole, power_of_two, two_sum};
use nalgebra::{DMatrix, DMatrixView, Dyn};
use num_traits::Zero;
use rayon::prelude::*;
use std::array;

/// The bits of a slice: whole numbers of at most 2^20, or one more.
const BITS: i32 = 21;
/// The most slices of a number: 105 bits.
const SLICES: usize = 5;
/// The most different s + t of the products of slices s and t that are not omitted.
const ORDERS: usize = SLICES;
/// The most terms of a sum that are multiplied at once. Up to [`SLICES`] products of slices are summed as one:
/// 5 · 1024 · (2^20 + 1)² < 2^53.
const TERMS: usize = 1024;
/// A number so much smaller than the largest of its line is not cut but left to the bound: 2^−300.
const NEGLIGIBLE: f64 = power_of_two(-300);
/// Products of fewer multiplications than this, or of fewer than 16 entries, are summed ball by ball, which loses less.
const FEW: usize = 1 << 15;

/// The product x · y.
pub fn product(x: &DMatrix<Ball>, y: &DMatrix<Ball>) -> DMatrix<Ball> {
    let (m, terms, n) = (x.nrows(), x.ncols(), y.ncols());
    if m * terms * n < FEW || m * n < 16 {
        return x * y;
    }
    let is_exact =
        |matrix: &DMatrix<Ball>| matrix.iter().all(|ball| ball.midpoint().1 == 0.0 && ball.radius() == 0.0);
    // Two factors that are uncertain themselves are not worth the last slice.
    let most = if is_exact(x) || is_exact(y) { SLICES } else { SLICES - 1 };
    let mut product = DMatrix::from_element(m, n, Ball::zero());
    for from in (0..terms).step_by(TERMS) {
        let count = TERMS.min(terms - from);
        let rows = Sliced::new(m, count, most, |i, k| x[(i, from + k)]);
        let columns = Sliced::new(n, count, most, |j, k| y[(from + k, j)]);
        add_product(&rows, &columns, most + 1, product.as_mut_slice(), from == 0);
    }
    let is_zero = |i: usize, j: usize| (0..terms).all(|k| x[(i, k)].is_zero() || y[(k, j)].is_zero());
    product.as_mut_slice().par_iter_mut().with_min_len(1 << 12).enumerate().for_each(|(at, entry)| {
        // A sum of which every term has a factor 0.
        if entry.midpoint().0 == 0.0 && is_zero(at % m, at / m) {
            *entry = Ball::zero();
        }
    });
    product
}

/// Lines of one length, cut into slices.
struct Sliced {
    /// Line by line, for each slice its whole numbers.
    cells: Vec<f64>,
    lines: Vec<Line>,
    /// The length of a line.
    terms: usize,
    /// How many slices there is room for, and the most that a line has.
    most: usize,
    used: usize,
}

/// What is known of a line x: it is 2^exponent · (Σₛ slice s · 2^(−21 s) + rest), with s from 1.
#[derive(Clone, Copy, Default)]
struct Line {
    exponent: i32,
    /// How many slices are not 0.
    used: usize,
    /// Upper bounds on the norm of each slice, in units of 2^exponent.
    slices: [f64; SLICES],
    /// The same for what is left after so many slices; the first is the norm of the line.
    rests: [f64; SLICES + 1],
}

impl Sliced {
    /// `count` lines of `terms` numbers, each in at most `most` slices.
    fn new(count: usize, terms: usize, most: usize, cell: impl Fn(usize, usize) -> Ball + Sync) -> Self {
        // With zeros, for nalgebra's sake.
        let padded = terms.max(LEAST);
        let cell = |line, k| if k < terms { cell(line, k) } else { Ball::zero() };
        let mut cells = vec![0.0; (count + LEAST) * most * padded];
        let cut = |(line, slices): (usize, &mut [f64])| Line::cut(padded, slices, |k| cell(line, k));
        let lines: Vec<Line> =
            cells.par_chunks_mut(most * padded).take(count).with_min_len(16).enumerate().map(cut).collect();
        let used = lines.iter().map(|line| line.used).max().unwrap_or(0);
        Sliced { cells, lines, terms: padded, most, used }
    }

    /// Slice `s` of `count` lines from `from` on, each line a row; at least [`LEAST`].
    fn rows(&self, s: usize, from: usize, count: usize) -> DMatrixView<'_, f64, Dyn, Dyn> {
        let stride = self.most * self.terms;
        let cells = &self.cells[from * stride + (s - 1) * self.terms..];
        DMatrixView::from_slice_with_strides(cells, count.max(LEAST), self.terms, stride, 1)
    }

    /// The same, each line a column.
    fn columns(&self, s: usize, from: usize, count: usize) -> DMatrixView<'_, f64, Dyn, Dyn> {
        let stride = self.most * self.terms;
        let cells = &self.cells[from * stride + (s - 1) * self.terms..];
        DMatrixView::from_slice_with_strides(cells, self.terms, count.max(LEAST), 1, stride)
    }
}

impl Line {
    /// Cuts a line into `slices`, one after the other.
    fn cut(terms: usize, slices: &mut [f64], cell: impl Fn(usize) -> Ball) -> Line {
        let cells: Vec<Ball> = (0..terms).map(cell).collect();
        let largest = cells.iter().map(|x| x.midpoint().0.abs()).fold(0.0, f64::max);
        // largest < 2^(exponent − 1), so scaled numbers are less than 1/2.
        let exponent = if largest == 0.0 { 0 } else { (largest.to_bits() >> 52) as i32 - 1023 + 2 };
        let scale = libm::ldexp(1.0, -exponent);
        let (mut squares, mut lost) = (0.0, 0.0);
        let mut high: Vec<f64> = Vec::with_capacity(terms);
        let mut low = high.clone();
        for x in &cells {
            let (h, l) = (x.midpoint().0 * scale, x.midpoint().1 * scale);
            let is_cut = h.abs() >= NEGLIGIBLE;
            high.push(if is_cut { h } else { 0.0 });
            low.push(if is_cut { l } else { 0.0 });
            let left = if is_cut { 0.0 } else { h.abs() + l.abs() };
            // Not less than 2^−400, lest its square vanish, if it is not 0; that covers what scaling loses, too.
            let uncertain = x.radius() * scale + left;
            let is_exact =
                x.radius() == 0.0 && left == 0.0 && (l == 0.0 || l.abs() > NEGLIGIBLE * NEGLIGIBLE);
            let is_exact =
                is_exact && (x.midpoint().1 == 0.0) == (l == 0.0) && (x.midpoint().0 == 0.0) == (h == 0.0);
            let uncertain = if is_exact { 0.0 } else { uncertain.max(power_of_two(-400)) };
            squares += h * h;
            lost += uncertain * uncertain;
        }
        let factor = power_of_two(BITS);
        let mut used = 0;
        for slice in slices.chunks_exact_mut(terms) {
            if high.iter().all(|&h| h == 0.0) {
                break;
            }
            used += 1;
            for ((cell, h), l) in slice.iter_mut().zip(&mut high).zip(&mut low) {
                let scaled = *h * factor;
                *cell = nearest_whole(scaled);
                (*h, *l) = two_sum(scaled - *cell, *l * factor);
            }
        }
        let is_left = high.iter().any(|&h| h != 0.0);
        Line::new(exponent, used, is_left, terms, squares, lost)
    }

    /// The bounds: the numbers of a slice and what is left after it are at most half a unit of the slice before, and
    /// 2^−30 of it more; `squares` is the sum of the squares of the numbers, `lost` that of their uncertainties.
    fn new(exponent: i32, used: usize, is_left: bool, terms: usize, squares: f64, lost: f64) -> Line {
        // Covers the roundings of the sums of `terms` squares, and of all that follows.
        let up = 1.0 + (terms as f64 + 64.0) * f64::EPSILON + power_of_two(-20);
        let (norm, lost) = (squares.sqrt() * up, lost.sqrt() * up);
        let half = 0.5 * (terms as f64).sqrt() * up;
        let mut line = Line { exponent, used, ..Line::default() };
        let unit = |s: usize| power_of_two(-BITS * s as i32);
        for s in 0..used {
            line.slices[s] = if s == 0 { norm + half * unit(1) } else { half * unit(s) };
        }
        for s in 1..=SLICES {
            let is_left = s < used || is_left;
            line.rests[s] = if is_left { half * unit(s.min(used)) } else { 0.0 } + lost;
        }
        line.rests[0] = norm + lost;
        line
    }
}

/// Adds the product of `rows` and `columns`, column by column, to `sum`; the first one is put in its place. The products
/// of slices s and t with s + t > `last` are omitted.
fn add_product(rows: &Sliced, columns: &Sliced, last: usize, sum: &mut [Ball], is_first: bool) {
    let m = rows.lines.len();
    let width = (columns.lines.len() / (2 * rayon::current_num_threads())).clamp(32, 1024);
    sum.par_chunks_mut(m * width).enumerate().for_each(|(chunk, sum)| {
        let (from, count) = (chunk * width, sum.len() / m);
        let orders: Vec<DMatrix<f64>> = (2..=last)
            .map(|order| {
                let mut total = DMatrix::zeros(m.max(LEAST), count.max(LEAST));
                for s in (1..=rows.used).filter(|&s| s < order && order - s <= columns.used) {
                    total.gemm(1.0, &rows.rows(s, 0, m), &columns.columns(order - s, from, count), 1.0);
                }
                total
            })
            .collect();
        for (j, sum) in sum.chunks_exact_mut(m).enumerate() {
            let column = &columns.lines[from + j];
            let none = vec![0.0; if orders.len() < ORDERS { m } else { 0 }];
            let parts: [&[f64]; ORDERS] = array::from_fn(|order| {
                orders.get(order).map_or(&none[..], |total| &total.as_slice()[j * total.nrows()..][..m])
            });
            for (i, entry) in sum.iter_mut().enumerate() {
                let row = &rows.lines[i];
                let parts = parts.map(|part| part[i]);
                let term = assembled(parts, bound(row, column, last), row.exponent + column.exponent);
                *entry = if is_first { term } else { *entry + term };
            }
        }
    });
}

/// A bound on what the products of slices s and t with s + t ≤ last lack of the product of two lines x and y: the sum over
/// s of slice s of x and what is left of y after last − s slices; and what is left of x, times y.
#[inline]
fn bound(x: &Line, y: &Line, last: usize) -> f64 {
    let omitted: f64 =
        (1..=SLICES).map(|s| x.slices[s - 1] * y.rests[last.saturating_sub(s).min(SLICES)]).sum();
    (omitted + x.rests[SLICES] * y.rests[0]) * (1.0 + 16.0 * f64::EPSILON)
}

/// Σ part · 2^(−21 order), with orders from 2, times 2^exponent, within `bound` in units of 2^exponent.
#[inline]
fn assembled(parts: [f64; ORDERS], bound: f64, exponent: i32) -> Ball {
    let (mut high, mut low, mut lost, mut unit) = (0.0, 0.0, 0.0, 1.0);
    for part in parts {
        let (sum, rest) = two_sum(high, part * unit);
        let (rests, error) = two_sum(low, rest);
        (high, low, lost) = (sum, rests, lost + error.abs());
        unit *= power_of_two(-BITS);
    }
    Ball::around(high, low, lost * (1.0 + 16.0 * f64::EPSILON) + bound * power_of_two(2 * BITS))
        .times_power_of_two(exponent - 2 * BITS)
}
