//! One case that is compared: which elements are wrong by themselves, and whether a defect makes them so.
//!
//! Each result is seen alone: as its equation yields it from the subject's own earlier results. So two defects in
//! different places do not hide each other, and a defect that leaves a stage unchanged says nothing about it.

use super::Asked;
use super::allowance::Allowance;
use super::stage::{Sides, Stage};
use crate::conform::judge::question::{Question, Solved};
use crate::grid::Grid;
use crate::oracle::tolerance::derive;
use crate::trace::{Misshapen, Quantity, Results};
use std::cell::OnceCell;

/// A case that is compared.
#[derive(Debug)]
pub struct Case<'a> {
    /// Its index among the questions.
    pub index: usize,
    /// The question.
    pub question: &'a Question,
    /// The right answer.
    pub solved: &'a Solved,
    /// The subject's results.
    pub results: &'a Results,
    /// Whether all results are within their tolerances.
    pub passed: bool,
    /// What is wrong by itself.
    pub findings: Vec<Finding>,
    stages: Vec<Stage<'a>>,
}

/// Wrong elements of one result that no earlier result explains; of A_next and dZ, those of one activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The result.
    pub quantity: Quantity,
    /// The activation, of A_next and dZ.
    pub activation: Option<&'static str>,
    /// The indices of the wrong elements; a single 0 if the shape is wrong.
    pub elements: Vec<usize>,
    /// Whether the subject computes with it, if a later result shows that.
    pub used: Option<bool>,
}

/// What a defect makes of a finding.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// The positions, among its elements, at which the defect's results equal the subject's.
    pub matched: Vec<usize>,
    /// Those at which the defect is wrong in another way.
    pub conflicts: Vec<usize>,
    /// The distance of the most wrong element from the defect's, relative to its error.
    pub way: f64,
    /// Whether a later result shows that the subject computes with what it returns, and the defect does not, or the
    /// other way round. That decides between two defects that are alike otherwise.
    pub is_doubtful: bool,
}

impl<'a> Case<'a> {
    /// The case, if it was answered and judged.
    pub fn of(index: usize, asked: &Asked<'a>) -> Option<Self> {
        let mut case = Self::without_causes(index, asked)?;
        if !case.passed {
            case.see_stages_alone();
        }
        Some(case)
    }

    /// The same without what is wrong by itself, which costs the time and memory of another step to find.
    pub fn without_causes(index: usize, &Asked { question, results, .. }: &Asked<'a>) -> Option<Self> {
        let (results, solved) = (results?, question.solved().ok()?);
        let mut case =
            Case { index, question, solved, results, passed: true, findings: vec![], stages: vec![] };
        let Solved { expected, bounds } = solved;
        for quantity in results.quantities() {
            match results.shaped(quantity, expected.shape(quantity)) {
                Ok(got) => {
                    let values = expected.cells(quantity).into();
                    let expected = Sides { values, bounds: bounds.cells(quantity).into() };
                    case.stages.push(Stage { quantity, got, right: expected.clone(), expected });
                }
                Err(Misshapen::Missing) => {}
                Err(_) => {
                    case.findings.push(Finding { quantity, activation: None, elements: vec![0], used: None })
                }
            }
        }
        case.passed =
            case.findings.is_empty() && case.stages.iter().all(|stage| stage.wrong().next().is_none());
        Some(case)
    }

