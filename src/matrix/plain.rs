//! Products of plain doubles that lie in grids, row by row: no copy of a factor is made, not even to transpose it.

use nalgebra::{DMatrixViewMut, Dyn, MatrixView};
use rayon::prelude::*;

/// nalgebra 0.35 multiplies matrices of fewer rows, columns or terms by a routine that reads beyond strided views.
pub(super) const LEAST: usize = 6;

/// A matrix of doubles in place.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a> {
    cells: &'a [f64],
    /// Rows and columns.
    shape: [usize; 2],
    /// The distances of neighbours in a column and in a row.
    strides: [usize; 2],
}

impl<'a> Plain<'a> {
    /// The matrix whose rows follow each other in `cells`.
    pub fn of(cells: &'a [f64], [rows, cols]: [usize; 2]) -> Self {
        Plain { cells, shape: [rows, cols], strides: [cols, 1] }
    }

    /// Rows and columns exchanged.
    pub fn transpose(self) -> Self {
        let ([rows, cols], [row, col]) = (self.shape, self.strides);
        Plain { shape: [cols, rows], strides: [col, row], ..self }
    }

    /// `count` of the rows, the first of them row `from`.
    fn rows(self, from: usize, count: usize) -> Self {
        Plain { cells: &self.cells[from * self.strides[0]..], shape: [count, self.shape[1]], ..self }
    }

    fn at(&self, i: usize, j: usize) -> f64 {
        self.cells[i * self.strides[0] + j * self.strides[1]]
    }

    /// As nalgebra's matrix, rows and columns exchanged.
    fn transposed_view(self) -> MatrixView<'a, f64, Dyn, Dyn, Dyn, Dyn> {
        let ([rows, cols], [row, col]) = (self.shape, self.strides);
        MatrixView::from_slice_with_strides_generic(self.cells, Dyn(cols), Dyn(rows), Dyn(col), Dyn(row))
    }
}

/// The fewest rows of a product that are worth a task of their own.
const ROWS: usize = 64;

/// Σ x · y over pairs of factors of one shape, row by row; each entry is summed in any order.
pub fn sum_of_products(pairs: &[[Plain; 2]]) -> Vec<f64> {
    let [x, y] = pairs[0];
    let (rows, cols) = (x.shape[0], y.shape[1]);
    let at_once = rows.div_ceil(rayon::current_num_threads()).max(ROWS);
    let mut sums = vec![0.0; rows * cols];
    sums.par_chunks_mut(at_once * cols).enumerate().for_each(|(chunk, sums)| {
        for [x, y] in pairs {
            add_product(sums, x.rows(chunk * at_once, sums.len() / cols), *y);
        }
    });
    sums
}

/// Adds x · y to `sums`.
fn add_product(sums: &mut [f64], x: Plain, y: Plain) {
    let ([rows, terms], cols) = (x.shape, y.shape[1]);
    if [rows, terms, cols].iter().any(|&size| size < LEAST) {
        for (at, sum) in sums.iter_mut().enumerate() {
            *sum = (0..terms).fold(*sum, |sum, k| sum + x.at(at / cols, k) * y.at(k, at % cols));
        }
    } else {
        // nalgebra's matrices lie column by column, so the transpose of the result lies row by row.
        let mut transposed = DMatrixViewMut::from_slice(sums, cols, rows);
        transposed.gemm(1.0, &y.transposed_view(), &x.transposed_view(), 1.0);
    }
}
