//! [`Factor`]: a matrix of error bounds, taken apart into plain matrices, with a summary of each row and column.
//!
//! [`super::product`] multiplies two of them.

use crate::matrix::plain::Plain;
use crate::number::bounds::over;
use crate::number::{Coarse, ErrorBound, NotJudged, Parts};
use rayon::prelude::*;

/// A matrix of error bounds as a factor of products.
#[derive(Debug)]
pub struct Factor {
    shape: [usize; 2],
    pub center: Vec<f64>,
    pub error: Vec<f64>,
    pub magnitude: Vec<f64>,
    /// The summaries of the rows, and of the columns.
    lines: [Vec<Line>; 2],
    /// The largest radius, relative to the magnitude.
    pub radius: f64,
}

/// The numbers of a row or column in summary.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The first number without a bound, and why.
    pub unbounded: Option<(usize, NotJudged)>,
    /// How many numbers are not 0.
    pub nonzero: usize,
    /// The least [`Parts::least`] of those.
    pub least: f64,
    /// The exponent of a power of two of which all are multiples; `None` if one is not exact.
    pub granularity: Option<i32>,
    /// Whether a number other than 0 is exact.
    pub some_exact: bool,
    /// Whether no number may be negative.
    pub is_nonnegative: bool,
    /// The least and the largest error relative to the magnitude, of numbers other than 0.
    pub relative_error: [f64; 2],
}

/// How far apart relative errors may be to be taken for the largest of them.
const SPREAD: f64 = 1.005;

impl Line {
    const EMPTY: Line = Line {
        unbounded: None,
        nonzero: 0,
        least: f64::INFINITY,
        granularity: Some(i32::MAX),
        some_exact: false,
        is_nonnegative: true,
        relative_error: [f64::INFINITY, 0.0],
    };

    fn add(&mut self, parts: &Parts, relative_error: f64) {
        self.nonzero += 1;
        self.least = self.least.min(parts.least);
        self.granularity = self.granularity.zip(parts.granularity).map(|(x, y)| x.min(y));
        self.some_exact |= parts.granularity.is_some();
        self.is_nonnegative &= parts.is_nonnegative;
        let [least, largest] = &mut self.relative_error;
        (*least, *largest) = (least.min(relative_error), largest.max(relative_error));
    }

    /// Adds the numbers of another line, which follow those of this one.
    fn join(&mut self, other: &Line) {
        let [least, largest] = other.relative_error;
        *self = Line {
            unbounded: self.unbounded.or(other.unbounded),
            nonzero: self.nonzero + other.nonzero,
            least: self.least.min(other.least),
            granularity: self.granularity.zip(other.granularity).map(|(x, y)| x.min(y)),
            some_exact: self.some_exact || other.some_exact,
            is_nonnegative: self.is_nonnegative && other.is_nonnegative,
            relative_error: [self.relative_error[0].min(least), self.relative_error[1].max(largest)],
        };
    }

    /// Whether all errors are nearly the same multiple of their magnitudes.
    fn is_uniform(&self) -> bool {
        let [least, largest] = self.relative_error;
        largest == 0.0 || largest <= SPREAD * least
    }
}

impl Factor {
    /// The matrix whose entry in row i and column j is that of `entry(i, j)`, and what else that yields, row by row.
    pub fn tabulate<const S: usize, const A: usize, T: Send>(
        shape: [usize; 2],
        entry: impl Fn(usize, usize) -> (T, ErrorBound<S, A>) + Sync,
    ) -> (Vec<T>, Self) {
        Self::of_parts(shape, |i, j| {
            let (more, entry) = entry(i, j);
            (more, entry.parts())
        })
    }

    /// The same, given the parts of each entry.
    pub fn of_parts<T: Send>(
        shape: [usize; 2],
        entry: impl Fn(usize, usize) -> (T, Result<Parts, NotJudged>) + Sync,
    ) -> (Vec<T>, Self) {
        let [rows, cols] = shape;
        let [mut center, mut error, mut magnitude] = [(); 3].map(|()| vec![0.0; rows * cols]);
        let at_once = rows.div_ceil(4 * rayon::current_num_threads());
        let [centers, errors, magnitudes] =
            [&mut center, &mut error, &mut magnitude].map(|part| part.par_chunks_mut(at_once * cols));
        let chunks = (centers, errors, magnitudes).into_par_iter().enumerate();
        let chunks: Vec<_> = chunks
            .map(|(chunk, (center, error, magnitude))| {
                Self::some_rows(chunk * at_once, cols, [center, error, magnitude], &entry)
            })
            .collect();
        let (mut all, mut lines, mut radius) =
            (Vec::with_capacity(rows * cols), [Vec::with_capacity(rows), vec![Line::EMPTY; cols]], 0f64);
        for (more, by_row, by_col, of_chunk) in chunks {
            all.extend(more);
            lines[0].extend(by_row);
            lines[1].iter_mut().zip(&by_col).for_each(|(line, more)| line.join(more));
            radius = radius.max(of_chunk);
        }
        (all, Factor { shape, center, error, magnitude, lines, radius })
    }