    /// Replaces the right results by those that follow from the subject's own, and collects what is wrong then.
    fn see_stages_alone(&mut self) {
        let Question { problem, arithmetic, .. } = self.question;
        let expected = &self.solved.expected;
        let own = |quantity: Quantity| self.results.shaped(quantity, expected.shape(quantity)).ok();
        let finite = |quantity, at: usize| Some(own(quantity)?.cells()[at]).filter(|x| x.is_finite());
        let is_finite = |quantity: &Quantity| {
            own(*quantity).is_none_or(|grid| grid.cells().iter().all(|x| x.is_finite()))
        };
        let derived = OnceCell::new();
        let mut findings: Vec<Finding> = Vec::new();
        let mut rights = Vec::new();
        for stage in &self.stages {
            let Stage { quantity, got, .. } = *stage;
            // Where what it reads is right, it is what is expected.
            let inherits = quantity.reads().iter().any(|read| self.is_wrong(*read));
            let right = if inherits {
                let derived = derived.get_or_init(|| derive(problem, expected, &finite, *arithmetic));
                let cells = || derived.cells(quantity).iter();
                let values = cells().map(|derived| derived.value).collect();
                Sides { values, bounds: cells().map(|derived| derived.bound()).collect() }
            } else {
                stage.expected.clone()
            };
            let is_own = |&at: &usize| !right.is_right(at, got.cells()[at]);
            if quantity.reads().iter().all(is_finite) {
                for at in stage.wrong().filter(is_own) {
                    self.add(&mut findings, quantity, at);
                }
            }
            rights.push(right);
        }
        self.stages.iter_mut().zip(rights).for_each(|(stage, right)| stage.right = right);
        for finding in &mut findings {
            finding.used = self.is_used(finding.quantity);
        }
        self.findings.extend(findings);
    }

    /// Whether an element of a result is beyond its tolerance.
    fn is_wrong(&self, quantity: Quantity) -> bool {
        self.stages.iter().any(|stage| stage.quantity == quantity && stage.wrong().next().is_some())
    }

    /// Whether a later result follows from a wrong one, or from the right one.
    fn is_used(&self, wrong: Quantity) -> Option<bool> {
        let follows = |stage: &Stage| {
            let reads = stage.quantity.reads();
            if !reads.contains(&wrong) || reads.iter().any(|read| *read != wrong && self.is_wrong(*read)) {
                return None;
            }
            stage.got.cells().iter().enumerate().find_map(|(at, &got)| {
                let (right, expected) = (&stage.right, &stage.expected);
                match (right.is_right(at, got), expected.is_right(at, got)) {
                    (true, false) if expected.is_far(at, got) => Some(true),
                    (false, true) if right.is_far(at, got) => Some(false),
                    _ => None,
                }
            })
        };
        self.stages.iter().find_map(follows)
    }

    fn add(&self, findings: &mut Vec<Finding>, quantity: Quantity, at: usize) {
        let problem = &self.question.problem;
        let g = problem.activation();
        let activation = matches!(quantity, Quantity::ANext | Quantity::Dz)
            .then(|| g.scalar(at % problem.n_next()).map_or(g.name(), |scalar| scalar.name()));
        let same = |finding: &&mut Finding| (finding.quantity, finding.activation) == (quantity, activation);
        match findings.iter_mut().find(same) {
            Some(finding) => finding.elements.push(at),
            None => findings.push(Finding { quantity, activation, elements: vec![at], used: None }),
        }
    }

    /// The shape of a finding's result, and the value that the subject returned and the right one for one of its
    /// elements; `None` if the shape is wrong.
    pub fn at(&self, finding: &Finding, position: usize) -> Option<((usize, usize), f64, f64)> {
        let stage = self.stages.iter().find(|stage| stage.quantity == finding.quantity)?;
        let at = finding.elements[position];
        Some((stage.got.shape(), stage.got.cells()[at], stage.right.values[at]))
    }

    /// The subject's elements beyond their tolerances.
    pub fn wrong_values(&self) -> impl Iterator<Item = f64> {
        self.stages.iter().flat_map(|stage| stage.wrong().map(|at| stage.got.cells()[at]))
    }

