//! The verdict on one case: every element is compared with its expected value and tolerance.
//!
//! [`question`] holds a question and its right answer, [`localise`] finds the faulty equation, [`sign_bias`] measures
//! the direction of the errors, and [`infer_mask`] and [`mask_of_da`] infer the mask of a subject that draws its own.
//! [`side_by_side`] puts a wrong result beside the right one, [`pattern`] says where its wrong elements lie. [`whole_run`]
//! judges what no single case shows.

pub mod infer_mask;
pub mod localise;
pub mod mask_of_da;
mod mask_step;
pub mod named_mask;
pub mod pattern;
pub mod question;
pub mod side_by_side;
pub mod sign_bias;
pub mod verdict;
pub mod whole_run;

use crate::conform::judge::verdict::{Element, Finding, Mismatch, SignBias, Status, Tally, Verdict, Wrong};
use crate::conform::subject::{About, Answer, MaskSource};
use crate::grid::Grid;
use crate::number::Format;
use crate::oracle::tolerance::{Bound, ratio};
use crate::scalar::Step;
use crate::trace::{Misshapen, Quantity, Results};
use crate::verify::Shape;
use pattern::Pattern;
use question::{Question, Solved};

/// The verdict on a subject's answer to a question.
pub fn verdict(about: &About, question: &Question, answer: &Answer) -> Verdict {
    let results = match answer {
        Answer::Result(results) => results,
        Answer::Skipped(why) => return Verdict::without(Status::Skipped, why),
        Answer::Errored(what) => return Verdict::without(Status::Errored, what),
    };
    match under_own_mask(about, question, results) {
        Ok(own) => of_results(about, own.as_ref().unwrap_or(question), results),
        Err(verdict) => verdict,
    }
}

/// The question under the mask that the subject drew; `None` if it is the question itself.
///
/// # Errors
/// The verdict if the results do not reveal the mask.
pub fn under_own_mask(
    about: &About,
    question: &Question,
    results: &Results,
) -> Result<Option<Question>, Verdict> {
    let Question { problem, arithmetic, limit, .. } = question;
    let inferred = match about.supports.mask {
        MaskSource::Given => return Ok(None),
        MaskSource::Own if about.supports.shows_mask_in_da() => {
            match results.shaped(Quantity::Da, (problem.m(), problem.n())) {
                Ok(da) => mask_of_da::problem(problem, arithmetic.storage, da)
                    .map_err(|why| Verdict::without(Status::NotJudged, why)),
                // A result that is missing or of the wrong shape fails under any mask.
                Err(_) => return Ok(None),
            }
        }
        MaskSource::Own => {
            infer_mask::problem(problem, results).map_err(|message| Verdict::of(vec![Finding::Mask(message)]))
        }
    };
    Ok(Some(Question::new(inferred?, *arithmetic).within(*limit)))
}

/// The verdict on results, under the mask of the question.
pub fn of_results(about: &About, question: &Question, results: &Results) -> Verdict {
    let verdict = match question.solved() {
        Ok(solved) => compared(about, question, solved, results),
        Err(error) => return Verdict::without(Status::NotJudged, error.to_string()),
    };
    match about.supports.mask {
        MaskSource::Own if !about.supports.shows_mask_in_da() => {
            let messages = infer_mask::findings(question, results);
            verdict.with(messages.into_iter().map(Finding::Mask).collect())
        }
        _ => verdict,
    }
}

fn compared(about: &About, question: &Question, solved: &Solved, results: &Results) -> Verdict {
    let Solved { expected, bounds } = solved;
    let (mut tallies, mut wrong) = (Vec::new(), Vec::new());
    for quantity in Quantity::ALL {
        let shape = expected.shape(quantity);
        match results.shaped(quantity, shape) {
            Ok(got) => {
                let sides = Sides { quantity, expected, bounds, got: got.cells() };
                tallies.push(sides.tally(about.arithmetic.storage));
                let first_wrong = sides.first_wrong(about.arithmetic.storage).map(Mismatch::Element);
                wrong.extend(first_wrong.map(|element| (quantity, element, sides.pattern())));
            }
            Err(Misshapen::Missing) if !about.supports.outputs.contains(&quantity) => {}
            Err(Misshapen::Missing) => wrong.push((quantity, Mismatch::Missing, None)),
            Err(got) => {
                let got = got.to_string();
                wrong.push((quantity, Mismatch::Shape { expected: shape, got }, None));
            }
        }
    }
    let judged = tallies.iter().any(|tally| tally.judged > 0);
    let (status, reason) = match (wrong.is_empty(), judged) {
        (false, _) => (Status::Fail, None),
        (true, true) => (Status::Pass, None),
        (true, false) => (Status::NotJudged, Some(why_not(bounds))),
    };
    // A check of the whole run, which a single large case adds nothing to, in exact arithmetic.
    if status == Status::Pass && Shape::of(&question.problem).is_small() {
        let sign_biases = sign_bias::sign_biases(&question.problem, results, about.arithmetic.storage);
        for tally in &mut tallies {
            tally.sign_bias = sign_biases.get(&tally.quantity).copied().unwrap_or_default();
        }
    }
    let wrong = if wrong.is_empty() { Vec::new() } else { blamed(question, expected, results, wrong) };
    Verdict { status, reason, findings: Vec::new(), tallies, wrong }
}

