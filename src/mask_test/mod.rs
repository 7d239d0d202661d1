//! The statistical judge of mask generators (equation 2): of any generator, in any language, by the masks
//! that it draws.
//!
//! [`plan`] lists the questions, [`mod@test`] counts in the answers, with exact [`tail`]s, and [`cause`]
//! explains what was rejected, the most telling cause first. [`power`] computes what is caught.
//! spec/sampler.md has the derivation.
//!
//! All tests together reject a conforming generator with a probability of at most [`FALSE_ALARM`], which they
//! share equally. This module imports nothing else of ours.

pub mod cause;
pub mod mask;
pub mod plan;
pub mod power;
pub mod tail;
pub mod test;

use mask::Mask;
pub use plan::Plan;
use test::{Sample, Test};

/// The largest probability that a whole run rejects a conforming generator.
pub const FALSE_ALARM: f64 = 1e-9;

/// What is wrong with a generator, in one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The sentence.
    pub says: String,
    /// The test that shows it most clearly; `None` if it is certain without one.
    pub test: Option<Test>,
}

/// The sentence, with the count behind it.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}", self.says)?;
        let Some(Test { hits, trials, chance, ln_p, .. }) = self.test else { return Ok(()) };
        let exponent = (ln_p / std::f64::consts::LN_10).ceil();
        let mean = chance * trials as f64;
        let expected = if mean < 1.0 { format!("{mean:.0e}") } else { format!("{mean:.0}") };
        write!(f, " ({hits} of {trials}, expected about {expected}; p-value below 1e{exponent})")
    }
}

/// The outcome of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What is wrong, starting with the cause that explains most; empty for a generator that passes.
    pub findings: Vec<Finding>,
    /// All tests with their results; none if an answer is not a mask.
    pub tests: Vec<Test>,
    /// The p-value below which a test rejects.
    pub level: f64,
    /// How many cells were drawn.
    pub cells: usize,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn passes(&self) -> bool {
        self.findings.is_empty()
    }
}

/// The verdict on the generator that answers `draw(p, rows)`, at a given rate of false alarms; `None` if it
/// does not answer.
pub fn judge(
    plan: &Plan,
    false_alarm: f64,
    mut draw: impl FnMut(&[f64], usize) -> Option<Vec<Vec<f64>>>,
) -> Option<Verdict> {
    let mut samples = Vec::new();
    for question in &plan.questions {
        let answer = draw(&question.p, question.rows)?;
        match Mask::read(&answer, question.rows, question.p.len()) {
            Ok(mask) => samples.push(Sample::new(question, mask)),
            Err(says) => {
                let findings = vec![Finding { says, test: None }];
                return Some(Verdict { findings, tests: Vec::new(), level: 0.0, cells: plan.cells() });
            }
        }
    }
    let tests = test::all(&samples);
    let level = false_alarm / tests.len() as f64;
    let findings = cause::findings(plan, &samples, &tests, libm::log(level));
    Some(Verdict { findings, tests, level, cells: plan.cells() })
}
