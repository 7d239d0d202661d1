//! What a program may take: time, and bytes in a line.

use crate::wire::json::TEXT_LIMIT;
use std::time::Duration;

/// The limits of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Time to answer.
    pub answer: Duration,
    /// Time to start and describe itself.
    pub start: Duration,
    /// Bytes in a line, at most; fewer where the answer has few numbers.
    pub line: usize,
    /// Time for the whole run, after which nothing more is asked.
    pub run: Option<Duration>,
}

impl Limits {
    /// The bytes that an answer of so many numbers may have: a thousand for each, which is more than any double takes.
    pub fn line_of(&self, numbers: usize) -> usize {
        numbers.saturating_mul(1 << 10).saturating_add(1 << 16).min(self.line)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            answer: Duration::from_secs(10),
            start: Duration::from_secs(60),
            line: TEXT_LIMIT,
            run: None,
        }
    }
}
