//! The evidence that the step is right, as data: what was compared, over which numbers, at which
//! shapes, and what came out.
//!
//! [`plan`] lists what is compared: it holds a form of the step against the scalar form and against every witness. [`exact`]
//! compares with `==`, over rationals and over the prime field, where [`degree`] tells the chance that
//! a wrong identity slipped through. [`floating`] compares in doubles and in intervals, where
//! [`crate::number::ErrorBound`] and an enclosure of the third derivative tell how far apart two conforming results may lie.
//! [`draw`] makes the problems. This module sees both forms, the witnesses and the oracle; nobody to its
//! left sees it.

pub mod degree;
pub mod draw;
pub mod exact;
pub mod floating;
pub mod plan;

use crate::number::Number;
use crate::problem::activation::VectorFunction;
use crate::scalar::{Inputs, Step};
use crate::trace::Quantity;
use crate::{matrix, scalar};
pub use draw::Shape;
pub use plan::{Block, Plan, blocks};

/// One way to compute the step, on any kind of number: what the evidence is about.
pub trait Form: Sync {
    /// One whole step.
    fn step<T: Number, G: VectorFunction<T>>(&self, inputs: &Inputs<T>, g: &G) -> Step<T>;
}

/// The step index by index.
pub struct Scalar;

impl Form for Scalar {
    fn step<T: Number, G: VectorFunction<T>>(&self, inputs: &Inputs<T>, g: &G) -> Step<T> {
        scalar::step(inputs, g)
    }
}

/// The step in matrix form.
pub struct Matrix;

impl Form for Matrix {
    fn step<T: Number, G: VectorFunction<T>>(&self, inputs: &Inputs<T>, g: &G) -> Step<T> {
        matrix::to_grids(&matrix::step(&matrix::inputs(inputs), g))
    }
}

/// What came out of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// All elements are equal.
    Exact,
    /// All elements are equal at random points of a field; the logarithm to base 2 of the chance that
    /// a wrong one slipped through.
    Chance(f64),
    /// All differences lie within their bounds; the largest of them in units of its bound.
    Within(f64),
    /// All pairs of enclosures meet; the logarithm to base 2 of the largest relative width.
    Meet(f64),
    /// An element is wrong, the first one that was found.
    Wrong {
        /// The element, as `dW[3][1]`.
        path: String,
        /// The shape at which it is wrong.
        shape: Shape,
        /// The name of the activation with which it is wrong.
        activation: &'static str,
    },
}

impl Finding {
    /// What this finding and another one say together: the worse of the two.
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

/// What was found for one quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The quantity.
    pub quantity: Quantity,
    /// How many elements were compared.
    pub elements: usize,
    /// What came out.
    pub finding: Finding,
}

/// Two lists of rows on the same quantities, as one.
fn together(ours: Vec<Row>, others: Vec<Row>) -> Vec<Row> {
    let both = ours.into_iter().zip(others);
    both.map(|(row, other)| Row {
        quantity: row.quantity,
        elements: row.elements + other.elements,
        finding: row.finding.and(other.finding),
    })
    .collect()
}
