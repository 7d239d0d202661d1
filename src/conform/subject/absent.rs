//! A stand-in for a program that did not start, so that its cases are counted.

use super::{About, Answer, Presence, Subject};
use crate::number::{Arithmetic, Format};
use crate::problem::Problem;

/// A program that failed to describe itself: every question is errored.
#[derive(Debug)]
pub struct Absent {
    /// A stand-in for its name.
    pub name: String,
    /// Why it failed.
    pub why: String,
}

impl Subject for Absent {
    fn about(&self) -> About {
        About { presence: Presence::Absent, ..About::new(&self.name, Arithmetic::plain(Format::F64)) }
    }

    fn step(&mut self, _: &str, _: &Problem) -> Answer {
        Answer::Errored(self.why.clone())
    }
}
