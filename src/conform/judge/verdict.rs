//! The verdict on a case: one of five words, what was counted, and what is wrong.

use crate::trace::Quantity;

/// The verdict on a case in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Every judged element is within its tolerance.
    Pass,
    /// A result is wrong.
    Fail,
    /// No element has a tolerance.
    NotJudged,
    /// The subject does not do this.
    Skipped,
    /// There was no answer that can be judged.
    Errored,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 5] =
        [Status::Pass, Status::Fail, Status::NotJudged, Status::Skipped, Status::Errored];

    /// The word in reports.
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
    /// In one word.
    pub status: Status,
    /// Why, where the status alone does not say it.
    pub reason: Option<String>,
    /// What is wrong beyond single elements, the cause that explains most first.
    pub findings: Vec<Finding>,
    /// What was counted, result by result, in the order of the equations.
    pub tallies: Vec<Tally>,
    /// The results that are wrong, in the order of the equations, each with its first wrong element.
    pub wrong: Vec<Wrong>,
}

/// Something that is wrong beyond single elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// One question has two answers.
    State,
    /// The masks, or what is done with them.
    Mask(String),
    /// The errors of a whole run.
    Bias(String),
}

impl Finding {
    /// In one word, as in files of known failures.
    pub fn mark(&self) -> &'static str {
        match self {
            Finding::State => "state",
            Finding::Mask(_) => "mask",
            Finding::Bias(_) => "bias",
        }
    }
}

/// The sentence.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Finding::State => {
                "two calls with the same inputs gave different answers: something is kept between calls"
            }
            Finding::Mask(says) | Finding::Bias(says) => says,
        })
    }
}

/// What came out of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The case.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// On which side the errors of one result of one case are, between −1 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SignBias {
    /// The share of elements that are too large, less that of those too small.
    pub upward: f64,
    /// The share of elements too far from zero, less that of those too near.
    pub outward: f64,
}

/// The elements of one result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// The result.
    pub quantity: Quantity,
    /// How many elements it has.
    pub elements: usize,
    /// How many of them have a tolerance.
    pub judged: usize,
    /// How many of these are beyond it.
    pub wrong: usize,
    /// The largest error/tolerance.
    pub worst: f64,
    /// How many elements lie within 1 unit in the last place of the expected value; informational.
    pub within_1_ulp: usize,
    /// How many within 4; informational.
    pub within_4_ulp: usize,
    /// On which side the errors of a Σ lie, where it can be taken from the subject's own earlier results.
    pub sign_bias: SignBias,
}

/// A result that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    /// The result.
    pub quantity: Quantity,
    /// What is wrong with it.
    pub what: Mismatch,
    /// Whether its own equation is to blame.
    pub cause: Cause,
}

/// Why a result is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its equation: it is wrong on the subject's own earlier results too.
    Own,
    /// Earlier results alone: from them its equation gives what the subject gave.
    Inherited,
    /// The subject does not show what went into it.
    Unknown,
}

/// In what a result differs from what is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// It is not there.
    Missing,
    /// It has other sizes.
    Shape {
        /// The rows and columns that it must have.
        expected: (usize, usize),
        /// What it has instead.
        got: String,
    },
    /// An element is beyond its tolerance: the first such one.
    Element(Element),
}

/// An element that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Where it stands: `dW[3][1]`.
    pub path: String,
    /// What is expected there.
    pub expected: f64,
    /// What was given.
    pub got: f64,
    /// How far it may be off.
    pub tolerance: f64,
    /// error/tolerance.
    pub ratio: f64,
}

impl Verdict {
    /// A verdict without any result.
    pub fn without(status: Status, reason: impl Into<String>) -> Self {
        Verdict { status, reason: Some(reason.into()), ..Verdict::of(Vec::new()) }
    }

    /// The verdict that these findings make.
    pub fn of(findings: Vec<Finding>) -> Self {
        let status = if findings.is_empty() { Status::Pass } else { Status::Fail };
        Verdict { status, reason: None, findings, tallies: Vec::new(), wrong: Vec::new() }
    }

    /// The same, with findings that come before those that there are.
    pub fn with(self, mut findings: Vec<Finding>) -> Self {
        let status = if findings.is_empty() { self.status } else { Status::Fail };
        findings.extend(self.findings);
        Verdict { status, findings, ..self }
    }

    /// The result that is to blame: the first whose own equation is wrong, or else the first that is wrong.
    pub fn first_wrong(&self) -> Option<&Wrong> {
        self.wrong.iter().find(|wrong| wrong.cause == Cause::Own).or(self.wrong.first())
    }

    /// How bad it is: the largest error/tolerance, without end where more is wrong than elements.
    pub fn worst(&self) -> f64 {
        let whole = self.findings.iter().any(|finding| *finding != Finding::State)
            || self.wrong.iter().any(|wrong| !matches!(wrong.what, Mismatch::Element(_)));
        let worst = self.tallies.iter().map(|tally| tally.worst).fold(0.0, f64::max);
        if whole { f64::INFINITY } else { worst }
    }
}
