//! Judging an implementation: any layer, in any language, against the cases and their tolerances.
//!
//! A [`Subject`] answers questions: a Rust type, a program behind a pipe, or a file of results ([`subject`]).
//! [`cases`] selects the steps, [`mod@run`] asks them in order, [`judge`] gives the verdicts, [`diagnose`] names
//! the defect, [`report`] writes it all down, and [`suite`] makes each case a named test of a Rust crate. Read
//! [`subject`] and [`judge`] first.
//!
//! A subject never makes this module fail: whatever it does is an answer, or a verdict on it.

pub mod cases;
pub mod diagnose;
pub mod judge;
pub mod report;
pub mod run;
pub mod subject;
pub mod suite;

pub use subject::{About, Answer, MaskSource, Rows, Sampler, Subject, Supports};
