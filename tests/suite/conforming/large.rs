//! That the tolerances of large steps hold and still catch defects: implementations of every order of summation on
//! matrices whose bounds come from products of plain matrices.
//!
//! Except in f64, the step on doubles stands for the expected values: its own error is 2^-29 of what is allowed.

use super::format::shortened;
use super::freedom::{Freedom, Order};
use super::machine::{Defect, Machine};
use super::step::step;
use crate::large_tolerance::{Kind, problem};
use crate::sweep;
use dropout_oracle::matrix;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle;
use dropout_oracle::oracle::tolerance::{Bound, ratio, tolerance};
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Problem};
use dropout_oracle::scalar::{self, Step};
use dropout_oracle::trace::Quantity;
use rayon::prelude::*;

/// Large enough for products of matrices, and small enough for every run of the tests.
const SHAPE: [usize; 3] = [16, 256, 96];

const F32: Arithmetic = Arithmetic::plain(Format::F32);
const MIXED: [Arithmetic; 2] = [
    Arithmetic { storage: Format::Bf16, accumulator: Format::F32 },
    Arithmetic { storage: Format::F16, accumulator: Format::F32 },
];
const SOFTMAX: Activation = Activation::Coupled(CoupledActivation::Softmax);
const TANH: Activation = Activation::Elementwise(ScalarActivation::Tanh);

/// A large problem, what is expected of it, and how far it may be off in one arithmetic.
struct Large {
    problem: Problem,
    expected: Step<f64>,
    bounds: Step<Bound>,
}

impl Large {
    fn new(problem: Problem, arithmetic: Arithmetic) -> Self {
        let expected = match arithmetic.storage {
            Format::F64 => oracle::expected(&problem).expect("within range"),
            _ => matrix::to_grids(&matrix::step(&matrix::inputs(problem.inputs()), problem.activation())),
        };
        let bounds = tolerance(&problem, &expected, arithmetic);
        Large { problem, expected, bounds }
    }

    fn usual(activation: Activation, arithmetic: Arithmetic) -> Self {
        Large::new(problem(SHAPE, Kind::Usual, activation, 0), arithmetic)
    }

    /// The largest error over its tolerance, of the elements that are judged.
    fn reach(&self, results: &Step<f64>, quantity: Quantity) -> f64 {
        let cells = self.expected.cells(quantity).iter().zip(results.cells(quantity));
        let judged = cells
            .zip(self.bounds.cells(quantity))
            .filter_map(|((&expected, &got), bound)| bound.ok().map(|bound| ratio(expected, got, bound)));
        judged.fold(0.0, f64::max)
    }

    /// The share of elements that are judged.
    fn judged(&self) -> f64 {
        let bounds = || Quantity::ALL.into_iter().flat_map(|quantity| self.bounds.cells(quantity));
        bounds().filter(|bound| bound.is_ok()).count() as f64 / bounds().count() as f64
    }

    #[track_caller]
    fn holds(&self, results: &Step<f64>, what: &str) {
        for quantity in Quantity::ALL {
            let reach = self.reach(results, quantity);
            assert!(
                reach <= 1.0,
                "{what}, {}: {quantity:?} reaches {reach}",
                self.problem.activation().name()
            );
        }
    }
}

fn drawn(large: &Large, freedom: Freedom, defect: Option<Defect>, arithmetic: Arithmetic) -> Step<f64> {
    step(&Machine::new(arithmetic, freedom, defect), &large.problem)
}

#[test]
fn both_forms_in_single_precision_are_within_every_tolerance_of_a_large_step() {
    for activation in [SOFTMAX, TANH] {
        let large = Large::usual(activation, F32);
        assert_eq!(large.judged(), 1.0);
        let inputs = large.problem.inputs().over::<f32>();
        let by_index = scalar::step(&inputs, large.problem.activation());
        let by_matrix = matrix::step(&matrix::inputs(&inputs), large.problem.activation());
        large.holds(&by_index.map(|&x| x.into()), "index by index");
        large.holds(&matrix::to_grids(&by_matrix).map(|&x| x.into()), "in matrix form");
    }
}

#[test]
fn conforming_implementations_of_a_large_step_never_fail() {
    let orders = [8, 32, 128, 256].map(Order::Blocks).into_iter().chain([
        Order::Lanes(16),
        Order::Pairwise,
        Order::Shuffled,
        Order::Reversed,
    ]);
    let shown = if sweep::is_on() { 8 } else { 1 };
    for (number, order) in orders.take(shown).enumerate() {
        for arithmetic in [F32].into_iter().chain(MIXED) {
            let large = Large::usual(SOFTMAX, arithmetic);
            let freedom = Freedom { order, ..Freedom::drawn(arithmetic, number as u64) };
            large.holds(&drawn(&large, freedom, None, arithmetic), &format!("{arithmetic}, {freedom:?}"));
        }
    }
}

/// Over all activations and arithmetics, so in the sweep only.
#[test]
fn conforming_implementations_of_every_large_step_never_fail() {
    let Some(draws) = sweep::draws() else { return };
    let all: Vec<_> = Activation::all()
        .flat_map(|g| Arithmetic::ALL.map(|arithmetic| (g.clone(), arithmetic)))
        .flat_map(|(g, arithmetic)| {
            [Kind::Usual, Kind::Short, Kind::Wide].map(|kind| (g.clone(), arithmetic, kind))
        })
        .collect();
    all.into_par_iter().for_each(|(g, arithmetic, kind)| {
        // In doubles, the oracle solves the problem.
        let shape = if arithmetic.storage == Format::F64 { [12, 128, 64] } else { SHAPE };
        let large = Large::new(problem(shape, kind, g, 2), arithmetic);
        for number in 0..draws {
            let freedom = Freedom::drawn(arithmetic, number);
            let what = format!("{kind:?} in {arithmetic}, {freedom:?}");
            large.holds(&drawn(&large, freedom, None, arithmetic), &what);
        }
    });
}

#[test]
fn a_term_lost_from_each_long_sum_exceeds_the_tolerance() {
    for arithmetic in [F32].into_iter().chain(MIXED) {
        let large = Large::usual(SOFTMAX, arithmetic);
        let results = drawn(&large, Freedom::plain(arithmetic), Some(Defect::LostTerm), arithmetic);
        let reach = large.reach(&results, Quantity::Z);
        assert!(reach > 1.0, "{arithmetic}: {reach}");
    }
}

/// As tensor cores do it with factors of 11 bits, for which single precision is asked.
#[test]
fn factors_cut_to_eleven_bits_exceed_the_tolerance_of_single_precision() {
    let large = Large::usual(SOFTMAX, F32);
    let inputs = large.problem.inputs();
    let cut = |x: f64| shortened(Format::F32, x, 13) as f32;
    let a_tilde = large.expected.forward.a_tilde.map(|&x| cut(x));
    let z = scalar::forward::z(&inputs.w.map(|&x| cut(x)), &a_tilde, &inputs.b.map(|&x| x as f32));
    let results = Step {
        forward: dropout_oracle::trace::Forward { z: z.map(|&x| x.into()), ..large.expected.forward.clone() },
        ..large.expected.clone()
    };
    let reach = large.reach(&results, Quantity::Z);
    assert!(reach > 1.0, "{reach}");
}
