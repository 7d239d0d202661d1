//! What the results of a subject are held against, element by element.
//!
//! Every element has an expected value and a tolerance. In a large step in a short format a tolerance is wide, because the
//! errors of thousands of terms may add up. There, each element must also follow from the subject's own earlier results:
//! stored results are the inputs of the next equation (spec/tolerance.md).

use super::localise;
use super::question::{Question, Solved};
use crate::oracle::tolerance::{Bound, Derived, is_large, ratio};
use crate::scalar::Step;
use crate::trace::{Quantity, Results};

/// What results are held against.
pub struct Standard<'a> {
    pub expected: &'a Step<f64>,
    pub bounds: &'a Step<Bound>,
    /// What follows from the subject's own earlier results, in a large step.
    pub follows: Option<Step<Derived>>,
}

/// An element, and what it is held against.
#[derive(Clone, Copy)]
pub struct Held {
    pub index: usize,
    pub expected: f64,
    pub tolerance: f64,
    /// error/tolerance.
    pub ratio: f64,
    /// Whether `expected` is what follows from the subject's own earlier results.
    pub against_own: bool,
}

impl Held {
    pub fn is_wrong(&self) -> bool {
        self.ratio > 1.0
    }
}

impl<'a> Standard<'a> {
    /// What these results are held against.
    pub fn of(question: &Question, solved: &'a Solved, results: &Results) -> Self {
        let Solved { expected, bounds } = solved;
        let Question { problem, arithmetic, .. } = question;
        let follows = is_large(problem).then(|| localise::following(problem, expected, results, *arithmetic));
        Standard { expected, bounds, follows }
    }

    /// Each element of a result; `None` without a tolerance. It is held against what follows from the subject's own
    /// earlier results if it is within its tolerance but does not follow.
    pub fn held(&self, quantity: Quantity, got: &[f64]) -> impl Iterator<Item = Option<Held>> {
        let follows = self.follows.as_ref().map(|follows| follows.cells(quantity));
        let cells = self.expected.cells(quantity).iter().zip(self.bounds.cells(quantity)).zip(got);
        cells.enumerate().map(move |(index, ((&expected, bound), &got))| {
            let held = |expected: f64, tolerance: f64, against_own: bool| Held {
                index,
                expected,
                tolerance,
                ratio: ratio(expected, got, tolerance),
                against_own,
            };
            let of_exact = held(expected, bound.ok()?, false);
            let derived = follows.filter(|_| !of_exact.is_wrong()).map(|follows| follows[index]);
            let of_own = derived.and_then(|derived| Some(held(derived.value, derived.bound().ok()?, true)));
            Some(of_own.filter(Held::is_wrong).unwrap_or(of_exact))
        })
    }
}
