//! The verification of the step, as data: what was compared, over which numbers, at which shapes, and the
//! outcome.
//!
//! [`plan`] lists the comparisons of a form of the step with the scalar form and with every witness.
//! [`exact`] compares with `==`, over rationals and over the prime field, where [`degree`] bounds the
//! probability that a wrong identity goes unnoticed. [`floating`] compares in doubles and in intervals, where
//! [`crate::number::ErrorBound`] and an enclosure of the third derivative bound the distance between two
//! conforming results. [`draw`] makes the problems. This module sees both forms, the witnesses and the
//! oracle; none of those sees it.

pub mod degree;
pub mod draw;
pub mod exact;
pub mod floating;
pub mod plan;

use crate::matrix::Entry;
use crate::problem::activation::VectorFunction;
use crate::scalar::{Inputs, Step};
use crate::trace::Quantity;
use crate::{matrix, scalar};
pub use draw::Shape;
pub use plan::{Block, Plan, blocks};

/// A way to compute the step on any kind of number: what is verified.
pub trait Form: Sync {
    /// One whole step.
    fn step<T: Entry, G: VectorFunction<T>>(&self, inputs: &Inputs<T>, g: &G) -> Step<T>;
}

/// The step index by index.
pub struct Scalar;

impl Form for Scalar {
    fn step<T: Entry, G: VectorFunction<T>>(&self, inputs: &Inputs<T>, g: &G) -> Step<T> {
        scalar::step(inputs, g)
    }
}

/// The step in matrix form.
pub struct Matrix;

impl Form for Matrix {
    fn step<T: Entry, G: VectorFunction<T>>(&self, inputs: &Inputs<T>, g: &G) -> Step<T> {
        matrix::to_grids(&matrix::step(&matrix::inputs(inputs), g))
    }
}

/// The outcome of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// All elements are equal.
    Exact,
    /// All elements are equal at random points of a field. Holds log₂ of the probability that a wrong one
    /// goes unnoticed.
    Chance(f64),
    /// All differences are within their bounds. Holds the largest difference, relative to its bound.
    Within(f64),
    /// All pairs of enclosures meet. Holds log₂ of the largest relative width.
    Meet(f64),
    /// An element is wrong: the first one found.
    Wrong {
        /// The path of the element, as `dW[3][1]`.
        path: String,
        /// The shape at which it is wrong.
        shape: Shape,
        /// The name of the activation with which it is wrong.
        activation: &'static str,
    },
}

impl Finding {
    /// The worse of two findings.
    fn and(self, other: Finding) -> Finding {
        match (self, other) {
            (wrong @ Finding::Wrong { .. }, _) | (_, wrong @ Finding::Wrong { .. }) => wrong,
            (Finding::Chance(x), Finding::Chance(y)) => Finding::Chance(x.max(y)),
            (Finding::Within(x), Finding::Within(y)) => Finding::Within(x.max(y)),
            (Finding::Meet(x), Finding::Meet(y)) => Finding::Meet(x.max(y)),
            (own, _) => own,
        }
    }
}

/// The outcome for one quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The quantity.
    pub quantity: Quantity,
    /// How many elements were compared.
    pub elements: usize,
    /// The outcome.
    pub finding: Finding,
}

/// Two lists of rows about the same quantities, merged.
fn together(ours: Vec<Row>, others: Vec<Row>) -> Vec<Row> {
    let both = ours.into_iter().zip(others);
    both.map(|(row, other)| Row {
        quantity: row.quantity,
        elements: row.elements + other.elements,
        finding: row.finding.and(other.finding),
    })
    .collect()
}
