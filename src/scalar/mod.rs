//! The step index by index: one function per rule, one line per function.
//!
//! Architecture invariant: this module knows no linear algebra library and never sees the matrix form. Only
//! because of that does their agreement mean something. Read [`forward`] beside equations 1 to 5, then
//! [`backward`] beside equations 37 to 42.

pub mod backward;
pub mod forward;

use crate::grid::{Grid, Vector};
use crate::number::Number;
use crate::problem::activation::VectorFunction;
use crate::{problem, trace};

/// The inputs of a step as grids and vectors.
pub type Inputs<T> = problem::Inputs<Grid<T>, Vector<T>>;
/// All eight results as grids and vectors.
pub type Step<T> = trace::Step<Grid<T>, Vector<T>>;

/// One whole step: forward, then backward.
pub fn step<T: Number>(inputs: &Inputs<T>, g: &impl VectorFunction<T>) -> Step<T> {
    let forward = forward::pass(inputs, g);
    let backward = backward::pass(inputs, &forward, g);
    Step { forward, backward }
}
