//! [`Subject`]: the implementation under test, and what it says of itself and of a step.
//!
//! [`program`] is a subject behind a pipe, whose lines [`protocol`] writes and reads; [`results`] looks its
//! answers up in a file; [`defective`] is a known defect as a subject.

pub mod defective;
mod process;
pub mod program;
pub mod protocol;
mod reading;
pub mod results;

use crate::number::Arithmetic;
use crate::problem::Problem;
use crate::trace::{Quantity, Results};

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

impl About {
    /// A subject that supports everything that it does not take back, and draws no masks.
    pub fn new(name: impl Into<String>, arithmetic: Arithmetic) -> Self {
        About { name: name.into(), version: None, homepage: None, arithmetic, supports: Supports::default() }
    }
}

/// What a subject can do; what it cannot is skipped, with the reason, and still counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Supports {
    /// The names of the activations; `None` is all of them.
    pub activations: Option<Vec<String>>,
    /// Whether every unit may have a keep probability of its own.
    pub per_unit_p: bool,
    /// What it draws masks from.
    pub sample: Sampler,
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

/// What a subject draws masks from when it is asked for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampler {
    /// It draws none.
    #[default]
    None,
    /// A generator of its own, which statistics judge.
    Own,
    /// The named generator, with the key and the stream of the question: every bit is known.
    Named,
}

impl Default for Supports {
    fn default() -> Self {
        Supports {
            activations: None,
            per_unit_p: true,
            sample: Sampler::None,
            outputs: Quantity::ALL.to_vec(),
            deterministic: true,
            mask: MaskSource::Given,
        }
    }
}

impl Supports {
    /// Why this problem is beyond the subject, if it is.
    pub fn refusal(&self, problem: &Problem) -> Option<String> {
        let p = &problem.inputs().keep_prob;
        if !self.per_unit_p && p.iter().any(|p_k| *p_k != p.at(0)) {
            return Some("one keep probability for all units only".into());
        }
        let known = self.activations.as_ref()?;
        let g = problem.activation();
        let missing = std::iter::once(g.name())
            .chain(g.scalars().iter().map(|scalar| scalar.name()))
            .find(|name| !known.iter().any(|known| known == name))?;
        Some(format!("no {missing}"))
    }
}

/// A matrix as its rows.
pub type Rows = Vec<Vec<f64>>;

/// What a subject says of a step, or of a mask that it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<T = Results> {
    /// What was asked for: of a step, some or all of the eight results.
    Result(T),
    /// It does not do this, and why.
    Skipped(String),
    /// It tried and failed, or said nothing that can be understood.
    Errored(String),
}

/// An implementation under test: the protocol of `check` without the pipe.
pub trait Subject {
    /// What it is and can.
    fn about(&self) -> About;

    /// One training step: forward and backward, under the given mask or, with [`MaskSource::Own`], under a fresh one.
    fn step(&mut self, id: &str, problem: &Problem) -> Answer;

    /// `rows` × `p.len()` fresh mask entries from its own generator; asked with [`Sampler::Own`].
    fn sample(&mut self, p: &[f64], rows: usize) -> Answer<Rows> {
        let _ = (p, rows);
        Answer::Skipped("draws no masks".into())
    }

    /// The mask of the named generator for this key and stream; asked with [`Sampler::Named`].
    fn sample_named(&mut self, p: &[f64], rows: usize, key: [u8; 32], stream: u64) -> Answer<Rows> {
        let _ = (p, rows, key, stream);
        Answer::Skipped("does not know the named generator".into())
    }
}
