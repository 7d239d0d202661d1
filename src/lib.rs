//! The verified reference implementation and test oracle for one training step of a dropout layer
//! followed by a dense layer.
//!
//! The 58 equations of `spec/dropout.md` are written here twice, index by index and with matrices, over
//! any kind of number. Everything else either proves that they are right or hands the results to others: on
//! exact fractions the two forms agree to the last digit, on dual numbers the gradient is the derivative, and on
//! enclosures every result is proven to be the double nearest to the exact value.
//!
//! # Example
//!
//! One step on `f64`, and how far it may be from the exact results:
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
//! To judge a layer of your own, implement [`conform::Subject`], or run `dropout-oracle check` on a program.
//!
//! # The map
//!
//! The modules in the order in which the data flows, which is the order to read them in. Those with a link are
//! the interface; the others serve the program, the tests and the reports, and may change at any time.
//!
//! - [`number`]: the kinds of number that the step can run on, and what the formulas ask of one.
//! - [`grid`]: matrices and vectors, without any algebra.
//! - [`problem`]: the inputs of a step, validated once; the activations; the mask of equation 2.
//! - [`trace`]: the eight results by name, as a step gives them and as anybody else may.
//! - [`scalar`]: the step index by index, equations 3 to 5 and 37 to 42. The heart: start here if you have
//!   ten minutes.
//! - [`matrix`]: the same step with matrices, equations 18 to 20 and 51 to 58; a twin that knows nothing of
//!   the other.
//! - `witness`: gradients found in other ways, from the scalar forward pass alone.
//! - [`oracle`]: expected values, each the double nearest to the exact one, with proof; and tolerances.
//! - `verify`: how the forms, the witnesses and the oracle agree, in one table.
//! - `zoo`: the known defects, each the right step with a stage replaced.
//! - `wire`: JSON, as files and the protocol share it: strict reading, layout, numbers, steps.
//! - `cases`: the catalogue of cases, as recipes.
//! - `fixture`: the files: cases with their results, flags, kill matrix, and how they are written.
//! - `mask_test`: the statistical judge of masks, which imports nothing of ours.
//! - [`conform`]: an implementation under test against the cases: subject, judge, diagnosis, report.
//! - `explain`: the worked example, each equation with its numbers put in.
//! - `cli`: the command line, a file a verb.
//!
//! A module imports only modules above it in this list. `scalar` and `matrix` never see each other, and
//! `witness` sees only the forward pass of `scalar`: that independence is what makes their agreement mean
//! something. `error` is open to all. `tests/suite/walls.rs` holds these absences true, and
//! `tests/suite/surface.rs` which modules are the interface.

pub mod conform;
pub mod grid;
pub mod matrix;
pub mod number;
pub mod oracle;
pub mod problem;
pub mod scalar;
pub mod trace;

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
