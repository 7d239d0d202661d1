//! A whole run: in which order a subject is asked, what it is asked again, and the verdicts.

use super::cases::{self, Case};
use super::judge;
use super::subject::{About, Answer, Subject};
use super::verdict::{Status, Verdict};
use crate::problem::Problem;
use rayon::prelude::*;

/// What came out of a run: a verdict for each case, so that what was skipped shrinks no total.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The subject.
    pub about: About,
    /// In the order of the cases.
    pub outcomes: Vec<Outcome>,
}

/// What came out of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The case.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
}

impl Run {
    /// How many cases have this status.
    pub fn count(&self, status: Status) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.verdict.status == status).count()
    }

    /// How many cases were judged: those that passed or failed.
    pub fn judged(&self) -> usize {
        self.count(Status::Pass) + self.count(Status::Fail)
    }
}

/// One case in so many is asked again.
const AGAIN: usize = 7;

/// Asks a subject every case, and judges what it says; `done` is called twice a case.
pub fn run(subject: &mut dyn Subject, cases: &[Case], done: impl Fn() + Sync) -> Run {
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
    let outcomes = judged.collect();
    Run { about, outcomes }
}

/// The order of asking: the smallest, the largest, the second smallest, … What a subject keeps of one call
/// meets other sizes in the next.
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

/// A case, and what a subject said of it.
#[derive(Debug)]
pub struct Exchange<'a> {
    id: &'a str,
    question: Result<Problem, Verdict>,
    answers: Vec<Answer>,
}

impl<'a> Exchange<'a> {
    /// The question in the subject's number format, or why it is not asked.
    pub fn new(about: &About, case: &'a Case) -> Self {
        let storage = about.arithmetic.storage;
        let question = match about.supports.refusal(&case.problem) {
            Some(why) => Err(Verdict::without(Status::Skipped, why)),
            None => cases::in_format(&case.problem, storage).map_err(|faults| {
                let reason =
                    format!("the inputs, rounded to {}, are none: {}", storage.name(), faults.list[0]);
                Verdict::without(Status::NotJudged, reason)
            }),
        };
        Exchange { id: &case.id, question, answers: Vec::new() }
    }

    /// Asks the question, and asks it again where there was a result.
    pub fn ask(&mut self, subject: &mut dyn Subject) {
        // What was no answer the first time is not asked for again.
        if let (Ok(problem), [] | [Answer::Outputs(_)]) = (&self.question, &self.answers[..]) {
            self.answers.push(subject.step(self.id, problem));
        }
    }

    /// The verdict, once the subject was asked.
    pub fn verdict(&self, about: &About) -> Verdict {
        let problem = match &self.question {
            Ok(problem) => problem,
            Err(verdict) => return verdict.clone(),
        };
        let verdict = judge::verdict(about, problem, &self.answers[0]);
        match &self.answers[1..] {
            [Answer::Errored(what)] => Verdict::without(Status::Errored, format!("asked again: {what}")),
            [again] if about.supports.deterministic && !same(&self.answers[0], again) => {
                Verdict { status: Status::Fail, reason: Some(STATE.into()), ..verdict }
            }
            _ => verdict,
        }
    }
}

/// The reason of a verdict on a subject that answers one question in two ways.
pub const STATE: &str =
    "two calls with the same inputs gave different answers: something is kept between calls";

fn same(first: &Answer, again: &Answer) -> bool {
    match (first, again) {
        (Answer::Outputs(first), Answer::Outputs(again)) => first.same_bits(again),
        _ => first == again,
    }
}
