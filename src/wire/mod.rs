//! The JSON and the tensors that case files and the protocol share: strict reading, layout, numbers, and the parts of a step.
//!
//! [`json`] reads any JSON and continues after a fault. [`read`] makes a [`Problem`](crate::problem::Problem)
//! of it, [`activation`] an activation. [`step`] writes inputs and results, [`layout`] chooses the line
//! breaks, and [`number`] reads numbers that JSON cannot express. [`tensors`] is for steps too large for text. Only this
//! module names `serde_json`; it knows neither cases nor subjects.

pub mod activation;
pub mod json;
pub mod layout;
pub mod number;
pub mod read;
pub mod step;
pub mod tensors;
mod visit;

/// The format of case files and of the protocol, with its version.
pub const FORMAT: &str = "dropout-oracle/1";

/// The name and version of this program, for `provenance`.
pub const GENERATOR: &str = concat!("dropout-oracle ", env!("CARGO_PKG_VERSION"));
