//! The verdict on one case: every element is compared with its expected value and tolerance.
//!
//! [`question`] holds a question and its right answer, [`localise`] finds the faulty equation, [`sign_bias`] measures
//! the direction of the errors, and [`infer_mask`] and [`mask_of_da`] infer the mask of a subject that draws its own.
//! [`side_by_side`] puts a wrong result beside the right one, [`pattern`] says where its wrong elements lie. [`whole_run`]
//! judges what no single case shows.

mod held;
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
use crate::oracle::tolerance::{Bound, Derived};
use crate::scalar::Step;
use crate::trace::{Misshapen, Quantity, Results};
use crate::verify::Shape;
use held::{Held, Standard};
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
    let standard = Standard::of(question, solved, results);
    let Standard { expected, bounds, .. } = standard;
    let (mut tallies, mut wrong) = (Vec::new(), Vec::new());
    for quantity in Quantity::ALL {
        let shape = expected.shape(quantity);
        match results.shaped(quantity, shape) {
            Ok(got) => {
                let held: Vec<Option<Held>> = standard.held(quantity, got.cells()).collect();
                tallies.push(tally(quantity, expected, got, &held, about.arithmetic.storage));
                let first_wrong = held.iter().flatten().find(|held| held.is_wrong());
                wrong.extend(first_wrong.map(|first| {
                    let path = expected.path(quantity, first.index);
                    let element = element(first, path, got.cells()[first.index], about.arithmetic.storage);
                    (quantity, Mismatch::Element(element), pattern(shape, &held))
                }));
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
    let derived = || localise::derived(&question.problem, expected, results, question.arithmetic);
    let wrong = match wrong.is_empty() {
        true => Vec::new(),
        false => blamed(results, &standard.follows.unwrap_or_else(derived), wrong),
    };
    Verdict { status, reason, findings: Vec::new(), tallies, wrong }
}

/// The wrong results, each with its cause.
fn blamed(
    results: &Results,
    derived: &Step<Derived>,
    wrong: Vec<(Quantity, Mismatch, Option<Pattern>)>,
) -> Vec<Wrong> {
    let quantities: Vec<Quantity> = wrong.iter().map(|(quantity, ..)| *quantity).collect();
    let cause = |quantity| localise::cause(quantity, results, derived, &quantities);
    let wrong = wrong.into_iter();
    wrong.map(|(quantity, what, pattern)| Wrong { quantity, cause: cause(quantity), what, pattern }).collect()
}

fn tally(
    quantity: Quantity,
    expected: &Step<f64>,
    got: &Grid<f64>,
    held: &[Option<Held>],
    format: Format,
) -> Tally {
    let judged = || held.iter().flatten();
    let within = |ulps| {
        let both = expected.cells(quantity).iter().zip(got.cells());
        both.filter(|&(&expected, &got)| in_ulps(format, expected, got) <= ulps).count()
    };
    Tally {
        quantity,
        elements: held.len(),
        judged: judged().count(),
        wrong: judged().filter(|held| held.is_wrong()).count(),
        worst: judged().map(|held| held.ratio).fold(0.0, f64::max),
        within_1_ulp: within(1.0),
        within_4_ulp: within(4.0),
        sign_bias: SignBias::default(),
    }
}

fn element(held: &Held, path: String, got: f64, format: Format) -> Element {
    let Held { expected, tolerance, ratio, against_own, .. } = *held;
    Element { path, expected, got, tolerance, ratio, ulps: in_ulps(format, expected, got), against_own }
}

/// Where the wrong elements of a result lie. An element without a tolerance is not wrong.
fn pattern((rows, cols): (usize, usize), held: &[Option<Held>]) -> Option<Pattern> {
    let is_wrong = held.iter().map(|held| held.as_ref().is_some_and(Held::is_wrong)).collect();
    Pattern::of(&Grid::from_cells(rows, cols, is_wrong))
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
