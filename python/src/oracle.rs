//! The oracle as functions: expected values, tolerances, drawn problems and masks.

use super::arrays::{self, Six};
use super::worker::alone;
use dropout_oracle::Error;
use dropout_oracle::cases::shaped;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle::cost::Limit;
use dropout_oracle::oracle::{self, tolerance as tolerances};
use dropout_oracle::problem::activation::PER_UNIT;
use dropout_oracle::problem::{Activation, Faults, check, mask as masks};
use dropout_oracle::verify::Shape;
use dropout_oracle::wire::{activation, layout};
use numpy::{PyArray2, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// A limit in seconds, or none.
pub fn limit(seconds: Option<f64>) -> Limit {
    seconds.map_or(Limit::NONE, Limit::seconds)
}

/// The eight results, each the double nearest to the exact one.
#[pyfunction]
pub fn expected<'py>(
    py: Python<'py>,
    inputs: Six<'py>,
    activation: String,
    seconds: Option<f64>,
) -> PyResult<Bound<'py, PyTuple>> {
    let given = arrays::given(&inputs);
    let solve = move || Ok(oracle::expected_within(&arrays::problem(given, &activation)?, limit(seconds))?);
    arrays::results(py, alone(py, solve)?)
}

/// How far each element may be off; NaN where nothing is promised.
#[pyfunction]
pub fn tolerance<'py>(
    py: Python<'py>,
    inputs: Six<'py>,
    activation: String,
    arithmetic: &str,
    seconds: Option<f64>,
) -> PyResult<Bound<'py, PyTuple>> {
    let arithmetic = named(arithmetic)?;
    let given = arrays::given(&inputs);
    let bounds = move || {
        let problem = arrays::problem(given, &activation)?;
        let expected = oracle::expected_within(&problem, limit(seconds))?;
        Ok(tolerances::tolerance(&problem, &expected, arithmetic).map(|bound| bound.unwrap_or(f64::NAN)))
    };
    arrays::results(py, alone(py, bounds)?)
}

/// A problem of this shape: its six inputs, its activation as JSON, and its id.
#[pyfunction]
pub fn problem<'py>(
    py: Python<'py>,
    shape: (usize, usize, usize),
    activation: &str,
    format: &str,
    seed: u64,
) -> PyResult<(Bound<'py, PyTuple>, String, String)> {
    let known = Format::ALL.map(Format::name).join(", ");
    let unknown = || PyValueError::new_err(format!("dtype = {format:?}: known formats: {known}"));
    let format = arrays::format(format).ok_or_else(unknown)?;
    let shape = Shape::new(shape.0, shape.1, shape.2);
    let activation = drawn(activation, shape)?;
    let id = shaped::id(shape, &activation);
    let draw = move || Ok(shaped::problem(shape, activation, format, seed)?);
    let drawn = alone(py, draw)?;
    let activation = layout::line(&activation::Named::from(drawn.activation()));
    Ok((arrays::inputs(py, &drawn)?, activation.trim_end().into(), id))
}

/// The activation of this name for a shape.
pub fn drawn(name: &str, shape: Shape) -> PyResult<Activation> {
    let unknown = || {
        PyValueError::new_err(format!(
            "activation = {name:?}: known activations: {}",
            activations().join(", ")
        ))
    };
    shaped::activation(name, shape.n_next).ok_or_else(unknown)
}

/// The mask of the named generator.
#[pyfunction]
pub fn mask<'py>(
    py: Python<'py>,
    p: PyReadonlyArray1<'py, f64>,
    rows: usize,
    key: [u8; 32],
    stream: u64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let p: Vec<f64> = arrays::vector(&p).into();
    let draw = move || {
        let mut faults = Faults::default();
        check::keep_probabilities(&mut faults, "p", &p);
        if !faults.is_empty() {
            return Err(Error::from(faults));
        }
        let most = check::matrix_limit() / p.len();
        if rows == 0 || rows > most {
            return Err(Error::Usage(format!("rows = {rows}: must lie between 1 and {most}")));
        }
        Ok(masks::r(rows, &p, masks::words(key, stream)))
    };
    arrays::matrix(py, alone(py, draw)?)
}

/// The names of all activations.
#[pyfunction]
pub fn activations() -> Vec<&'static str> {
    Activation::all().map(|known| known.name()).chain([PER_UNIT]).collect()
}

/// The names of all arithmetics.
#[pyfunction]
pub fn arithmetics() -> Vec<String> {
    Arithmetic::ALL.iter().map(Arithmetic::to_string).collect()
}

/// The format in which an arithmetic stores numbers, and the one in which it sums.
#[pyfunction]
pub fn storage(arithmetic: &str) -> PyResult<(&'static str, &'static str)> {
    named(arithmetic).map(|arithmetic| (arithmetic.storage.name(), arithmetic.accumulator.name()))
}

fn named(name: &str) -> PyResult<Arithmetic> {
    let (storage, accumulator) = name.split_once('/').unwrap_or((name, name));
    let unknown = || {
        PyValueError::new_err(format!(
            "arithmetic = {name:?}: known arithmetics: {}",
            arithmetics().join(", ")
        ))
    };
    Arithmetic::named(storage, accumulator).ok_or_else(unknown)
}
