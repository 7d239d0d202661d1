//! The known-defect: each a right step with a stage or two replaced ([`defect`]), with a name, the
//! equation that it breaks and where it happened.
//!
//! They are what the cases are measured by: a suite is worth what it catches. This module knows what a wrong
//! step computes and how far that is from the right results ([`distance`]); it knows neither files nor
//! subjects. Read [`defect`], then any page of [`catalogue`], then [`seen`].

pub mod catalogue;
pub mod context;
pub mod defect;
pub mod distance;

pub use catalogue::all;
pub use context::StepContext;
pub use defect::Defect;

use crate::number::Real;

/// The numbers that a wrong step runs on: those of a machine, because some defects are defects of
/// rounding only.
pub trait Float: Real + Copy + PartialOrd + Into<f64> {}

impl<T: Real + Copy + PartialOrd + Into<f64>> Float for T {}
