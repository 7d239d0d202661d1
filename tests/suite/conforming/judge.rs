//! The cases with their expected results, a draw of a conforming implementation, and the tolerance's judgment of
//! it.

use super::freedom::Freedom;
use super::machine::{Defect, Machine};
use super::step::step;
use crate::solved::{SOLVED, Solved};
use dropout_oracle::number::Arithmetic;
use dropout_oracle::oracle::tolerance::{Bound, tolerance};
use dropout_oracle::problem::{Activation, Problem, activation::ScalarActivation};
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::Quantity;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::OnceLock;

/// A case of the catalogue, what is expected, and how far each arithmetic may be off.
pub struct Case {
    pub id: String,
    pub problem: Problem,
    pub expected: Step<f64>,
    /// In the order of [`Arithmetic::ALL`].
    pub tolerances: Vec<Step<Bound>>,
}

/// Every core case.
pub fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let case = |solved: &Solved| {
            let (problem, expected) = (solved.problem.clone(), solved.solution.expected.clone());
            let tolerances = Arithmetic::ALL.map(|arithmetic| tolerance(&problem, &expected, arithmetic));
            Case { id: solved.entry.id.clone(), problem, expected, tolerances: tolerances.into() }
        };
        SOLVED.par_iter().map(case).collect()
    })
}

/// One implementation on one case.
#[derive(Clone, Copy)]
pub struct Draw {
    pub case: &'static Case,
    /// The place in [`Arithmetic::ALL`].
    pub arithmetic: usize,
    /// The number of the draw among those of the same case and arithmetic.
    pub number: u64,
}

/// The place of an arithmetic in [`Arithmetic::ALL`].
pub fn place(arithmetic: Arithmetic) -> usize {
    Arithmetic::ALL.iter().position(|each| *each == arithmetic).expect("one of them")
}

/// The draws with these numbers of each case in each arithmetic.
pub fn draws(numbers: Range<u64>) -> impl ParallelIterator<Item = Draw> {
    cases().par_iter().flat_map_iter(move |case| {
        let numbers = numbers.clone();
        let numbered = (0..Arithmetic::ALL.len()).map(move |arithmetic| (arithmetic, numbers.clone()));
        numbered.flat_map(move |(arithmetic, numbers)| {
            numbers.map(move |number| Draw { case, arithmetic, number })
        })
    })
}

/// An element that a tolerance judges.
pub struct Judged {
    pub quantity: Quantity,
    pub index: usize,
    pub computed: f64,
    pub expected: f64,
    pub bound: f64,
}

impl Judged {
    /// |error| / tolerance: 0 where both are, infinite where only the tolerance is.
    pub fn reach(&self) -> f64 {
        let error = (self.computed - self.expected).abs();
        if error == 0.0 {
            0.0
        } else if error.is_nan() {
            f64::INFINITY
        } else {
            error / self.bound
        }
    }
}

impl Draw {
    pub fn arithmetic(&self) -> Arithmetic {
        Arithmetic::ALL[self.arithmetic]
    }

    pub fn freedom(&self) -> Freedom {
        Freedom::drawn(self.arithmetic(), self.stream())
    }

    /// A number of the draw's own.
    pub fn stream(&self) -> u64 {
        let digits = [self.number, self.arithmetic as u64];
        digits.iter().fold(self.case.stream(), |stream, digit| stream.wrapping_mul(31).wrapping_add(*digit))
    }

    /// The results of an implementation with these freedoms, and perhaps a defect.
    pub fn run(&self, freedom: Freedom, defect: Option<Defect>) -> Step<f64> {
        step(&Machine::new(self.arithmetic(), freedom, defect), &self.case.problem)
    }

    /// The elements of one result; `None` where one is not judged.
    pub fn judged(&self, results: &Step<f64>, quantity: Quantity) -> Vec<Option<Judged>> {
        let Case { expected, tolerances, .. } = self.case;
        let cells = results.cells(quantity).iter().zip(expected.cells(quantity));
        let bounds = tolerances[self.arithmetic].cells(quantity);
        let judged = |(index, ((&computed, &expected), bound)): (usize, ((&f64, &f64), &Bound))| {
            bound.ok().map(|bound| Judged { quantity, index, computed, expected, bound })
        };
        cells.zip(bounds).enumerate().map(judged).collect()
    }

    /// The worst element of the first result with an element that exceeds its tolerance.
    pub fn failure(&self, results: &Step<f64>) -> Option<Judged> {
        Quantity::ALL.into_iter().find_map(|quantity| {
            let judged = self.judged(results, quantity).into_iter().flatten();
            let beyond = judged.filter(|judged| judged.reach() > 1.0);
            beyond.max_by(|one, other| one.reach().total_cmp(&other.reach()))
        })
    }

    /// Everything needed to rerun the draw and look at the element.
    pub fn report(&self, judged: &Judged) -> String {
        let Judged { quantity, index, computed, expected, bound } = judged;
        format!(
            "{} in {}, draw {}: {} = {computed:e}, expected {expected:e}, off by {:e}, tolerance {bound:e}: {:.3} of it\n  {:?}",
            self.case.id,
            self.arithmetic(),
            self.number,
            self.case.expected.path(*quantity, *index),
            (computed - expected).abs(),
            judged.reach(),
            self.freedom(),
        )
    }
}

impl Case {
    /// Whether some z may be computed on either side of a kink of its activation.
    pub fn stands_on_kink(&self, arithmetic: usize) -> bool {
        let kinked = |unit: &ScalarActivation| {
            matches!(
                unit,
                ScalarActivation::Relu | ScalarActivation::LeakyRelu { .. } | ScalarActivation::Elu { .. }
            )
        };
        let units = match self.problem.activation() {
            Activation::Elementwise(unit) => kinked(unit),
            Activation::PerUnit(units) => units.iter().any(kinked),
            _ => false,
        };
        let z = self.expected.cells(Quantity::Z).iter();
        let bounds = self.tolerances[arithmetic].cells(Quantity::Z);
        units && z.zip(bounds).any(|(z, bound)| bound.is_ok_and(|bound| z.abs() <= bound))
    }

    /// A number of the case's own, so that no case moves the draws of another.
    fn stream(&self) -> u64 {
        self.id.bytes().fold(0, |stream: u64, byte| stream.wrapping_mul(131).wrapping_add(byte.into()))
    }
}
