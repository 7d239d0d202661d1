//! Names the defects: compares a subject's results with those of the known defects on the same problems.
//!
//! `case` finds what is wrong by itself in one case, and whether a defect makes it so. `peel` weighs that over all
//! cases, and looks again at what a named defect leaves unexplained. `describe` says what the rest has in common.
//! [`mask`] compares the visible masks, [`shorter`] the arithmetic. The known defects are not run on large cases; there
//! `factors` looks for the short factors of tensor cores. It is better to give no name than a wrong one: a defect that makes
//! a right element wrong is out.

mod allowance;
mod case;
mod describe;
mod factors;
pub mod mask;
mod peel;
pub mod shorter;
mod stage;

use super::judge::question::Question;
use super::subject::About;
use crate::number::Format;
use crate::trace::Results;
use crate::zoo::context::{Memory, RightStep};
use crate::zoo::{self, Defect, Float};
use case::{Case, Match};
use peel::{Findings, Named, Suspect};
use rayon::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A question and the subject's answer to it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The id of the case.
    pub id: &'a str,
    /// The question.
    pub question: &'a Question,
    /// The first answer to it; `None` if there is nothing to compare.
    pub results: Option<&'a Results>,
}

/// A known defect that may be the subject's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The id of the defect.
    pub id: String,
    /// The number of the first equation that it breaks.
    pub equation: u8,
    /// What it does.
    pub says: String,
    /// The number of failing cases that it explains.
    pub explains: usize,
}

/// A defect that the subject likely has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likely {
    /// At most [`MOST`] known defects between which the cases cannot decide, best first.
    pub candidates: Vec<Candidate>,
    /// The ids of the cases that the best one explains, wholly or in part.
    pub cases: Vec<String>,
}

/// What the failures of a run have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The defects found, the one that explains most first.
    pub defects: Vec<Likely>,
    /// The number of cases that fail on the first call; failures that appear only on repetition are not compared.
    pub compared: usize,
    /// The number of those that the defects do not explain, or not in all elements.
    pub unexplained: usize,
    /// Messages about answers that change, the masks and the arithmetic.
    pub remarks: Vec<String>,
}

/// The largest number of candidates.
pub const MOST: usize = 3;

/// The diagnosis of all answers, which must be in the order of asking.
pub fn diagnose(about: &About, asked: &[Asked]) -> Diagnosis {
    // On large ones, the zoo would take minutes.
    let (small, large): (Vec<Asked>, Vec<Asked>) =
        asked.iter().partition(|asked| zoo::is_affordable(&asked.question.problem));
    let mut found = by_known_defects(about, &small);
    let remark = of_large(about, &large).filter(|remark| !found.remarks.contains(remark));
    found.remarks.extend(remark);
    found
}

/// A remark about the arithmetic of large cases.
fn of_large(about: &About, asked: &[Asked]) -> Option<String> {
    factors::remark(about.arithmetic.storage, asked).or_else(|| {
        let cases = asked.iter().enumerate().filter_map(|(at, asked)| Case::without_causes(at, asked));
        shorter::remark(about.arithmetic, &cases.collect::<Vec<_>>())
    })
}

/// What the known defects explain.
fn by_known_defects(about: &About, asked: &[Asked]) -> Diagnosis {
    let cases: Vec<Case> =
        asked.par_iter().enumerate().filter_map(|(index, asked)| Case::of(index, asked)).collect();
    let compared = cases.iter().filter(|case| !case.passed).count();
    if compared == 0 {
        return Diagnosis::default();
    }
    let (defects, findings) = match about.arithmetic.storage {
        Format::F64 => defects(&zoo::all::<f64>(), asked, &cases),
        _ => defects(&zoo::all::<f32>(), asked, &cases),
    };
    let explained = (0..cases.len()).filter(|&case| findings.explains(case)).count();
    let mut found = Diagnosis {
        defects,
        compared,
        unexplained: compared - explained,
        remarks: mask::remarks(about, asked),
    };
    // A layer of a shorter format is wrong everywhere, in ways that several defects describe in part.
    let may_be_shorter = found.unexplained > 0 || found.defects.len() > 2;
    if let Some(remark) = may_be_shorter.then(|| shorter::remark(about.arithmetic, &cases)).flatten() {
        found = Diagnosis { defects: Vec::new(), unexplained: compared, ..found };
        found.remarks.push(remark);
    } else {
        found.remarks.extend((found.unexplained > 0).then(|| mask::of_z(asked)).flatten());
        found.remarks.extend(describe::remark(&cases, &findings));
    }
    found
}

