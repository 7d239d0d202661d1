//! [`Sliced`]: the lines of a matrix of balls, cut into slices whose products doubles add up exactly. [`super::ball`]
//! multiplies them.

use super::plain::LEAST;
use super::side_by_side;
use crate::number::Ball;
use crate::number::ball::double_double::{nearest_whole, power_of_two, two_sum};
use nalgebra::{DMatrixView, Dyn};
use rayon::prelude::*;
use std::ops::Range;

/// The bits of a slice: whole numbers of at most 2^21, or one more.
pub const BITS: i32 = 22;
/// The most slices.
pub const SLICES: usize = 3;
/// A number so much smaller than the largest of its line is not cut but left to the bound: 2^−300.
const NEGLIGIBLE: f64 = power_of_two(-300);
/// So many lines are read together.
const TOGETHER: usize = 16;

/// Lines of one length, cut into parts.
pub struct Sliced {
    /// Line by line, each part of its numbers: the slices, x₊, and of rows what is left after N − 1, …, 0 slices.
    cells: Vec<f64>,
    /// How many parts there are.
    parts: usize,
    pub slices: usize,
    pub lines: Vec<Line>,
    /// The length of a line.
    pub terms: usize,
    /// The most slices that a number of a line has.
    pub used: usize,
}

/// What is known of a line, in units of 2^exponent.
#[derive(Clone, Copy, Default)]
pub struct Line {
    pub exponent: i32,
    /// How many slices its numbers have; [`MANY`] if N + 1 are too few.
    pub used: usize,
    /// Upper bounds on the norms of the slices.
    pub slices: [f64; SLICES],
    /// The same of what is left after 0, …, N slices.
    pub rests: [f64; SLICES + 1],
    /// The same of what the numbers may be off.
    pub lost: f64,
}

/// More slices than are counted.
const MANY: usize = SLICES + 2;

impl Sliced {
    /// `count` lines of `terms` numbers, each cut into `slices`, with the rests that rows are multiplied with.
    pub fn new(
        count: usize,
        terms: usize,
        slices: usize,
        with_rests: bool,
        cell: impl Fn(usize, usize) -> Ball + Sync,
    ) -> Self {
        let parts = if with_rests { 2 * slices + 1 } else { slices + 1 };
        // With zeros, for nalgebra's sake.
        let padded = terms.max(LEAST);
        let mut cells = vec![0.0; (count + LEAST) * parts * padded];
        let some_lines = |(at, cells): (usize, &mut [f64])| {
            let from = at * TOGETHER;
            let numbers = side_by_side(from..count.min(from + TOGETHER), terms, &cell);
            let lines = numbers.iter().zip(cells.chunks_mut(parts * padded));
            lines.map(|(numbers, cells)| Line::cut(numbers, slices, cells, padded)).collect()
        };
        let chunks = cells[..count * parts * padded].par_chunks_mut(TOGETHER * parts * padded);
        let lines: Vec<Vec<Line>> = chunks.enumerate().map(some_lines).collect();
        let lines = lines.concat();
        let used = lines.iter().map(|line| line.used).max().unwrap_or(0);
        Sliced { cells, parts, slices, lines, terms: padded, used }
    }

    /// The part that is slice s, from 1.
    pub fn slice(&self, s: usize) -> Option<usize> {
        (s <= self.used).then_some(s - 1)
    }

    /// The part that is left after s slices, in units of the last of these.
    pub fn rest(&self, s: usize) -> Option<usize> {
        (s < self.used).then_some(2 * self.slices - s)
    }

    /// The cells of a part from a line on, from a term on, and the distance of two lines.
    fn from(&self, part: usize, line: usize, term: usize) -> (&[f64], usize) {
        let stride = self.parts * self.terms;
        (&self.cells[line * stride + part * self.terms + term..], stride)
    }

    /// Some terms of a part of all lines, each line a row; at least [`LEAST`].
    pub fn rows(&self, part: usize, terms: &Range<usize>) -> DMatrixView<'_, f64, Dyn, Dyn> {
        let (cells, stride) = self.from(part, 0, terms.start);
        DMatrixView::from_slice_with_strides(cells, self.lines.len().max(LEAST), terms.len(), stride, 1)
    }

    /// The same of some lines, each line a column.
    pub fn columns(
        &self,
        part: usize,
        terms: &Range<usize>,
        lines: &Range<usize>,
    ) -> DMatrixView<'_, f64, Dyn, Dyn> {
        let (cells, stride) = self.from(part, lines.start, terms.start);
        DMatrixView::from_slice_with_strides(cells, terms.len(), lines.len().max(LEAST), 1, stride)
    }
}

