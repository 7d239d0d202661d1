//! The judge of a mask generator (equation 2): any generator, in any language, by what it draws.
//!
//! [`plan`] says what is asked, [`mod@test`] what is counted in the answers, with exact [`tail`]s; [`cause`]
//! puts what was rejected into words, the most telling first, and [`power`] says what is caught. The
//! derivation stands in spec/sampler.md.
//!
//! All tests together reject a conforming generator with a probability of at most [`FALSE_ALARM`]: each of
//! them takes an equal share of it.

pub mod cause;
mod known_defect;
pub mod mask;
pub mod plan;
pub mod power;
pub mod tail;
pub mod test;

use mask::Mask;
pub use plan::Plan;
use test::{Sample, Test};

/// How often a whole run may reject a conforming generator.
pub const FALSE_ALARM: f64 = 1e-9;

/// What is wrong with a generator, in one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The sentence.
    pub says: String,
    /// The test that shows it most clearly; `None` where it is certain without any.
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

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What is wrong, the cause that explains most first; empty for a generator that passes.
    pub findings: Vec<Finding>,
    /// All tests with their results; none where the masks were no masks.
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

/// The verdict on the generator that answers `draw(p, rows)`, at a given rate of false alarms; `None`
/// where it does not answer.
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
    let findings = cause::findings(plan, &samples, &tests, level.ln());
    Some(Verdict { findings, tests, level, cells: plan.cells() })
}
