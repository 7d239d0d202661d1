//! That the tolerances of large steps hold and still catch defects: implementations of every order of summation on
//! matrices whose bounds come from products of plain matrices.
//!
//! Except in f64, the step on doubles stands for the expected values: its own error is 2^-29 of what is allowed.

use super::format::shortened;
use super::freedom::{Accumulator, Bias, Freedom, Order};
use super::kernel::Kernel;
use super::machine::{Defect, Machine};
use super::step::step;
use crate::large_tolerance::{Kind, problem};
use crate::sweep;
use dropout_oracle::conform::judge::localise::following;
use dropout_oracle::grid::Grid;
use dropout_oracle::matrix;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle;
use dropout_oracle::oracle::tolerance::{Bound, is_large, ratio, tolerance};
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Problem};
use dropout_oracle::scalar::{self, Step};
use dropout_oracle::trace::{Backward, Quantity};
use rayon::prelude::*;
use std::cell::LazyCell;

/// Large enough for products of matrices, and small enough for every run of the tests.
const SHAPE: [usize; 3] = [16, 256, 96];

/// The same, one with a long Σ over the outputs, and one with a long Σ over the examples.
const SHAPES: [[usize; 3]; 3] = [SHAPE, [2, 128, 320], [130, 16, 44]];

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
    arithmetic: Arithmetic,
}