impl Line {
    /// Cuts a line into as many parts as `cells` has room for, each `padded` long.
    fn cut(numbers: &[Ball], slices: usize, cells: &mut [f64], padded: usize) -> Line {
        let largest = numbers.iter().map(|x| x.midpoint().0.abs()).fold(0.0, f64::max);
        // largest < 2^(exponent − 1), so scaled numbers are less than 1/2.
        let exponent = if largest == 0.0 { 0 } else { (largest.to_bits() >> 52) as i32 - 1023 + 2 };
        let scale = libm::ldexp(1.0, -exponent);
        let (mut squares, mut lost) = (0.0, 0.0);
        // What is still to be cut of each number.
        let (mut high, mut low) = (Vec::with_capacity(numbers.len()), Vec::with_capacity(numbers.len()));
        for x in numbers {
            let (h, l) = (x.midpoint().0 * scale, x.midpoint().1 * scale);
            let is_cut = h.abs() >= NEGLIGIBLE;
            squares += h * h;
            let uncertain =
                if is_cut && *x == Ball::point(x.midpoint().0) { 0.0 } else { uncertain(x, scale) };
            lost += uncertain * uncertain;
            high.push(if is_cut { h } else { 0.0 });
            low.push(if is_cut { l } else { 0.0 });
        }
        let factor = power_of_two(BITS);
        let mut used = usize::from(largest != 0.0);
        let (mut after_one, rests) = cells.split_at_mut(slices * padded);
        for s in 0..slices {
            let (slice, after) = after_one.split_at_mut(padded);
            // What is left after s slices, in units of slice s; of no slice, in those of the first.
            let rest = rests.get_mut((slices - s) * padded..).unwrap_or_default();
            for (rest, h) in rest.iter_mut().zip(&high) {
                *rest = if s == 0 { h * factor } else { *h };
            }
            let mut is_left = false;
            for ((slice, h), l) in slice.iter_mut().zip(&mut high).zip(&mut low) {
                let (scaled, low) = (*h * factor, *l * factor);
                *slice = nearest_whole(scaled);
                (*h, *l) = two_sum(scaled - *slice, low);
                is_left |= *h != 0.0;
            }
            if is_left {
                used = s + 2;
            }
            after_one = after;
        }
        rests[..high.len()].copy_from_slice(&high);
        let is_whole = |(h, l): (&f64, &f64)| *l == 0.0 && nearest_whole(h * factor) == h * factor;
        if used > slices && !high.iter().zip(&low).all(is_whole) {
            used = MANY;
        }
        Line::new(exponent, used, slices, numbers.len(), squares, lost)
    }

    /// The bounds: what is left after a slice is at most half a unit of it, and 2^−30 of that more; `squares` is the sum of
    /// the squares of the numbers, `lost` that of their uncertainties.
    fn new(exponent: i32, used: usize, slices: usize, terms: usize, squares: f64, lost: f64) -> Line {
        // Covers the roundings of the sums of `terms` squares, and of all that follows.
        let up = 1.0 + (terms as f64 + 64.0) * f64::EPSILON + power_of_two(-20);
        let norm = squares.sqrt() * up;
        let half = 0.5 * (terms as f64).sqrt() * up;
        let mut line = Line { exponent, used, lost: lost.sqrt() * up, ..Line::default() };
        line.rests[0] = norm;
        for s in 1..=slices.min(used) {
            let after = half * power_of_two(-BITS * s as i32);
            line.slices[s - 1] = line.rests[s - 1] + after;
            line.rests[s] = if s < used { after } else { 0.0 };
        }
        line
    }
}

/// What is not cut of a number that is scaled, or was not known.
fn uncertain(x: &Ball, scale: f64) -> f64 {
    let (h, l) = (x.midpoint().0 * scale, x.midpoint().1 * scale);
    let left = if h.abs() >= NEGLIGIBLE { 0.0 } else { h.abs() + l.abs() };
    let is_exact = x.radius() == 0.0 && left == 0.0 && (l == 0.0 || l.abs() > NEGLIGIBLE * NEGLIGIBLE);
    let is_exact = is_exact && (x.midpoint().1 == 0.0) == (l == 0.0) && (x.midpoint().0 == 0.0) == (h == 0.0);
    // Not less than 2^−400, lest its square vanish, if it is not 0; that covers what scaling loses, too.
    if is_exact { 0.0 } else { (x.radius() * scale + left).max(power_of_two(-400)) }
}