    /// Whether an element is right that these results make wrong.
    pub fn contradicts(&self, wrong: &Results) -> bool {
        self.stages.iter().filter(|stage| wrong.has(stage.quantity)).any(|stage| {
            let sides = [&stage.right, &stage.expected];
            let is_right = |at: usize, got: f64| sides.iter().any(|sides| sides.is_right(at, got));
            let mut got = stage.got.cells().iter().copied().enumerate();
            let Ok(grid) = wrong.shaped(stage.quantity, stage.got.shape()) else {
                return got.any(|(at, got)| is_right(at, got));
            };
            let allowance = self.allowance(stage.quantity, &stage.right, grid);
            got.any(|(at, got)| {
                let wrong = grid.cells()[at];
                let far = |sides: &&Sides| sides.is_far(at, wrong);
                is_right(at, got)
                    && sides.iter().all(far)
                    && !allowance.is_same(wrong, got, stage.right.bounds[at])
            })
        })
    }

    /// What these results make of each finding. `hides` says that the defect does not compute with
    /// what it returns.
    pub fn matches(&self, wrong: &Results, hides: bool) -> Vec<Match> {
        let of = |finding: &Finding| match finding.used {
            _ if !wrong.has(finding.quantity) => Match::default(),
            Some(used) => Match { is_doubtful: used == hides, ..self.matched(finding, wrong) },
            None => self.matched(finding, wrong),
        };
        self.findings.iter().map(of).collect()
    }

    fn matched(&self, finding: &Finding, wrong: &Results) -> Match {
        let mut found = Match::default();
        let Some(stage) = self.stages.iter().find(|stage| stage.quantity == finding.quantity) else {
            if self.is_same_shape(finding.quantity, wrong) {
                found.matched.push(0);
            }
            return found;
        };
        let Ok(grid) = wrong.shaped(finding.quantity, stage.got.shape()) else {
            return Match { conflicts: (0..finding.elements.len()).collect(), ..found };
        };
        let (right, allowance) = (&stage.right, self.allowance(stage.quantity, &stage.right, grid));
        // The largest error of those that are alike, in tolerances: in short formats, where small errors all lie within
        // a few of them, the distance from it tells defects apart.
        let mut largest = (0.0, 0.0);
        for (position, &at) in finding.elements.iter().enumerate() {
            let (got, wrong) = (stage.got.cells()[at], grid.cells()[at]);
            if allowance.is_same(wrong, got, right.bounds[at]) {
                found.matched.push(position);
                let error = (got - right.values[at]).abs();
                let size = (right.ratio(at, got).unwrap_or_default(), error);
                if size > largest {
                    largest = size;
                    found.way = if error.is_finite() { (got - wrong).abs() / error } else { 0.0 };
                }
            } else if [right, &stage.expected].iter().all(|sides| sides.is_far(at, wrong)) {
                found.conflicts.push(position);
            }
        }
        if found.way > 0.5 {
            found.matched.clear();
        }
        found
    }

    fn allowance(&self, quantity: Quantity, right: &Sides, wrong: &Grid<f64>) -> Allowance {
        let Question { problem, arithmetic, .. } = self.question;
        let upstream = problem.inputs().da_next.cells().iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let factor = if quantity == Quantity::Dz { upstream } else { 0.0 };
        Allowance::of(arithmetic.storage, &right.values, wrong.cells(), factor)
    }

    /// Whether a result of the wrong shape equals the subject's. An entry may combine all entries of the right result.
    fn is_same_shape(&self, quantity: Quantity, wrong: &Results) -> bool {
        let Ok(got) = self.results.shaped(quantity, wrong[quantity].shape()) else { return false };
        let Solved { expected, bounds } = self.solved;
        let expected =
            Sides { values: expected.cells(quantity).into(), bounds: bounds.cells(quantity).into() };
        let allowance = self.allowance(quantity, &expected, &wrong[quantity]);
        let all = bounds.cells(quantity).iter().flatten().sum();
        wrong[quantity]
            .cells()
            .iter()
            .zip(got.cells())
            .all(|(&wrong, &got)| allowance.is_same(wrong, got, Ok(all)))
    }
}
