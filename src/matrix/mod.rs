//! The step in matrix form, with nalgebra: the twin of [`crate::scalar`], function by function.
//!
//! Architecture invariant: only this module names nalgebra, and it never sees the scalar form. Read
//! [`forward`] beside equations 17 to 20, then [`backward`] beside equations 51 to 58. [`Entry`] lets a kind of number
//! multiply its matrices its own way.

pub mod backward;
mod ball;
mod element;
mod entry;
pub mod forward;
pub(crate) mod plain;
mod sliced;

use crate::grid::{Grid, Vector};
use crate::number::Number;
use crate::problem::activation::VectorFunction;
use crate::{problem, trace};
pub use element::element;
pub use entry::Entry;
use nalgebra::{DMatrix, RowDVector};
use rayon::prelude::*;
use std::ops::Range;

/// The inputs of a step as nalgebra's matrices and row vectors.
pub type Inputs<T> = problem::Inputs<DMatrix<T>, RowDVector<T>>;
/// All eight results as nalgebra's matrices and row vectors.
pub type Step<T> = trace::Step<DMatrix<T>, RowDVector<T>>;

/// One whole step: forward, then backward.
pub fn step<T: Entry>(inputs: &Inputs<T>, g: &impl VectorFunction<T>) -> Step<T> {
    let forward = forward::pass(inputs, g);
    let backward = backward::pass(inputs, &forward, g);
    Step { forward, backward }
}

/// The inputs in nalgebra's types.
pub fn inputs<T: Number>(grids: &problem::Inputs<Grid<T>, Vector<T>>) -> Inputs<T> {
    grids.convert(from_grid, |vector| RowDVector::from_row_slice(vector.cells()))
}

/// The same over another kind of number.
pub fn inputs_over<T: Number>(grids: &problem::Inputs<Grid<f64>, Vector<f64>>) -> Inputs<T> {
    inputs(grids).convert(|matrix| matrix.map(T::from_f64), |vector| vector.map(T::from_f64))
}

/// The results as grids and vectors, for comparison with the scalar form.
pub fn to_grids<T: Number>(step: &Step<T>) -> trace::Step<Grid<T>, Vector<T>> {
    map_to_grids(step, T::clone)
}

/// f of each element of the results.
pub fn map_to_grids<T: Number, U: Send>(
    step: &Step<T>,
    f: impl Fn(&T) -> U + Sync,
) -> trace::Step<Grid<U>, Vector<U>> {
    step.convert(|matrix| map_to_grid(matrix, &f), |vector| vector.iter().map(&f).collect())
}

/// A grid as nalgebra's matrix.
pub fn from_grid<T: Number>(grid: &Grid<T>) -> DMatrix<T> {
    DMatrix::from_row_slice(grid.rows(), grid.cols(), grid.cells())
}

/// nalgebra's matrix as a grid.
pub fn to_grid<T: Number>(matrix: &DMatrix<T>) -> Grid<T> {
    map_to_grid(matrix, T::clone)
}

/// f of each entry.
fn map_to_grid<T: Number, U: Send>(matrix: &DMatrix<T>, f: impl Fn(&T) -> U + Sync) -> Grid<U> {
    const TOGETHER: usize = 32;
    let (rows, cols) = matrix.shape();
    let some_rows = |at: usize| {
        let from = at * TOGETHER;
        side_by_side(from..rows.min(from + TOGETHER), cols, |i, j| f(&matrix[(i, j)]))
    };
    let starts = (0..rows.div_ceil(TOGETHER)).into_par_iter();
    Grid::from_rows(cols, starts.flat_map_iter(some_rows).collect::<Vec<_>>())
}

/// Some lines, each of so many terms. They are read side by side, as neighbours in memory may lie in lines that follow each
/// other.
fn side_by_side<T>(lines: Range<usize>, terms: usize, cell: impl Fn(usize, usize) -> T) -> Vec<Vec<T>> {
    let mut cells: Vec<Vec<T>> = lines.clone().map(|_| Vec::with_capacity(terms)).collect();
    for k in 0..terms {
        for (cells, line) in cells.iter_mut().zip(lines.clone()) {
            cells.push(cell(line, k));
        }
    }
    cells
}

/// broadcast(v): `m` copies of the row vector v, one per row.
fn broadcast<T: Number>(m: usize, v: &RowDVector<T>) -> DMatrix<T> {
    DMatrix::from_fn(m, v.len(), |_, j| v[j].clone())
}

/// The matrix with these rows, computed side by side if there are many.
fn by_row<T: Number>(m: usize, row: impl Fn(usize) -> RowDVector<T> + Send + Sync) -> DMatrix<T> {
    let rows: Vec<RowDVector<T>> = (0..m).into_par_iter().with_min_len(16).map(row).collect();
    DMatrix::from_rows(&rows)
}
