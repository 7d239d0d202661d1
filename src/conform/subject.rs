//! [`Subject`]: the implementation under test, and what it says of itself and of a step.

use crate::number::Arithmetic;
use crate::problem::Problem;
use crate::trace::Quantity;
use std::collections::BTreeMap;

/// What a subject says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its version, if it has one.
    pub version: Option<String>,
    /// Where it lives, if it says so.
    pub homepage: Option<String>,
    /// What it computes in: this decides which tolerances apply.
    pub arithmetic: Arithmetic,
    /// What it can do.
    pub supports: Supports,
}

/// What a subject can do; what it cannot is skipped, with the reason, and still counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Supports {
    /// The names of the activations; `None` is all of them.
    pub activations: Option<Vec<String>>,
    /// Whether every unit may have a keep probability of its own.
    pub per_unit_p: bool,
    /// Whether it can draw masks.
    pub sample: bool,
    /// Under which mask it does its steps.
    pub mask: MaskSource,
    /// The results that it gives.
    pub outputs: Vec<Quantity>,
    /// Whether the same question has the same answer each time, to the last bit.
    pub deterministic: bool,
}

/// Under which mask a subject does its steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaskSource {
    /// R of the problem.
    #[default]
    Given,
    /// One that it draws itself, leaving R aside: it is read from Ã, and both passes are judged against it.
    Own,
}

/// The results that a subject gave, as rows; db is one row. Shapes and numbers are not checked yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs(pub BTreeMap<Quantity, Vec<Vec<f64>>>);

/// What a subject says of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Some or all of the eight results.
    Outputs(Outputs),
    /// It does not do this, and why.
    Skipped(String),
    /// It tried and failed, or said nothing that can be understood.
    Errored(String),
}

/// An implementation under test: the protocol of `check` without the pipe.
pub trait Subject {
    /// What it is and can.
    fn about(&self) -> About;

    /// One training step: forward and backward, under the given mask.
    fn step(&mut self, id: &str, problem: &Problem) -> Answer;

    /// `rows` × `p.len()` fresh mask entries from its own generator, or `None` if it cannot.
    fn sample(&mut self, p: &[f64], rows: usize) -> Option<Vec<Vec<f64>>> {
        let _ = (p, rows);
        None
    }
}
