//! A whole run: asks a subject every case in a fixed order, repeats some, and collects the verdicts.

use super::cases::Case;
use super::coverage::{self, Coverage};
use super::diagnose::{Asked, Diagnosis, diagnose};
use super::judge::side_by_side::SideBySide;
use super::judge::verdict::{Finding, Outcome, Status, Tally, Verdict};
use super::judge::whole_run::WholeRunCheck;
use super::judge::{self, infer_mask, question::Question};
use super::subject::{About, Answer, MaskSource, Subject};
use crate::problem::{Fault, Problem, formats};
use crate::trace::Quantity;
use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// The outcome of a run: a verdict for every case, so that skipped cases count in every total.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The subject's description.
    pub about: About,
    /// The verdicts, in the order of the cases.
    pub outcomes: Vec<Outcome>,
    /// What the failures have in common.
    pub diagnosis: Diagnosis,
    /// The wrong results beside the right ones, if a single case was asked.
    pub side_by_side: Vec<SideBySide>,
}

impl Run {
    /// The number of cases with this status.
    pub fn count(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.verdict.status == status).count()
    }

    /// The number of cases that passed or failed.
    pub fn judged(&self) -> usize {
        self.count(Status::Pass) + self.count(Status::Fail)
    }
}

/// The accuracy of a run in ulps; informational only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Strict {
    /// The number of elements.
    pub elements: usize,
    /// The number of elements within 1 ulp of the expected value.
    pub within_1_ulp: usize,
    /// The number of elements within 4 ulps.
    pub within_4_ulp: usize,
}

impl Strict {
    /// The counts over all cases of a run.
    pub fn of(run: &Run) -> Self {
        let tallies = || run.outcomes.iter().flat_map(|outcome| &outcome.verdict.tallies);
        let sum = |part: fn(&Tally) -> usize| tallies().map(part).sum();
        Strict {
            elements: sum(|tally| tally.elements),
            within_1_ulp: sum(|tally| tally.within_1_ulp),
            within_4_ulp: sum(|tally| tally.within_4_ulp),
        }
    }
}

/// One case in this many is repeated.
const AGAIN: usize = 7;
/// At most this many failing cases are repeated as well.
const FAILED_AGAIN: usize = 32;

/// Asks a subject all cases, judges its answers, and then performs the whole-run checks. `done` reports progress: it
/// is called twice for each case and once for each check.
pub fn run(
    subject: &mut dyn Subject,
    cases: &[Case],
    checks: &[WholeRunCheck],
    done: impl Fn() + Sync,
) -> Run {
    exchanged(subject, cases, checks, done).0
}

/// The same, and which known defects the cases that were judged would catch.
pub fn covered(
    subject: &mut dyn Subject,
    cases: &[Case],
    checks: &[WholeRunCheck],
    done: impl Fn() + Sync,
) -> (Run, Coverage) {
    let (run, exchanges) = exchanged(subject, cases, checks, done);
    let is_judged = |outcome: &Outcome| matches!(outcome.verdict.status, Status::Pass | Status::Fail);
    let judged = exchanges.iter().zip(&run.outcomes).filter(|(_, outcome)| is_judged(outcome));
    let questions: Vec<&Question> =
        judged.filter_map(|(exchange, _)| exchange.question.as_deref().ok()).collect();
    let coverage = Coverage::of(&run.about, &questions, coverage::is_whole(cases));
    (run, coverage)
}

fn exchanged<'a>(
    subject: &mut dyn Subject,
    cases: &'a [Case],
    checks: &[WholeRunCheck],
    done: impl Fn() + Sync,
) -> (Run, Vec<Exchange<'a>>) {
    let about = subject.about();
    let mut exchanges: Vec<Exchange> = cases.iter().map(|case| Exchange::new(&about, case)).collect();
    let order = small_and_large_in_turn(cases);
    for &index in &order {
        exchanges[index].ask(subject);
        done();
    }
    for &index in order.iter().step_by(AGAIN) {
        exchanges[index].ask(subject);
    }
    let judged = exchanges.par_iter().map(|exchange| {
        let verdict = exchange.verdict(&about);
        done();
        Outcome { id: exchange.id.into(), verdict }
    });
    let mut outcomes: Vec<Outcome> = judged.collect();
    // An answer that changes is a cause that no single one shows.
    let failed: Vec<usize> =
        order.iter().copied().filter(|&index| outcomes[index].verdict.status == Status::Fail).collect();
    for &index in failed.iter().step_by(failed.len().div_ceil(FAILED_AGAIN).max(1)) {
        exchanges[index].ask(subject);
        outcomes[index].verdict = exchanges[index].verdict(&about);
    }
    let asked: Vec<Asked> =
        order.iter().filter_map(|&index| exchanges[index].asked(outcomes[index].verdict.status)).collect();
    let mut diagnosis = diagnose(&about, &asked);
    diagnosis.remarks.extend(changing(&exchanges, &outcomes));
    for check in checks {
        let verdict = check.verdict(subject, &outcomes);
        outcomes.push(Outcome { id: check.id(), verdict });
        done();
    }
    let side_by_side = match &exchanges[..] {
        [exchange] if about.supports.mask == MaskSource::Given => exchange.side_by_side(),
        _ => Vec::new(),
    };
    let run = Run { about, outcomes, diagnosis, side_by_side };
    (run, exchanges)
}