    /// Fills the parts of some rows, of which `first` is the first, and summarises the rows, the columns and the radii.
    fn some_rows<T>(
        first: usize,
        cols: usize,
        [center, error, magnitude]: [&mut [f64]; 3],
        entry: impl Fn(usize, usize) -> (T, Result<Parts, NotJudged>),
    ) -> (Vec<T>, Vec<Line>, Vec<Line>, f64) {
        let (mut more, mut radius) = (Vec::with_capacity(center.len()), 0f64);
        let [mut by_row, mut by_col] = [center.len() / cols, cols].map(|lines| vec![Line::EMPTY; lines]);
        for (i, row) in by_row.iter_mut().enumerate() {
            for (j, col) in by_col.iter_mut().enumerate() {
                let (with, parts) = entry(first + i, j);
                more.push(with);
                let parts = match parts {
                    Ok(parts) => parts,
                    Err(why) => {
                        row.unbounded.get_or_insert((j, why));
                        col.unbounded.get_or_insert((first + i, why));
                        continue;
                    }
                };
                let at = i * cols + j;
                (center[at], error[at], magnitude[at]) = (parts.center, parts.error, parts.magnitude);
                if parts.magnitude > 0.0 {
                    let relative = over(parts.error, parts.magnitude);
                    row.add(&parts, relative);
                    col.add(&parts, relative);
                    radius = radius.max(over(parts.radius, parts.magnitude));
                }
            }
        }
        (more, by_row, by_col, radius)
    }

    /// The sums of the columns, before they are rounded, and how many numbers other than 0 they have.
    pub fn column_sums(&self) -> Vec<(Coarse, usize)> {
        let [_, cols] = self.shape;
        let mut sums = vec![Coarse::exact(0.0); cols];
        for (at, &center) in self.center.iter().enumerate() {
            let cell = Coarse { center, error: self.error[at], magnitude: self.magnitude[at] };
            sums[at % cols] = sums[at % cols].with(cell);
        }
        sums.into_iter().zip(&self.lines[1]).map(|(sum, line)| (sum, line.nonzero)).collect()
    }

    /// As a factor whose rows are multiplied with the columns of the other, or whose columns are with its rows.
    pub fn rows(&self) -> Side<'_> {
        Side { factor: self, by: 0 }
    }

    /// The same of its columns.
    pub fn cols(&self) -> Side<'_> {
        Side { factor: self, by: 1 }
    }
}

/// A factor, and which of its lines are multiplied with those of the other.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub factor: &'a Factor,
    by: usize,
}

impl<'a> Side<'a> {
    /// The lines that are multiplied.
    pub fn lines(self) -> &'a [Line] {
        &self.factor.lines[self.by]
    }

    /// How many numbers a line has.
    pub fn length(self) -> usize {
        self.factor.shape[1 - self.by]
    }

    /// One part of each number, a line in each row.
    pub fn plain(self, part: impl Fn(&'a Factor) -> &'a [f64]) -> Plain<'a> {
        let plain = Plain::of(part(self.factor), self.factor.shape);
        if self.by == 0 { plain } else { plain.transpose() }
    }

    /// Whether the errors of each line are nearly the same multiple of their magnitudes.
    pub fn is_uniform(self) -> bool {
        self.lines().iter().all(Line::is_uniform)
    }

    /// Whether some number is 0.
    pub fn has_zeros(self) -> bool {
        self.lines().iter().any(|line| line.nonzero < self.length())
    }

    /// For each line, a bit for each number that is not 0, in words.
    pub fn nonzero(self) -> Vec<Vec<u64>> {
        let Factor { shape: [_, cols], magnitude, .. } = self.factor;
        let is_nonzero = |line: usize, at: usize| {
            let [i, j] = if self.by == 0 { [line, at] } else { [at, line] };
            magnitude[i * cols + j] != 0.0
        };
        let word = |line: usize, word: usize| {
            let ats = 64 * word..self.length().min(64 * word + 64);
            ats.fold(0, |bits, at| bits | u64::from(is_nonzero(line, at)) << (at % 64))
        };
        let words = self.length().div_ceil(64);
        (0..self.lines().len()).map(|line| (0..words).map(|at| word(line, at)).collect()).collect()
    }
}
