//! The verified reference implementation and test oracle for one training step of a dropout layer
//! followed by a dense layer.
//!
//! The 58 equations of `spec/dropout.md` are written here twice, index by index and with matrices, over
//! any kind of number. Everything else is a way to know that they are right, or a way to hand the result
//! to others: run on exact fractions the two forms agree to the last digit, on dual numbers the gradient
//! is the derivative, on enclosures every result is the double nearest to the exact value.
//!
//! # The map
//!
//! The modules in the order in which the data flows, which is the order to read them in:
//!
//! - `number`: the kinds of number that the step can run on, and what the formulas ask of one.
//! - `grid`: matrices and vectors, without any algebra.
//! - `problem`: the inputs of a step, checked once at the door; the activations; the mask of equation 2.
//! - `trace`: the eight results by name, as a step gives them and as anybody else may.
//! - `scalar`: the step index by index, equations 3 to 5 and 37 to 42. The heart: start here if you have
//!   ten minutes.
//! - `matrix`: the same step with matrices, equations 18 to 20 and 51 to 58; a twin that knows nothing of
//!   the other.
//! - `witness`: gradients found by other ways, from the scalar forward pass alone.
//! - `oracle`: expected values: the double nearest to the exact one, with proof.
//! - `verify`: what the forms, the witnesses and the oracle say of each other, in one table.
//! - `zoo`: the known-defect, each the right step with a stage replaced.
//! - `wire`: JSON, as files and the protocol share it: strict reading, layout, numbers, steps.
//! - `cases`: the catalogue of cases, as recipes.
//! - `fixture`: the files: cases with their results, flags, kill matrix, and how they are written.
//! - `mask_test`: the statistical judge of masks, which imports nothing of ours.
//! - `conform`: an implementation under test against the cases: subject, judge, diagnosis, report.
//! - `explain`: the worked example, each equation with its numbers put in.
//! - `cli`: the command line, a file a verb.
//!
//! A module imports only modules above it in this list. `scalar` and `matrix` never see each other, and
//! `witness` sees only the forward pass of `scalar`: that independence is what makes their agreement mean
//! something. `error` is open to all. `tests/suite/walls.rs` holds these absences true.

pub mod cases;
pub mod cli;
pub mod conform;
pub mod error;
pub mod explain;
pub mod fixture;
pub mod grid;
pub mod mask_test;
pub mod matrix;
pub mod number;
pub mod oracle;
pub mod problem;
pub mod scalar;
pub mod trace;
pub mod verify;
pub mod wire;
pub mod witness;
pub mod zoo;

pub use error::Error;
