//! Judging an implementation: any layer, in any language, against the cases and their tolerances.
//!
//! A [`Subject`] answers questions; it may live in this process, or behind a [`door`]: a pipe, or a file of
//! results. [`cases`] says which steps are asked and [`beyond`] what else, [`mod@run`] in which order,
//! [`judge`] what an answer is worth, [`sampler`] what a generator of masks is worth. [`expectations`] sets
//! known failures aside, [`report`] tells what came out, and [`suite`] makes each case a named test of a
//! Rust crate. Read [`subject`], [`verdict`] and [`judge`] first.
//!
//! A subject never makes this room fail: whatever it does is an answer, or a verdict on it.

pub mod beyond;
pub mod cases;
pub mod defective;
pub mod diagnose;
pub mod door;
pub mod expectations;
pub mod judge;
pub mod report;
pub mod run;
pub mod sampler;
pub mod subject;
pub mod suite;
pub mod verdict;

pub use subject::{About, Answer, MaskSource, Outputs, Rows, Sampler, Subject, Supports};
