//! Forward-mode derivatives: J on dual numbers yields its slope, by rules that know no backward pass.
//!
//! [`gradient`] differentiates with respect to every entry separately, with one forward pass each. [`slope`]
//! along a random direction needs one pass for all entries together: a wrong gradient passes only if the
//! direction happens to hide it.

use super::with;
use crate::grid::Grid;
use crate::number::{Dual, Number};
use crate::scalar::Inputs;

/// The inputs as constants: their derivatives are 0.
pub fn constant<T: Number>(inputs: &Inputs<T>) -> Inputs<Dual<T>> {
    inputs.map(|x| Dual::constant(x.clone()))
}

/// d/dε J(at + ε · direction) at ε = 0.
pub fn slope<T: Number>(loss: impl Fn(&Grid<Dual<T>>) -> Dual<T>, at: &Grid<T>, direction: &Grid<T>) -> T {
    let moving = |i: usize, j: usize| Dual { value: at.at(i, j), slope: direction.at(i, j) };
    loss(&Grid::tabulate(at.rows(), at.cols(), moving)).slope
}

/// ∂J/∂x for each entry x of `at`.
pub fn gradient<T: Number>(loss: impl Fn(&Grid<Dual<T>>) -> Dual<T>, at: &Grid<T>) -> Grid<T> {
    let still = at.map(|_| T::zero());
    Grid::tabulate(at.rows(), at.cols(), |i, j| slope(&loss, at, &with(&still, (i, j), T::one())))
}
