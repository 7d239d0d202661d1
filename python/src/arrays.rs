//! NumPy arrays as grids, read where they lie, and grids as NumPy arrays, without a copy.

use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::number::Format;
use dropout_oracle::problem::{Faults, Inputs, Problem};
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::Quantity;
use dropout_oracle::wire::{activation, json};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A matrix as Python hands it over.
pub type Matrix<'py> = PyReadonlyArray2<'py, f64>;
/// A, p, R, W, b and dA_next as Python hands them over.
pub type Six<'py> = (
    Matrix<'py>,
    PyReadonlyArray1<'py, f64>,
    Matrix<'py>,
    Matrix<'py>,
    PyReadonlyArray1<'py, f64>,
    Matrix<'py>,
);
/// The givens of a step, not yet checked.
pub type Given = Inputs<Grid<f64>, Vector<f64>>;

/// A matrix, whatever its strides.
pub fn grid(array: &Matrix) -> Grid<f64> {
    let (rows, cols) = (array.shape()[0], array.shape()[1]);
    let view = array.as_array();
    // The view's slice is row by row; that of the array may be column by column.
    let cells = view.as_slice().map_or_else(|| view.iter().copied().collect(), <[f64]>::to_vec);
    Grid::from_cells(rows, cols, cells)
}

/// A vector, whatever its stride.
pub fn vector(array: &PyReadonlyArray1<f64>) -> Vector<f64> {
    array.as_array().iter().copied().collect()
}

/// The givens of a step.
pub fn given((a, p, r, w, b, da_next): &Six) -> Given {
    Inputs { a: grid(a), keep_prob: vector(p), r: grid(r), w: grid(w), b: vector(b), da_next: grid(da_next) }
}

/// The problem with these givens and this activation, which is JSON.
///
/// # Errors
/// All faults.
pub fn problem(given: Given, activation: &str) -> Result<Problem, Faults> {
    let mut reader = json::Reader::default();
    let read = match json::document(activation.as_bytes()) {
        Ok(value) => activation::read(&mut reader, "activation", value, usize::MAX),
        Err(fault) => {
            reader.faults.push(fault);
            None
        }
    };
    let Inputs { a, keep_prob, r, w, b, da_next } = given;
    let parts = Inputs {
        a: Some(a),
        keep_prob: Some(keep_prob),
        r: Some(r),
        w: Some(w),
        b: Some(b),
        da_next: Some(da_next),
    };
    Problem::from_parts(&parts, read, reader.faults)
}

/// A grid as an array.
pub fn matrix(py: Python<'_>, grid: Grid<f64>) -> PyResult<Bound<'_, PyArray2<f64>>> {
    let (rows, cols) = grid.shape();
    PyArray1::from_vec(py, grid.into_cells()).reshape([rows, cols])
}

/// The six inputs of a problem as arrays.
pub fn inputs<'py>(py: Python<'py>, problem: &Problem) -> PyResult<Bound<'py, PyTuple>> {
    let Inputs { a, keep_prob, r, w, b, da_next } = problem.inputs().clone();
    let row = |vector: Vector<f64>| PyArray1::from_vec(py, vector.into());
    let matrix = |grid| matrix(py, grid);
    (matrix(a)?, row(keep_prob), matrix(r)?, matrix(w)?, row(b), matrix(da_next)?).into_pyobject(py)
}

/// The eight results as arrays.
pub fn results(py: Python<'_>, step: Step<f64>) -> PyResult<Bound<'_, PyTuple>> {
    let Step { forward, backward } = step;
    let matrix = |grid| matrix(py, grid);
    let db = PyArray1::from_vec(py, backward.db.into());
    let forward = (matrix(forward.a_tilde)?, matrix(forward.z)?, matrix(forward.a_next)?);
    let (dz, dw) = (matrix(backward.dz)?, matrix(backward.dw)?);
    let (da_tilde, da) = (matrix(backward.da_tilde)?, matrix(backward.da)?);
    (forward.0, forward.1, forward.2, dz, dw, db, da_tilde, da).into_pyobject(py)
}

/// The result of this name.
pub fn quantity(name: &str) -> Option<Quantity> {
    Quantity::ALL.into_iter().find(|quantity| quantity.name() == name)
}

/// The format of this name.
pub fn format(name: &str) -> Option<Format> {
    Format::ALL.into_iter().find(|format| format.name() == name)
}