/// A message if answers to repeated questions differ.
fn changing(exchanges: &[Exchange], outcomes: &[Outcome]) -> Option<String> {
    let repeated = exchanges.iter().filter(|exchange| exchange.answers.len() > 1).count();
    let changed =
        outcomes.iter().filter(|outcome| outcome.verdict.findings.contains(&Finding::State)).count();
    (changed > 0).then(|| {
        format!(
            "{changed} of {repeated} repeated questions got another answer: the layer keeps state or is not deterministic"
        )
    })
}

/// The order of asking: the smallest, the largest, the second smallest, … So state that a subject keeps from
/// one call meets a different size in the next.
fn small_and_large_in_turn(cases: &[Case]) -> Vec<usize> {
    let size = |index: &usize| {
        let problem = &cases[*index].problem;
        problem.n() * (problem.m() + problem.n_next()) + problem.m() * problem.n_next()
    };
    let mut by_size: Vec<usize> = (0..cases.len()).collect();
    by_size.sort_by_key(size);
    let (small, large) = by_size.split_at(cases.len().div_ceil(2));
    let mut large = large.iter().rev();
    small.iter().flat_map(|&small| std::iter::once(small).chain(large.next().copied())).collect()
}

/// A case and a subject's answers to it.
#[derive(Debug)]
pub struct Exchange<'a> {
    id: &'a str,
    question: Result<Arc<Question>, Verdict>,
    answers: Vec<Answer>,
}

impl<'a> Exchange<'a> {
    /// The question in the subject's number format, or the verdict if it is not asked.
    pub fn new(about: &About, case: &'a Case) -> Self {
        Exchange { id: &case.id, question: question(about, case), answers: Vec::new() }
    }

    /// Asks the question. The second call repeats it, unless the first answer was not a result.
    pub fn ask(&mut self, subject: &mut dyn Subject) {
        if let (Ok(question), [] | [Answer::Result(_)]) = (&self.question, &self.answers[..]) {
            self.answers.push(subject.step(self.id, &question.problem));
        }
    }

    /// The question, with the first answer if it was judged; `None` if nothing was asked.
    fn asked(&self, status: Status) -> Option<Asked<'_>> {
        let results = match (self.answers.first()?, status) {
            (Answer::Result(results), Status::Pass | Status::Fail) => Some(results),
            _ => None,
        };
        Some(Asked { id: self.id, question: self.question.as_deref().ok()?, results })
    }

    /// The wrong results beside the right ones; none under a mask of the subject's own.
    fn side_by_side(&self) -> Vec<SideBySide> {
        match (&self.question, self.answers.first()) {
            (Ok(question), Some(Answer::Result(results))) => {
                question.solved().map(|solved| SideBySide::of(solved, results)).unwrap_or_default()
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
        let verdict = judge::verdict(about, question, &self.answers[0]);
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
    let fitted = if about.precomputed { problem.clone() } else { supports.fit(problem) };
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
pub const SAME_MASK: &str = "drew the same mask when asked again";

/// Whether both answers have the same mask, although a fresh draw would almost never repeat it.
fn same_mask(problem: &Problem, answers: [&Answer; 2]) -> bool {
    const HARDLY: f64 = 1e-9;
    let agree = |p: &f64| p * p + (1.0 - p) * (1.0 - p);
    let row: f64 = problem.inputs().keep_prob.iter().map(agree).product();
    let [Answer::Result(first), Answer::Result(again)] = answers else { return false };
    let mask = |results| infer_mask::problem(problem, results).map(|inferred| inferred.inputs().r.clone());
    row.powi(problem.m() as i32) < HARDLY && mask(first).is_ok_and(|first| mask(again) == Ok(first))
}

fn same(first: &Answer, again: &Answer) -> bool {
    match (first, again) {
        (Answer::Result(first), Answer::Result(again)) => first.same_bits(again),
        _ => first == again,
    }
}
