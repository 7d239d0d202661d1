//! How much a run means: which known defects the judged cases would catch in a layer like the subject, and what it
//! would take to catch the others.
//!
//! Read [`Coverage::of`]. A defect is caught by a case as in the kill matrix, but in the subject's arithmetic, on the
//! question as it was asked, and in the results that the subject returns.

use super::cases;
use super::exchange;
use super::judge::question::{Question, Solved};
use super::subject::{About, MaskSource};
use crate::cases::{Profile, SMOKE};
use crate::number::Format;
use crate::problem::activation::PER_UNIT;
use crate::trace::Quantity;
use crate::zoo::context::RightStep;
use crate::zoo::distance::{CAUGHT, of_result, results};
use crate::zoo::{self, Defect, Float};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which known defects the judged cases would catch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// The number of known defects; 0 if no question that was judged is small enough to run them on.
    pub known: usize,
    /// The number of those that the judged cases catch.
    pub caught: usize,
    /// What it would take to catch others, and how many; empty if cases were left out of the run.
    pub needs: BTreeMap<String, usize>,
}

impl Coverage {
    /// The coverage of the questions that were judged, of those on which the whole zoo can be run. If `is_whole`, no case was left out of the run.
    pub fn of(about: &About, judged: &[&Question], is_whole: bool) -> Self {
        match about.arithmetic.storage {
            Format::F64 => of(&zoo::all::<f64>(), about, judged, is_whole),
            _ => of(&zoo::all::<f32>(), about, judged, is_whole),
        }
    }
}

fn of<T: Float>(zoo: &[Defect<T>], about: &About, judged: &[&Question], is_whole: bool) -> Coverage {
    let outputs = &about.supports.outputs;
    // The smoke profile catches most defects, so it goes first.
    let smoke: Vec<_> =
        cases::of(Profile::Smoke).into_iter().map(|case| about.supports.fit(&case.problem)).collect();
    let (first, others): (Vec<&Question>, _) =
        judged.iter().copied().partition(|question| smoke.contains(&question.problem));
    let questions: Vec<Judged<T>> = first.into_par_iter().chain(others).filter_map(Judged::of).collect();
    if questions.is_empty() && !judged.is_empty() {
        return Coverage::default();
    }
    let missed: Vec<&Defect<T>> = zoo
        .par_iter()
        .filter(|defect| !questions.iter().any(|question| question.catches(defect, outputs)))
        .collect();
    let needs = if is_whole { needs(&missed, about) } else { BTreeMap::new() };
    Coverage { known: zoo.len(), caught: zoo.len() - missed.len(), needs }
}

/// A question that has an answer, and the right step on it.
struct Judged<'a, T> {
    solved: &'a Solved,
    right: RightStep<'a, T>,
}

impl<'a, T: Float> Judged<'a, T> {
    fn of(question: &'a Question) -> Option<Self> {
        if !zoo::is_affordable(&question.problem) {
            return None;
        }
        Some(Judged { solved: question.solved().ok()?, right: RightStep::of(&question.problem) })
    }

    /// Whether a defect makes some result wrong that the subject returns.
    fn catches(&self, defect: &Defect<T>, outputs: &[Quantity]) -> bool {
        let Solved { expected, bounds } = self.solved;
        let results = results(defect, &self.right);
        outputs.iter().any(|&quantity| of_result(expected, bounds, &results, quantity) >= CAUGHT)
    }
}

/// A subject that supports more.
type More = (String, About);

/// For each missed defect, the first thing that would be enough to catch it; none if it shows in no layer of this
/// arithmetic.
fn needs<T: Float>(missed: &[&Defect<T>], about: &About) -> BTreeMap<String, usize> {
    let more = more(about);
    let smoke = cases::of(Profile::Smoke);
    let questions = |about: &About| -> Vec<Arc<Question>> {
        smoke.par_iter().filter_map(|case| exchange::question(about, case).ok()).collect()
    };
    let questions: Vec<Vec<Arc<Question>>> = more.iter().map(|(_, about)| questions(about)).collect();
    let questions: Vec<Vec<Judged<T>>> = questions
        .iter()
        .map(|asked| asked.par_iter().filter_map(|question| Judged::of(question)).collect())
        .collect();
    let need = |defect: &&Defect<T>| {
        let enough = |((_, about), questions): (&More, &Vec<Judged<T>>)| {
            questions.iter().any(|question| question.catches(defect, &about.supports.outputs))
        };
        more.iter().zip(&questions).position(|(more, questions)| enough((more, questions)))
    };
    let mut needs = BTreeMap::new();
    for at in missed.par_iter().filter_map(need).collect::<Vec<_>>() {
        *needs.entry(more[at].0.clone()).or_default() += 1;
    }
    needs
}

/// The subject with one more ability each, then with all of them.
fn more(about: &About) -> Vec<More> {
    let mut more: Vec<More> = Vec::new();
    let mut with = |name: String, change: &dyn Fn(&mut About)| {
        let mut other = about.clone();
        change(&mut other);
        if other != *about {
            more.push((name, other));
        }
    };
    with("keep probabilities per unit".into(), &|about| about.supports.per_unit_p = true);
    with("a bias".into(), &|about| {
        about.supports.bias = true;
        about.supports.outputs = with_all(&about.supports.outputs, &[Quantity::Db]);
    });
    with("the given mask".into(), &|about| about.supports.mask = MaskSource::Given);
    for quantity in Quantity::ALL {
        with(quantity.name().into(), &|about| {
            about.supports.outputs = with_all(&about.supports.outputs, &[quantity]);
        });
    }
    with(format!("another activation, or {PER_UNIT}"), &|about| about.supports.activations = None);
    with("several of these".into(), &|about| {
        about.supports.activations = None;
        about.supports.per_unit_p = true;
        about.supports.bias = true;
        about.supports.mask = MaskSource::Given;
        about.supports.outputs = Quantity::ALL.to_vec();
    });
    more
}

fn with_all(outputs: &[Quantity], more: &[Quantity]) -> Vec<Quantity> {
    Quantity::ALL
        .into_iter()
        .filter(|quantity| outputs.contains(quantity) || more.contains(quantity))
        .collect()
}

/// Whether these are at least all cases of the smoke profile.
pub fn is_whole(cases: &[cases::Case]) -> bool {
    SMOKE.lines().all(|id| cases.iter().any(|case| case.id == id))
}