/// The defects that explain the failures, and what they leave open.
fn defects<T: Float>(zoo: &[Defect<T>], asked: &[Asked], cases: &[Case]) -> (Vec<Likely>, Findings) {
    let own =
        |asked: &Asked| asked.results.map(|results| results.map(|&x| T::from_f64(x))).unwrap_or_default();
    let right: Vec<RightStep<T>> =
        asked.par_iter().map(|asked| RightStep::from_own(&asked.question.problem, own(asked))).collect();
    let order = each_activation_first(cases);
    let suspects = |taken: &[usize]| -> Option<Vec<Suspect>> {
        // What a stage reads depends on the defects that change it; all else stays as it was without them.
        let (first, others) = match taken.split_first() {
            Some(_) if !zoo[*taken.last()?].changes_inputs() => return None,
            Some((first, others)) => (Some(first), others),
            None => (None, taken),
        };
        let base =
            first.map(|&first| others.iter().fold(zoo[first].clone(), |all, &at| all.and(zoo[at].clone())));
        let suspect = |(at, defect): (usize, &Defect<T>)| {
            let both = base.as_ref().map(|base| base.clone().and(defect.clone()));
            let matches = matches(&Answers::of(both.as_ref().unwrap_or(defect), &right), cases, &order)?;
            Some(Suspect {
                defect: at,
                family: defect.family.clone(),
                hides: defect.hides_results(),
                matches,
            })
        };
        let remaining = zoo.par_iter().enumerate().filter(|(at, _)| !taken.contains(at));
        Some(remaining.filter_map(suspect).collect())
    };
    let (named, findings) = peel::peel(cases, suspects);
    let candidate = |(at, explains): (usize, usize)| {
        let Defect { id, equation, says, .. } = &zoo[at];
        Candidate { id: id.clone(), equation: *equation, says: says.clone(), explains }
    };
    let likely = |Named { suspects, cases: explained }: Named| Likely {
        candidates: suspects.into_iter().take(MOST).map(candidate).collect(),
        cases: explained.into_iter().map(|at| asked[cases[at].index].id.into()).collect(),
    };
    (named.into_iter().map(likely).collect(), findings)
}

/// What a defect makes of the findings; `None` if it is contradicted.
fn matches<T: Float>(answers: &Answers<T>, cases: &[Case], order: &[usize]) -> Option<Vec<(usize, Match)>> {
    let hides = answers.defect.hides_results();
    let mut of_case: Vec<Vec<Match>> = vec![Vec::new(); cases.len()];
    for &at in order {
        let (case, wrong) = (&cases[at], answers.on(&cases[at]));
        if case.contradicts(&wrong) {
            return None;
        }
        of_case[at] = case.matches(&wrong, hides);
    }
    let all = of_case.into_iter().flatten().enumerate();
    Some(all.filter(|(_, found)| !found.matched.is_empty() || !found.conflicts.is_empty()).collect())
}

/// The cases, the smallest of each activation first: most defects are soon contradicted by them.
fn each_activation_first(cases: &[Case]) -> Vec<usize> {
    let size = |at: &usize| {
        let problem = &cases[*at].question.problem;
        (problem.m() + problem.n_next()) * problem.n() + problem.m() * problem.n_next()
    };
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(size);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let rank = |at: &usize| {
        let rank = seen.entry(cases[*at].question.problem.activation().name()).or_default();
        *rank += 1;
        *rank
    };
    let ranks: Vec<usize> = order.iter().map(rank).collect();
    let mut ranked: Vec<(usize, usize)> = ranks.into_iter().zip(order).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, at)| at).collect()
}

/// What a defect changes, computed on demand; one that keeps state is asked in the order of the run.
struct Answers<'a, T> {
    defect: &'a Defect<T>,
    right: &'a [RightStep<'a, T>],
    replayed: RefCell<(Memory<T>, Vec<Results>)>,
}

impl<'a, T: Float> Answers<'a, T> {
    fn of(defect: &'a Defect<T>, right: &'a [RightStep<'a, T>]) -> Self {
        Answers { defect, right, replayed: RefCell::default() }
    }

    fn on(&self, case: &Case) -> Results {
        if !self.defect.is_stateful() {
            return self.changes(&self.right[case.index], &mut Memory::new());
        }
        let (memory, replayed) = &mut *self.replayed.borrow_mut();
        for right in self.right.get(replayed.len()..=case.index).unwrap_or_default() {
            replayed.push(self.changes(right, memory));
        }
        replayed[case.index].clone()
    }

    fn changes(&self, right: &RightStep<T>, memory: &mut Memory<T>) -> Results {
        self.defect.changes(right, memory).into_iter().collect::<Results<T>>().map(|&x| x.into())
    }
}
