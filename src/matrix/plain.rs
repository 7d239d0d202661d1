//! Products of plain doubles that lie in grids, row by row: no copy of a factor is made, not even to transpose it.

use nalgebra::{DMatrix, Dyn, MatrixView};

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

    fn at(&self, i: usize, j: usize) -> f64 {
        self.cells[i * self.strides[0] + j * self.strides[1]]
    }

    /// As nalgebra's matrix, rows and columns exchanged.
    fn transposed_view(self) -> MatrixView<'a, f64, Dyn, Dyn, Dyn, Dyn> {
        let ([rows, cols], [row, col]) = (self.shape, self.strides);
        MatrixView::from_slice_with_strides_generic(self.cells, Dyn(cols), Dyn(rows), Dyn(col), Dyn(row))
    }
}

/// Σ x · y over pairs of factors of one shape, row by row; each entry is summed in any order.
pub fn sum_of_products(pairs: &[[Plain; 2]]) -> Vec<f64> {
    let [x, y] = pairs[0];
    let (rows, terms, cols) = (x.shape[0], x.shape[1], y.shape[1]);
    if [rows, terms, cols].iter().any(|&size| size < LEAST) {
        let entry = |at: usize| {
            let terms =
                pairs.iter().flat_map(|[x, y]| (0..terms).map(|k| x.at(at / cols, k) * y.at(k, at % cols)));
            terms.fold(0.0, |sum, term| sum + term)
        };
        return (0..rows * cols).map(entry).collect();
    }
    // nalgebra's matrices lie column by column, so the transpose of the result lies row by row.
    let mut transposed = DMatrix::zeros(y.shape[1], x.shape[0]);
    for [x, y] in pairs {
        transposed.gemm(1.0, &y.transposed_view(), &x.transposed_view(), 1.0);
    }
    transposed.data.into()
}
