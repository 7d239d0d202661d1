//! One case put to a subject: the question in a form that it supports, its answers, and the verdict on them.

use super::cases::Case;
use super::diagnose::Asked;
use super::judge::side_by_side::SideBySide;
use super::judge::verdict::{Finding, Status, Verdict};
use super::judge::{self, infer_mask, question::Question};
use super::subject::{About, Answer, MaskSource, Presence, Subject};
use crate::problem::{Fault, Problem, formats};
use crate::trace::{Quantity, Unchecked};
use std::sync::{Arc, OnceLock};

/// A case and a subject's answers to it.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The id of the case.
    pub id: &'a str,
    question: Result<Arc<Question>, Verdict>,
    answers: Vec<Answer>,
    /// The question under the mask that the subject drew for its first answer.
    used: OnceLock<Result<Option<Question>, Verdict>>,
}

impl<'a> Exchange<'a> {
    /// The question in the subject's number format, or the verdict if it is not asked.
    pub fn new(about: &About, case: &'a Case) -> Self {
        Exchange { id: &case.id, question: question(about, case), answers: Vec::new(), used: OnceLock::new() }
    }

    /// Asks the question. The second call repeats it, unless the first answer was not a result.
    pub fn ask(&mut self, subject: &mut dyn Subject) {
        if let (Ok(question), [] | [Answer::Result(_)]) = (&self.question, &self.answers[..]) {
            self.answers.push(bounded(&question.problem, subject.step(self.id, &question.problem)));
        }
    }

    /// The question, if it is asked.
    pub fn question(&self) -> Option<&Question> {
        self.question.as_deref().ok()
    }

    /// Whether it was asked more than once.
    pub fn is_repeated(&self) -> bool {
        self.answers.len() > 1
    }

