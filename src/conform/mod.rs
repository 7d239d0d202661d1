//! Judges any layer, in any language, against the cases and their tolerances.
//!
//! A [`Subject`] answers questions: it is a Rust type, a program behind a pipe, or a file of results ([`subject`]).
//! [`cases`] selects the cases, [`mod@run`] asks them in order, each as an [`exchange`], [`judge`] gives the verdicts,
//! [`diagnose`] names the defects, [`coverage`] says what a pass means, [`report`] writes the reports, and [`suite`] turns
//! each case into a named test of a Rust crate. Read [`subject`] and [`judge`] first.
//!
//! A subject cannot make this module fail: whatever it does becomes an answer or a verdict.

pub mod cases;
pub mod coverage;
pub mod diagnose;
pub mod exchange;
pub mod judge;
pub mod report;
pub mod run;
pub mod subject;
pub mod suite;

pub use subject::{About, Answer, MaskSource, Presence, Rows, Sampler, Subject, Supports};