/// The wrong results, each with its cause.
fn blamed(
    question: &Question,
    expected: &Step<f64>,
    results: &Results,
    wrong: Vec<(Quantity, Mismatch, Option<Pattern>)>,
) -> Vec<Wrong> {
    let quantities: Vec<Quantity> = wrong.iter().map(|(quantity, ..)| *quantity).collect();
    let cause = localise::causes(&question.problem, expected, results, &quantities, question.arithmetic);
    let wrong = wrong.into_iter();
    wrong.map(|(quantity, what, pattern)| Wrong { quantity, cause: cause(quantity), what, pattern }).collect()
}

/// One result: expected and returned.
struct Sides<'a> {
    quantity: Quantity,
    expected: &'a Step<f64>,
    bounds: &'a Step<Bound>,
    got: &'a [f64],
}

impl Sides<'_> {
    /// Each element: the expected value, the returned one, and the tolerance.
    fn elements(&self) -> impl Iterator<Item = (f64, f64, Bound)> {
        let (expected, bounds) = (self.expected.cells(self.quantity), self.bounds.cells(self.quantity));
        expected.iter().zip(self.got).zip(bounds).map(|((&expected, &got), &bound)| (expected, got, bound))
    }

    fn tally(&self, format: Format) -> Tally {
        let ratios: Vec<f64> = self
            .elements()
            .filter_map(|(expected, got, bound)| Some(ratio(expected, got, bound.ok()?)))
            .collect();
        let within = |ulps| {
            self.elements().filter(|&(expected, got, _)| in_ulps(format, expected, got) <= ulps).count()
        };
        Tally {
            quantity: self.quantity,
            elements: self.got.len(),
            judged: ratios.len(),
            wrong: ratios.iter().filter(|ratio| **ratio > 1.0).count(),
            worst: ratios.into_iter().fold(0.0, f64::max),
            within_1_ulp: within(1.0),
            within_4_ulp: within(4.0),
            sign_bias: SignBias::default(),
        }
    }

    /// Where its wrong elements lie. An element without a tolerance is not wrong.
    fn pattern(&self) -> Option<Pattern> {
        let is_wrong = |(expected, got, bound): (f64, f64, Bound)| {
            bound.is_ok_and(|tolerance| ratio(expected, got, tolerance) > 1.0)
        };
        let (rows, cols) = self.expected.shape(self.quantity);
        Pattern::of(&Grid::from_cells(rows, cols, self.elements().map(is_wrong).collect()))
    }

    fn first_wrong(&self, format: Format) -> Option<Element> {
        self.elements().enumerate().find_map(|(index, (expected, got, bound))| {
            let tolerance = bound.ok()?;
            let ratio = ratio(expected, got, tolerance);
            let path = || self.expected.path(self.quantity, index);
            let ulps = || in_ulps(format, expected, got);
            (ratio > 1.0).then(|| Element { path: path(), expected, got, tolerance, ratio, ulps: ulps() })
        })
    }
}

/// The error in ulps of the format at the expected value.
fn in_ulps(format: Format, expected: f64, got: f64) -> f64 {
    let exponent = format.ulp_exponent(expected);
    let error = (got - expected).abs();
    let ulps = libm::ldexp(error, -exponent);
    if ulps.is_nan() { f64::INFINITY } else { ulps }
}

/// Why no element has a tolerance.
fn why_not(bounds: &Step<Bound>) -> String {
    let reason = |quantity| bounds.cells(quantity).iter().find_map(|bound| bound.err());
    match Quantity::ALL.into_iter().find_map(reason) {
        Some(reason) => reason.to_string(),
        None => "the subject returned no results".into(),
    }
}
