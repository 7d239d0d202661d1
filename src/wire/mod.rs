//! JSON as case files and the protocol share it: strict reading, layout, numbers, and the parts of a step.
//!
//! [`json`] reads any JSON and keeps going after a fault; [`read`] turns it into a
//! [`Problem`](crate::problem::Problem), [`activation`] into an activation. [`step`] has the other direction,
//! [`layout`] its line breaks, [`number`] the numbers that JSON cannot write. `serde_json` is named in this
//! module alone.

pub mod activation;
pub mod json;
pub mod layout;
pub mod number;
pub mod read;
pub mod step;

/// The format of case files and of the protocol, with its version.
pub const FORMAT: &str = "dropout-oracle/1";

/// This program, as `provenance` names it.
pub const GENERATOR: &str = concat!("dropout-oracle ", env!("CARGO_PKG_VERSION"));
