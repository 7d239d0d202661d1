//! The core of the Python package: it turns NumPy arrays into the library's grids and back, and calls the library.
//!
//! It decides nothing: what a fault is called, what is judged and what a report says is the library's. Read `worker`
//! first, which keeps Python responsive, then `arrays`, `oracle`, `subject`, `plan` and `judge`. What a user sees is
//! written in Python, beside this folder.

mod arrays;
mod errors;
mod judge;
mod oracle;
mod plan;
mod subject;
mod worker;

/// The functions and classes that the Python files call.
#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use super::errors::OracleBug;
    #[pymodule_export]
    use super::judge::{Judge, Judged};
    #[pymodule_export]
    use super::oracle::{activations, arithmetics, expected, mask, problem, storage, tolerance};
    #[pymodule_export]
    use super::plan::Plan;
}
