//! Judging an implementation: any layer, in any language, against the cases and their tolerances.
//!
//! A [`Subject`] answers questions; it may live in this process, behind a pipe, or in a file of results.

pub mod bias;
pub mod recover;
pub mod sampler;
pub mod subject;

pub use subject::{About, Answer, MaskSource, Outputs, Subject};
