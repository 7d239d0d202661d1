//! One result of one case: what the subject returned, what is expected, and what follows from its own earlier results.

use crate::grid::Grid;
use crate::oracle::tolerance::{Bound, ratio};
use crate::trace::Quantity;
use crate::zoo::distance::CAUGHT;
use std::borrow::Cow;

/// A result of the right shape.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The result.
    pub quantity: Quantity,
    /// What the subject returned.
    pub got: &'a Grid<f64>,
    /// As its equation yields it from the subject's own earlier results, or as expected if the case passed.
    pub right: Sides<'a>,
    /// As expected.
    pub expected: Sides<'a>,
}

/// The right value and the tolerance of each element.
#[derive(Clone, Debug)]
pub struct Sides<'a> {
    /// The right values.
    pub values: Cow<'a, [f64]>,
    /// The tolerances.
    pub bounds: Cow<'a, [Bound]>,
}

impl Sides<'_> {
    /// The error in tolerances, if there is a tolerance.
    pub fn ratio(&self, at: usize, x: f64) -> Option<f64> {
        Some(ratio(self.values[at], x, self.bounds[at].ok()?))
    }

    /// Whether the value is wrong beyond doubt.
    pub fn is_far(&self, at: usize, x: f64) -> bool {
        self.ratio(at, x).is_some_and(|ratio| ratio >= CAUGHT)
    }

    /// Whether the value is within the tolerance.
    pub fn is_right(&self, at: usize, x: f64) -> bool {
        self.ratio(at, x).is_some_and(|ratio| ratio <= 1.0)
    }
}

impl Stage<'_> {
    /// The indices of the elements beyond their tolerance.
    pub fn wrong(&self) -> impl Iterator<Item = usize> {
        let got = self.got.cells().iter().enumerate();
        got.filter(|&(at, &got)| self.expected.ratio(at, got).is_some_and(|ratio| ratio > 1.0))
            .map(|(at, _)| at)
    }
}
