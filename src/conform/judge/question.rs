//! A question to a subject, and the right answer to it.

use crate::number::Arithmetic;
use crate::oracle;
use crate::oracle::tolerance::{Bound, tolerance};
use crate::problem::Problem;
use crate::scalar::Step;
use std::sync::OnceLock;

/// A problem in a subject's number format; what is expected is found out once, and only if somebody asks.
#[derive(Debug)]
pub struct Question {
    /// In the subject's number format.
    pub problem: Problem,
    /// What the subject computes in.
    pub arithmetic: Arithmetic,
    solved: OnceLock<Result<Solved, oracle::Error>>,
}

/// The right answer to a question.
#[derive(Debug)]
pub struct Solved {
    /// The nearest doubles to the exact results.
    pub expected: Step<f64>,
    /// How far each may be off.
    pub bounds: Step<Bound>,
}

impl Question {
    /// The question of this problem, not yet solved.
    pub fn new(problem: Problem, arithmetic: Arithmetic) -> Self {
        Question { problem, arithmetic, solved: OnceLock::new() }
    }

    /// What is expected, and how far it may be off.
    ///
    /// # Errors
    /// Where a result is beyond the range of doubles.
    pub fn solved(&self) -> Result<&Solved, &oracle::Error> {
        let solve = || {
            let expected = oracle::expected(&self.problem)?;
            let bounds = tolerance(&self.problem, &expected, self.arithmetic);
            Ok(Solved { expected, bounds })
        };
        self.solved.get_or_init(solve).as_ref()
    }
}