    /// The question under the mask that counts, with the first answer if it was judged; `None` if nothing was asked.
    pub fn asked(&self, status: Status) -> Option<Asked<'_>> {
        let results = match (self.answers.first()?, status) {
            (Answer::Result(results), Status::Pass | Status::Fail) => Some(results),
            _ => None,
        };
        let used = self.used.get().and_then(|used| used.as_ref().ok()?.as_ref());
        Some(Asked { id: self.id, question: used.or(self.question())?, results })
    }

    /// The wrong results beside the right ones.
    pub fn side_by_side(&self, status: Status) -> Vec<SideBySide> {
        match self.asked(status) {
            Some(Asked { question, results: Some(results), .. }) => {
                question.solved().map(|solved| SideBySide::of(question, solved, results)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// The verdict, once the subject has been asked.
    pub fn verdict(&self, about: &About) -> Verdict {
        let question = match &self.question {
            Ok(question) => question,
            Err(verdict) => return verdict.clone(),
        };
        let verdict = match &self.answers[0] {
            Answer::Result(results) => {
                match self.used.get_or_init(|| judge::under_own_mask(about, question, results)) {
                    Ok(used) => judge::of_results(about, used.as_ref().unwrap_or(question), results),
                    Err(verdict) => verdict.clone(),
                }
            }
            other => judge::verdict(about, question, other),
        };
        match &self.answers[1..] {
            [Answer::Errored(what)] => Verdict::without(Status::Errored, format!("when asked again: {what}")),
            [again] if about.supports.mask == MaskSource::Own => {
                let same = same_mask(&question.problem, [&self.answers[0], again]);
                Verdict { reason: same.then(|| SAME_MASK.into()).or(verdict.reason.clone()), ..verdict }
            }
            [again] if about.supports.deterministic && !same(&self.answers[0], again) => {
                verdict.with(vec![Finding::State])
            }
            _ => verdict,
        }
    }
}

/// The answer, unless it is so much larger than the results that keeping it for the verdict could fill the memory.
fn bounded(problem: &Problem, answer: Answer) -> Answer {
    let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
    let most = 8 * (m * n.max(n_next) + n * n_next) + 1024;
    let Answer::Result(results) = &answer else { return answer };
    let size = |quantity: Quantity| match results.get(quantity) {
        Some(Unchecked::Grid(grid)) => grid.rows().max(grid.rows() * grid.cols()),
        Some(Unchecked::Ragged(rows)) => rows.len() + rows.iter().map(Vec::len).sum::<usize>(),
        None => 0,
    };
    let large = results.quantities().find(|quantity| size(*quantity) > most);
    match large.map(|quantity| (quantity, size(quantity))) {
        Some((quantity, size)) => Answer::Errored(format!(
            "{} has {size} numbers or rows; more than {most} are not kept for a problem of {m} × {n} × {n_next}",
            quantity.name(),
        )),
        None => answer,
    }
}

/// The question for a subject.
///
/// # Errors
/// The verdict if the question is not asked.
pub fn question(about: &About, case: &Case) -> Result<Arc<Question>, Verdict> {
    asked(about, &case.problem).map(|problem| case.question(problem, about.arithmetic))
}

/// The problem in the subject's number format, modified to reveal the mask if the subject draws its own.
fn asked(about: &About, problem: &Problem) -> Result<Problem, Verdict> {
    let skipped = |why: String| Verdict::without(Status::Skipped, why);
    let About { arithmetic, supports, .. } = about;
    let fitted =
        if about.presence == Presence::Precomputed { problem.clone() } else { supports.fit(problem) };
    if let Some(why) = supports.refusal(&fitted) {
        return Err(skipped(why));
    }
    let rounded = formats::in_format(&fitted, arithmetic.storage).map_err(|faults| {
        let storage = arithmetic.storage.name();
        let Fault { path, found, rule, .. } = &faults.list[0];
        let reason = format!("rounded to {storage}, {path} {found}: {rule}");
        Verdict::without(Status::NotJudged, reason)
    })?;
    if supports.mask == MaskSource::Given || supports.shows_mask_in_da() {
        return Ok(rounded);
    }
    let outputs = &supports.outputs;
    let without_zeros = infer_mask::without_zeros(&rounded, *arithmetic)
        .map_err(|reason| Verdict::without(Status::NotJudged, reason))?;
    if outputs.contains(&Quantity::ATilde) {
        return Ok(without_zeros);
    }
    let identity_probe =
        infer_mask::identity_probe(&without_zeros).map_err(|faults| skipped(faults.to_string()))?;
    let reveals = outputs.iter().any(|quantity| [Quantity::Z, Quantity::ANext].contains(quantity));
    match supports.refusal(&identity_probe) {
        None if reveals => Ok(identity_probe),
        _ => Err(skipped(
            "its mask cannot be inferred: it returns neither A_tilde nor dA, nor Z or A_next with identity activations".into(),
        )),
    }
}

/// The note on a subject whose mask did not change when the case was repeated.
pub const SAME_MASK: &str =
    "drew the same mask when asked again: is it seeded in each step? (spec/outside.md)";

/// Whether both answers have the same mask, although a fresh draw would almost never repeat it.
fn same_mask(problem: &Problem, answers: [&Answer; 2]) -> bool {
    const HARDLY: f64 = 1e-9;
    let agree = |p: &f64| p * p + (1.0 - p) * (1.0 - p);
    let row: f64 = problem.inputs().keep_prob.iter().map(agree).product();
    let [Answer::Result(first), Answer::Result(again)] = answers else { return false };
    let mask = |results| infer_mask::problem(problem, results).map(|inferred| inferred.inputs().r.clone());
    libm::pow(row, problem.m() as f64) < HARDLY && mask(first).is_ok_and(|first| mask(again) == Ok(first))
}

fn same(first: &Answer, again: &Answer) -> bool {
    match (first, again) {
        (Answer::Result(first), Answer::Result(again)) => first.same_bits(again),
        _ => first == again,
    }
}
