//! A whole run: asks a subject every case in a fixed order, repeats some, and collects the verdicts.

use super::cases::Case;
use super::coverage::{self, Coverage};
use super::diagnose::{Asked, Diagnosis, diagnose};
use super::exchange::Exchange;
use super::judge::question::Question;
use super::judge::side_by_side::SideBySide;
use super::judge::verdict::{Finding, Outcome, Status, Tally};
use super::judge::whole_run::WholeRunCheck;
use super::subject::{About, Subject};
use rayon::prelude::*;
use serde::Serialize;

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
    /// What went wrong when the subject was asked to stop.
    pub ending: Option<String>,
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
    let questions: Vec<&Question> = judged.filter_map(|(exchange, _)| exchange.question()).collect();
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
        [exchange] => exchange.side_by_side(outcomes[0].verdict.status),
        _ => Vec::new(),
    };
    let ending = subject.stop();
    diagnosis.remarks.extend(ending.clone());
    let run = Run { about, outcomes, diagnosis, side_by_side, ending };
    (run, exchanges)
}

/// A message if answers to repeated questions differ.
fn changing(exchanges: &[Exchange], outcomes: &[Outcome]) -> Option<String> {
    let repeated = exchanges.iter().filter(|exchange| exchange.is_repeated()).count();
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
