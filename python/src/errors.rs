//! The library's errors as Python exceptions. A panic of ours becomes one, too, and never crosses as a panic.

use dropout_oracle::Error;
use pyo3::exceptions::{PyArithmeticError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::{PyErr, create_exception};
use std::any::Any;

create_exception!(
    dropout_oracle,
    OracleBug,
    PyRuntimeError,
    "A bug in dropout_oracle. Please report it with the input."
);

/// The exception for an error of the library.
pub fn exception(error: &Error) -> PyErr {
    let text = error.to_string();
    match error {
        Error::Arithmetic(_) => PyArithmeticError::new_err(text),
        Error::File { .. } => PyOSError::new_err(text),
        // An argument of a function has no place inside "inputs", and no dashes before it.
        _ => PyValueError::new_err(text.replace("inputs.", "").replace("--select ", "select ")),
    }
}

/// The exception for a panic of ours.
pub fn bug(panic: &(dyn Any + Send)) -> PyErr {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
    OracleBug::new_err(format!("BUG IN ORACLE: {text}\nPlease report it with the input."))
}
