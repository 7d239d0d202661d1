//! [`Subject`]: the implementation under test, its description of itself, and its answers.
//!
//! There are three adapters: [`program`] is a subject behind a pipe, whose lines [`protocol`] writes and reads, or whose
//! numbers lie in files;
//! [`results`] looks up its answers in a file; [`defective`] runs a known defect.

pub mod absent;
pub mod defective;
mod folder;
mod limits;
mod process;
pub mod program;
pub mod protocol;
mod reading;
pub mod results;
mod tensors;

use crate::number::Arithmetic;
use crate::problem::Problem;
use crate::trace::{Quantity, Results};

/// A subject's description of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its version, if it has one.
    pub version: Option<String>,
    /// Its web page, if it has one.
    pub homepage: Option<String>,
    /// The formats it computes in, which decide the tolerances.
    pub arithmetic: Arithmetic,
    /// What it supports.
    pub supports: Supports,
    /// How it is asked.
    pub presence: Presence,
}

/// How a subject is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// Each case in a form that it supports ([`Supports::fit`]).
    #[default]
    Live,
    /// Its results were computed before, on the cases as they are: a file of results.
    Precomputed,
    /// It did not start, so its description is a stand-in, and every case is errored.
    Absent,
}

impl About {
    /// A subject with default support: every step under the given mask, but no masks of its own.
    pub fn new(name: impl Into<String>, arithmetic: Arithmetic) -> Self {
        About {
            name: name.into(),
            version: None,
            homepage: None,
            arithmetic,
            supports: Supports::default(),
            presence: Presence::Live,
        }
    }
}

/// What a subject supports. Everything else is skipped with a reason, and still counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Supports {
    /// The names of the activations; `None` for all of them.
    pub activations: Option<Vec<String>>,
    /// Whether units may have different keep probabilities.
    pub per_unit_p: bool,
    /// Whether it has a bias.
    pub bias: bool,
    /// The generator it draws masks from.
    pub sample: Sampler,
    /// The mask it uses in a step.
    pub mask: MaskSource,
    /// The results it returns.
    pub outputs: Vec<Quantity>,
    /// Whether the same question always gets the same answer, bit for bit.
    pub deterministic: bool,
    /// Whether the inputs and results of a program are tensors in files, and not numbers in its lines.
    pub tensors: bool,
}

/// The mask a subject uses in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaskSource {
    /// R of the problem.
    #[default]
    Given,
    /// One that it draws itself, ignoring R. It is inferred from Ã, and both passes are judged against it.
    Own,
}

/// The generator a subject draws masks from when asked for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampler {
    /// None: it draws no masks.
    #[default]
    None,
    /// Its own, which is judged statistically.
    Own,
    /// The named generator, with the key and stream of the question; checked bit for bit.
    Named,
}

impl Default for Supports {
    fn default() -> Self {
        Supports {
            activations: None,
            per_unit_p: true,
            bias: true,
            sample: Sampler::None,
            outputs: Quantity::ALL.to_vec(),
            deterministic: true,
            tensors: false,
            mask: MaskSource::Given,
        }
    }
}

/// What replaces different keep probabilities: two usual decimals, a power of two, and one of many digits.
const ONE_P: [f64; 4] = [0.9, 0.5, 0.8, 0.731_058_578_630_004_9];

impl Supports {
    /// The problem in the form that the subject supports: with one p in place of several, and without a bias. Its
    /// numbers decide which p, so a case always gets the same; powers of two become 1/2, and sums that were exact stay
    /// exact.
    pub fn fit(&self, problem: &Problem) -> Problem {
        let fitted = problem.with(|inputs| {
            let p = &inputs.keep_prob;
            if !self.per_unit_p && p.iter().any(|p_k| *p_k != p.at(0)) {
                let is_power = |p: &f64| p.to_bits().trailing_zeros() >= f64::MANTISSA_DIGITS - 1;
                let mixed = inputs.a.cells().iter().fold(0, |mixed: u64, x| {
                    mixed.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ x.to_bits()
                });
                let one =
                    if p.iter().all(is_power) { 0.5 } else { ONE_P[(mixed >> 20) as usize % ONE_P.len()] };
                inputs.keep_prob = p.map(|_| one);
            }
            if !self.bias {
                inputs.b = inputs.b.map(|_| 0.0);
            }
        });
        fitted.expect("every rule still holds")
    }

    /// Whether its own mask is inferred from dA: it returns no Ã.
    pub fn shows_mask_in_da(&self) -> bool {
        self.outputs.contains(&Quantity::Da) && !self.outputs.contains(&Quantity::ATilde)
    }

    /// Why the subject does not support this problem; `None` if it does.
    pub fn refusal(&self, problem: &Problem) -> Option<String> {
        let p = &problem.inputs().keep_prob;
        if !self.per_unit_p && p.iter().any(|p_k| *p_k != p.at(0)) {
            return Some("supports only one keep probability for all units".into());
        }
        if !self.bias && problem.inputs().b.iter().any(|b_j| *b_j != 0.0) {
            return Some("has no bias".into());
        }
        let known = self.activations.as_ref()?;
        let g = problem.activation();
        let missing = std::iter::once(g.name())
            .chain(g.scalars().iter().map(|scalar| scalar.name()))
            .find(|name| !known.iter().any(|known| known == name))?;
        Some(format!("does not support {missing}"))
    }
}

/// The rows of a matrix.
pub type Rows = Vec<Vec<f64>>;

/// A subject's answer to a step, or to a request for a mask.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<T = Results> {
    /// The result; for a step, some or all of the eight.
    Result(T),
    /// Why the subject does not support this.
    Skipped(String),
    /// How it failed, or why its answer cannot be read.
    Errored(String),
}

/// An implementation under test: the protocol of `check` without the pipe.
pub trait Subject {
    /// Its description of itself.
    fn about(&self) -> About;

    /// One training step, forward and backward, under the given mask or, with [`MaskSource::Own`], a fresh one.
    fn step(&mut self, id: &str, problem: &Problem) -> Answer;

    /// A fresh mask, `rows` × `p.len()`, from its own generator; called only with [`Sampler::Own`].
    fn sample(&mut self, p: &[f64], rows: usize) -> Answer<Rows> {
        let _ = (p, rows);
        Answer::Skipped("draws no masks".into())
    }

    /// Nothing more is asked. What went wrong at the end, if anything.
    fn stop(&mut self) -> Option<String> {
        None
    }

    /// The mask of the named generator for this key and stream; called only with [`Sampler::Named`].
    fn sample_named(&mut self, p: &[f64], rows: usize, key: [u8; 32], stream: u64) -> Answer<Rows> {
        let _ = (p, rows, key, stream);
        Answer::Skipped("does not know the named generator".into())
    }
}