impl Large {
    fn new(problem: Problem, arithmetic: Arithmetic) -> Self {
        let expected = match arithmetic.storage {
            Format::F64 => oracle::expected(&problem).expect("within range"),
            _ => matrix::to_grids(&matrix::step(&matrix::inputs(problem.inputs()), problem.activation())),
        };
        let bounds = tolerance(&problem, &expected, arithmetic);
        Large { problem, expected, bounds, arithmetic }
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

    /// For each result, the elements that do not follow from the results before it.
    fn contradictions(&self, results: &Step<f64>) -> impl Fn(Quantity) -> Vec<usize> {
        let follows = following(&self.problem, &self.expected, &results.into(), self.arithmetic);
        let excluded = follows.zip(results, |follows, &got| follows.excludes(got));
        move |quantity| {
            let cells = excluded.cells(quantity).iter().enumerate();
            cells.filter(|(_, is_excluded)| **is_excluded).map(|(at, _)| at).collect()
        }
    }

    /// That the results are within their tolerances, and that each follows from those before it.
    #[track_caller]
    fn holds(&self, results: &Step<f64>, what: &str) {
        let contradictions = self.contradictions(results);
        for quantity in Quantity::ALL {
            let at = contradictions(quantity);
            let name = self.problem.activation().name();
            assert!(at.is_empty(), "{what}, {name}: {quantity:?} does not follow at {}", at[0]);
        }
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

/// A layer that goes on with its numbers in doubles shows some of them as 0 in half precision, and they still count.
#[test]
fn what_a_layer_shows_as_zero_it_may_have_kept() {
    let arithmetic = MIXED[1];
    let sigmoid = Activation::Elementwise(ScalarActivation::Sigmoid);
    let large = Large::new(problem(SHAPE, Kind::Wide, sigmoid, 2), arithmetic);
    let freedom = Freedom { between: Format::F64, kept: true, ..Freedom::plain(arithmetic) };
    let results = drawn(&large, freedom, None, arithmetic);
    let lost = large.expected.backward.dz.cells().iter().zip(results.backward.dz.cells());
    assert!(lost.filter(|(expected, shown)| **expected != 0.0 && **shown == 0.0).count() > 0);
    large.holds(&results, "kept");
}

/// What is kept in single precision is rounded to bf16 in two steps where it is passed on, and in one where it is shown.
#[test]
fn what_is_passed_on_may_be_rounded_to_the_other_side_of_a_tie() {
    let arithmetic = MIXED[0];
    let identity = Activation::Elementwise(ScalarActivation::Identity);
    let large = Large::new(problem(SHAPES[1], Kind::Short, identity, 2), arithmetic);
    let freedom = Freedom {
        order: Order::Pairwise,
        bias: Bias::Middle,
        accumulator: Accumulator::In(Format::F64),
        parameters: Format::F64,
        between: Format::F32,
        kept: true,
        ..Freedom::plain(arithmetic)
    };
    let results = drawn(&large, freedom, None, arithmetic);
    assert!(results.forward.z != results.forward.a_next);
    large.holds(&results, "kept");
}

/// Over all activations and arithmetics, so in the sweep only; each draw has the next shape.
#[test]
fn conforming_implementations_of_every_large_step_never_fail() {
    let Some(draws) = sweep::draws() else { return };
    let all: Vec<_> = Activation::all()
        .flat_map(|g| Arithmetic::ALL.map(|arithmetic| (g.clone(), arithmetic)))
        .flat_map(|(g, arithmetic)| {
            [Kind::Usual, Kind::Short, Kind::Wide].map(|kind| (g.clone(), arithmetic, kind))
        })
        .collect();
    all.into_par_iter().enumerate().for_each(|(at, (g, arithmetic, kind))| {
        // In doubles, the oracle solves the problem. Functions that differ from their limits by 2^-7000 leave it undecided.
        let is_small = arithmetic.storage == Format::F64 && kind == Kind::Wide;
        let shapes = if is_small { [[12, 128, 64]; 3] } else { SHAPES };
        let larges = shapes.map(|shape| {
            let problem = problem(shape, kind, g.clone(), 2);
            assert_eq!(is_large(&problem), !is_small, "{shape:?}");
            LazyCell::new(move || Large::new(problem, arithmetic))
        });
        for number in 0..draws {
            let large = &larges[(at + number as usize) % SHAPES.len()];
            let freedom = Freedom::drawn(arithmetic, number);
            let sizes = [large.problem.m(), large.problem.n(), large.problem.n_next()];
            let what = format!("{kind:?} {sizes:?} in {arithmetic}, {freedom:?}");
            large.holds(&drawn(large, freedom, None, arithmetic), &what);
        }
    });
}

/// The kernels to which each problem is put.
const KERNELS: u64 = 4;

/// Fast kernels, some of which sum 300 terms in blocks of 256. With `DROPOUT_ORACLE_SWEEP=n`, n problems of every activation
/// in every shape, so 512 · n kernels.
#[test]
fn kernels_in_single_precision_never_fail() {
    let problems = sweep::draws().unwrap_or(1);
    let shapes = SHAPES.into_iter().chain([[300, 24, 20]]).step_by(sweep::one_in(4));
    let all: Vec<_> = Activation::all()
        .step_by(sweep::one_in(8))
        .flat_map(|g| shapes.clone().map(move |shape| (g.clone(), shape)))
        .flat_map(|(g, shape)| [F32, MIXED[0]].map(|arithmetic| (g.clone(), shape, arithmetic)))
        .flat_map(|drawn| (0..problems).map(move |number| (drawn.clone(), number)))
        .collect();
    all.into_par_iter().enumerate().for_each(|(at, ((g, shape, arithmetic), number))| {
        let kind = [Kind::Usual, Kind::Short, Kind::Wide][number as usize % 3];
        let large = Large::new(problem(shape, kind, g, 2 * number), arithmetic);
        assert!(is_large(&large.problem), "{shape:?}");
        for kernel in 0..KERNELS {
            let kernel = Kernel::drawn(arithmetic.storage, at as u64 * KERNELS + kernel);
            large.holds(&kernel.step(&large.problem), &format!("{kind:?} {shape:?}, {kernel:?}"));
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

/// In short formats the worst cases of dW and dA are as large as their values, so that only the results before them show
/// what is wrong: a row of dA half as large again, and a tenth of dW that is lost.
#[test]
fn what_is_within_every_tolerance_contradicts_the_results_before_it() {
    for arithmetic in MIXED {
        let large = Large::usual(SOFTMAX, arithmetic);
        let right = drawn(&large, Freedom::plain(arithmetic), None, arithmetic);
        let is_row = |at: &usize| at / SHAPE[1] == 3;
        let da = &right.backward.da;
        let of_row = |i: usize, k: usize| if i == 3 { 1.5 * da.at(i, k) } else { da.at(i, k) };
        let backward = Backward {
            da: Grid::tabulate(da.rows(), da.cols(), of_row),
            dw: right.backward.dw.map(|x| 0.9 * x),
            ..right.backward.clone()
        };
        let wrong = Step { backward, ..right };
        for quantity in [Quantity::Dw, Quantity::Da] {
            assert!(large.reach(&wrong, quantity) < 1.0, "{arithmetic}, {quantity:?}");
        }
        let contradictions = large.contradictions(&wrong);
        let da = contradictions(Quantity::Da);
        let kept = (0..SHAPE[1]).filter(|&k| large.problem.inputs().r.at(3, k) != 0.0).count();
        assert!(da.iter().all(is_row) && 10 * da.len() > 9 * kept, "{arithmetic}: {} of {kept}", da.len());
        let dw = contradictions(Quantity::Dw).len();
        assert!(5 * dw > 4 * SHAPE[1] * SHAPE[2], "{arithmetic}: {dw}");
    }
}
