//! A question to a subject, and its right answer.

use crate::number::Arithmetic;
use crate::oracle;
use crate::oracle::cost::Limit;
use crate::oracle::tolerance::{Bound, tolerance};
use crate::problem::Problem;
use crate::scalar::Step;
use std::sync::OnceLock;

/// A problem in a subject's number format. It is solved at most once, on demand.
#[derive(Debug)]
pub struct Question {
    /// The problem, rounded to the subject's number format.
    pub problem: Problem,
    /// The formats the subject computes in.
    pub arithmetic: Arithmetic,
    /// The time that its right answer may take.
    pub limit: Limit,
    solved: OnceLock<Result<Solved, oracle::Error>>,
}

/// The right answer to a question.
#[derive(Debug)]
pub struct Solved {
    /// The doubles nearest to the exact results.
    pub expected: Step<f64>,
    /// The tolerance of each element.
    pub bounds: Step<Bound>,
}

impl Question {
    /// The question for this problem, not yet solved.
    pub fn new(problem: Problem, arithmetic: Arithmetic) -> Self {
        Question { problem, arithmetic, limit: Limit::default(), solved: OnceLock::new() }
    }

    /// The same question, with another limit.
    pub fn within(self, limit: Limit) -> Self {
        Question { limit, ..self }
    }

    /// The expected values and their tolerances.
    ///
    /// # Errors
    /// If a result has no expected value: it is beyond the range of a double, or undecided.
    pub fn solved(&self) -> Result<&Solved, &oracle::Error> {
        let solve = || {
            let expected = oracle::expected_within(&self.problem, self.limit)?;
            let bounds = tolerance(&self.problem, &expected, self.arithmetic);
            Ok(Solved { expected, bounds })
        };
        self.solved.get_or_init(solve).as_ref()
    }
}
