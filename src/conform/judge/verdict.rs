//! The verdict on a case: its status, the counts, and what is wrong.

use super::pattern::Pattern;
use crate::trace::Quantity;

/// The status of a case, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Every judged element is within its tolerance.
    Pass,
    /// A result is wrong.
    Fail,
    /// Nothing has a tolerance.
    NotJudged,
    /// The subject does not support this.
    Skipped,
    /// No answer could be judged.
    Errored,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 5] =
        [Status::Pass, Status::Fail, Status::NotJudged, Status::Skipped, Status::Errored];

    /// Its word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Fail => "fail",
            Status::NotJudged => "not judged",
            Status::Skipped => "skipped",
            Status::Errored => "errored",
        }
    }
}

/// The verdict on a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Its status.
    pub status: Status,
    /// The reason for the status, or a note on it.
    pub reason: Option<String>,
    /// The findings on more than a single element; the first explains most.
    pub findings: Vec<Finding>,
    /// The counts for each result, in the order of the equations.
    pub tallies: Vec<Tally>,
    /// The wrong results, in the order of the equations, each with its first wrong element.
    pub wrong: Vec<Wrong>,
}

/// A finding that concerns more than a single element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Two answers to the same question differ.
    State,
    /// A wrong mask, or a wrong use of one.
    Mask(String),
    /// Biased errors in a whole run.
    Bias(String),
}

impl Finding {
    /// Its word in files of known failures.
    pub fn mark(&self) -> &'static str {
        match self {
            Finding::State => "state",
            Finding::Mask(_) => "mask",
            Finding::Bias(_) => "bias",
        }
    }
}

/// The message.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Finding::State => {
                "two calls with the same inputs gave different answers: the layer keeps state or is not deterministic"
            }
            Finding::Mask(message) | Finding::Bias(message) => message,
        })
    }
}

/// A case and its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The id of the case.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// The direction of the errors of one result in one case; each component lies between −1 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SignBias {
    /// The share of errors that are positive, minus that of negative ones.
    pub upward: f64,
    /// The share of errors away from zero, minus that of errors toward zero.
    pub outward: f64,
}

/// The counts for one result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// The result.
    pub quantity: Quantity,
    /// The number of elements.
    pub elements: usize,
    /// The number of elements with a tolerance.
    pub judged: usize,
    /// The number of elements that exceed their tolerance.
    pub wrong: usize,
    /// The largest error/tolerance.
    pub worst: f64,
    /// The number of elements within 1 ulp of the expected value; informational.
    pub within_1_ulp: usize,
    /// The number of elements within 4 ulps; informational.
    pub within_4_ulp: usize,
    /// The bias of a Σ that can be recomputed from the subject's own earlier results; otherwise 0.
    pub sign_bias: SignBias,
}

/// A wrong result.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// The result.
    pub quantity: Quantity,
    /// What is wrong with it.
    pub what: Mismatch,
    /// Whether its own equation is faulty.
    pub cause: Cause,
    /// Where its wrong elements lie, if that can be said.
    pub pattern: Option<Pattern>,
}

/// Why a result is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its equation is faulty: recomputed from the subject's own earlier results, it is still wrong.
    Own,
    /// It inherits the error: it is right given the subject's own earlier results.
    Inherited,
    /// The subject did not return the earlier results, or not as finite numbers.
    Unknown,
}

/// How a result differs from the expected one.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// It is missing.
    Missing,
    /// It has the wrong shape.
    Shape {
        /// The expected rows and columns.
        expected: (usize, usize),
        /// Its shape.
        got: String,
    },
    /// An element exceeds its tolerance; this is the first.
    Element(Element),
}

/// A wrong element.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Its path, such as `dW[3][1]`.
    pub path: String,
    /// The expected value.
    pub expected: f64,
    /// The returned value.
    pub got: f64,
    /// The largest permitted error.
    pub tolerance: f64,
    /// error/tolerance.
    pub ratio: f64,
    /// The error in ulps of the format at the expected value.
    pub ulps: f64,
    /// Whether it is within its tolerance, but does not follow from the subject's own earlier results; `expected` and
    /// `tolerance` are what does.
    pub against_own: bool,
}

impl Element {
    /// How gross the error is: in tolerances, or in ulps where the result must be exact.
    pub fn severity(&self) -> f64 {
        if self.tolerance == 0.0 { self.ulps } else { self.ratio }
    }
}

impl Verdict {
    /// A verdict without results.
    pub fn without(status: Status, reason: impl Into<String>) -> Self {
        Verdict { status, reason: Some(reason.into()), ..Verdict::of(Vec::new()) }
    }

    /// A failure with these findings, or a pass if there are none.
    pub fn of(findings: Vec<Finding>) -> Self {
        let status = if findings.is_empty() { Status::Pass } else { Status::Fail };
        Verdict { status, reason: None, findings, tallies: Vec::new(), wrong: Vec::new() }
    }

    /// The verdict with these findings in front of its own; any finding makes it a failure.
    pub fn with(self, mut findings: Vec<Finding>) -> Self {
        let status = if findings.is_empty() { self.status } else { Status::Fail };
        findings.extend(self.findings);
        Verdict { status, findings, ..self }
    }

    /// The result to blame: the first with a faulty equation, or else the first wrong one.
    pub fn first_wrong(&self) -> Option<&Wrong> {
        self.wrong.iter().find(|wrong| wrong.cause == Cause::Own).or(self.wrong.first())
    }

    /// The severity: the largest error/tolerance, in ulps where a result must be exact; infinite for missing or misshapen
    /// results and for findings other than [`Finding::State`].
    pub fn worst(&self) -> f64 {
        if self.findings.iter().any(|finding| *finding != Finding::State) {
            return f64::INFINITY;
        }
        let finite = self.tallies.iter().map(|tally| tally.worst).filter(|worst| worst.is_finite());
        let shown = self.wrong.iter().map(|wrong| match &wrong.what {
            Mismatch::Element(element) => element.severity(),
            _ => f64::INFINITY,
        });
        finite.chain(shown).fold(0.0, f64::max)
    }
}
