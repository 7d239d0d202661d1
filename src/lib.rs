//! The verified reference implementation and test oracle for one training step of a dropout layer
//! followed by a dense layer.
//!
//! The 58 equations of `spec/dropout.md` are implemented twice, index by index and with matrices, over any kind of
//! number. Everything else verifies them or puts their results to use. On exact fractions, both forms agree exactly;
//! on dual numbers, the gradients are the derivatives; and on enclosures, every result is proven to be the double
//! nearest to the exact value.
//!
//! # Example
//!
//! One step on `f64`, compared with its exact results and their tolerances:
//!
//! ```
//! use dropout_oracle::number::{Arithmetic, Format};
//! use dropout_oracle::oracle::{self, tolerance::{ratio, tolerance}};
//! use dropout_oracle::problem::{Activation, Inputs, Problem, activation::ScalarActivation};
//! use dropout_oracle::scalar;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let inputs = Inputs {
//!     a: vec![vec![0.5, -1.0, 0.2], vec![1.5, 0.3, -0.4]], // 2 examples of 3 units
//!     keep_prob: vec![0.8, 0.5, 0.9],
//!     r: vec![vec![1.0, 0.0, 1.0], vec![1.0, 1.0, 0.0]], // the mask: 0 drops a unit
//!     w: vec![vec![0.1, -0.3], vec![0.7, 0.2], vec![-0.5, 0.4]],
//!     b: vec![0.01, -0.02],
//!     da_next: vec![vec![1.0, 0.5], vec![-0.25, 2.0]], // dJ/dA of the next layer
//! };
//! let problem = Problem::new(inputs, Activation::Elementwise(ScalarActivation::Tanh))?;
//!
//! let step = scalar::step(&problem.inputs().over::<f64>(), problem.activation());
//! let expected = oracle::expected(&problem)?;
//! let bounds = tolerance(&problem, &expected, Arithmetic::plain(Format::F64));
//!
//! let (got, expected, bound) =
//!     (step.backward.dw.at(2, 1), expected.backward.dw.at(2, 1), bounds.backward.dw.at(2, 1)?);
//! assert!(bound < 1e-15);
//! assert!(ratio(expected, got, bound) <= 1.0);
//! # Ok(())
//! # }
//! ```
//!
//! To judge your own layer, implement [`conform::Subject`], or run `dropout-oracle check` on a program.
//!
//! # The map
//!
//! Read the modules in this order, in which the data flows. Those with a link are the public interface; the others
//! serve the program, the tests and the reports, and may change at any time.
//!
//! - [`number`]: the kinds of number that the step can run on.
//! - [`grid`]: matrices and vectors, without algebra.
//! - [`problem`]: the inputs of a step, validated once; the activations; the mask of equation 2.
//! - [`trace`]: the eight results by name, from a step or from any other source.
//! - [`scalar`]: the step, index by index: equations 3 to 5 and 37 to 42. Start here if you have ten minutes.
//! - [`matrix`]: the same step with matrices: equations 18 to 20 and 51 to 58. It knows nothing of `scalar`.
//! - `witness`: independent ways to a gradient, from the scalar forward pass alone.
//! - [`oracle`]: expected values, each proven to be the double nearest to the exact one; and tolerances.
//! - `verify`: one table that compares the forms, the witnesses and the oracle.
//! - `zoo`: the known defects, each the right step with one stage replaced.
//! - `wire`: JSON and tensors for files and the protocol: strict reading, layout, numbers, steps.
//! - `cases`: the catalogue of cases, as recipes.
//! - `fixture`: the fixture files: cases with results, flags, kill matrix, and their generation.
//! - `mask_test`: the statistical judge of masks, which imports nothing from this crate.
//! - [`conform`]: judges an implementation on the cases: subject, judge, diagnosis, report.
//! - `explain`: works out each equation with the numbers put in.
//! - `book`: the study book, a static site (feature `book`, on by default).
//! - `cli`: the command line, one file for each command.
//!
//! A module imports only from those above it in this list. `scalar` and `matrix` never import each other, and
//! `witness` imports only the forward pass of `scalar`: this independence gives their agreement its weight. Every
//! module may use `error`. `tests/suite/walls.rs` enforces these rules, and `tests/suite/surface.rs` the public
//! interface.

pub mod conform;
pub mod grid;
pub mod matrix;
pub mod number;
pub mod oracle;
pub mod problem;
pub mod scalar;
pub mod trace;

#[cfg(feature = "book")]
#[doc(hidden)]
pub mod book;
#[doc(hidden)]
pub mod cases;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod explain;
#[doc(hidden)]
pub mod fixture;
#[doc(hidden)]
pub mod mask_test;
#[doc(hidden)]
pub mod verify;
#[doc(hidden)]
pub mod wire;
#[doc(hidden)]
pub mod witness;
#[doc(hidden)]
pub mod zoo;

pub use error::Error;
