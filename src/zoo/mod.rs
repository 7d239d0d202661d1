//! The known defects: each is the right step with a stage or two replaced ([`defect`]), with a name, the
//! equation that it breaks, and links to threads in which it happened.
//!
//! They measure the cases: a test suite is worth what it catches. This module computes what a defective step
//! returns and how far that is from the right results ([`distance`]). It uses neither files nor subjects. Read
//! [`defect`], then [`context`], then any page of [`catalogue`].

pub mod catalogue;
pub mod context;
pub mod defect;
pub mod distance;

pub use catalogue::all;
pub use context::StepContext;
pub use defect::Defect;

use crate::number::Real;
use crate::problem::Problem;
use crate::verify::Shape;

/// The numbers that a defective step computes with: floats, because some defects are in the rounding alone.
pub trait Float: Real + Copy + PartialOrd + Into<f64> {}

impl<T: Real + Copy + PartialOrd + Into<f64>> Float for T {}

/// The most examples with which all defects are run: some compare each example with each other.
const MOST_EXAMPLES: usize = 4096;

/// Whether all defects run on a problem in seconds.
pub fn is_affordable(problem: &Problem) -> bool {
    problem.m() <= MOST_EXAMPLES && Shape::of(problem).is_small()
}
