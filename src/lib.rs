//! Verified reference implementation and test oracle for one training step of a dropout layer
//! followed by a dense layer.

pub mod cli;
pub mod error;
/// Cases as files.
pub mod fixture;
pub mod explain;
pub mod grid;
pub mod matrix;
pub mod number;
pub mod oracle;
pub mod problem;
pub mod scalar;
pub mod trace;

pub use error::Error;
