//! How much of the zoo other ways of testing a layer catch. Each is restated in a few lines and runs on every
//! defect. The table in spec/zoo.md is checked against the results.

use crate::solved::MATRIX;
use crate::sources;
use crate::sweep;
use dropout_oracle::number::Format;
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Inputs, Problem, mask};
use dropout_oracle::trace::Quantity::{self, ANext, ATilde, Da, Db, Dw};
use dropout_oracle::trace::Results;
use dropout_oracle::zoo::context::{Memory, RightStep};
use dropout_oracle::zoo::{self, Defect};
use rayon::prelude::*;
use std::sync::LazyLock;

type Suite = (&'static str, fn(&Defect<f64>) -> bool);

const SUITES: [Suite; 5] = [
    ("home-made: A = 1, p = 1/2, softmax, J = Σ a, all results against a second implementation", home_made),
    ("random inputs, one p, against a second implementation, rtol 1e-5", second_implementation),
    ("gradient check against the layer's own forward pass", gradient_check),
    ("forward only, as ONNX's cases: rtol 1e-3, atol 1e-7", forward_only),
    ("statistical: the mean of Ã over 2,000 masks is A within 5 %", mean),
];

/// The first and the fourth, or all in the sweep.
#[test]
fn the_page_says_what_other_suites_catch() {
    let defects = zoo::all::<f64>();
    let page = sources::read("spec/zoo.md");
    let lines = SUITES.iter().step_by(sweep::one_in(3)).map(|(name, catches)| {
        let caught = defects.par_iter().filter(|defect| catches(defect)).count();
        format!("| {name} | {caught} of {} |", defects.len())
    });
    let caught =
        (0..defects.len()).filter(|&defect| !MATRIX.catching(defect, Format::F64).is_empty()).count();
    let ours = format!("| the cases of this project | {caught} of {} |", defects.len());
    let lines: Vec<String> = lines.chain([ours]).collect();
    let missing: Vec<_> = lines.iter().filter(|line| !page.contains(*line)).collect();
    assert!(missing.is_empty(), "spec/zoo.md lacks\n{lines:#?}");
}

#[test]
fn no_other_suite_rejects_the_right_step() {
    let right = Defect::new("right", 3, "", "");
    for (name, catches) in SUITES {
        assert!(!catches(&right), "{name}");
    }
}

fn home_made(defect: &Defect<f64>) -> bool {
    static CASE: LazyLock<Case> = LazyLock::new(|| {
        let ones = |rows: usize, cols: usize| vec![vec![1.0; cols]; rows];
        let drawn = inputs(1, [4, 6, 3], &[0.5]);
        let inputs = Inputs { a: ones(4, 6), da_next: ones(4, 3), ..drawn };
        Case::new(inputs, Activation::Coupled(CoupledActivation::Softmax))
    });
    CASE.differs(defect, &[ANext, Dw, Db, Da], 1e-5, 1e-8)
}

fn second_implementation(defect: &Defect<f64>) -> bool {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| drawn(2, [8, 6, 4], 0.75));
    CASES.iter().any(|case| case.differs(defect, &[ANext, Dw, Db, Da], 1e-5, 1e-8))
}

/// Central differences of J = Σ dA_next · A_next, as the layer itself computes A_next.
fn gradient_check(defect: &Defect<f64>) -> bool {
    const H: f64 = 1e-6;
    let of = |(stream, activation): (u64, Activation)| {
        let at = inputs(stream, [3, 5, 4], &[0.8, 0.35, 0.55, 0.9, 0.65]);
        let results = run(defect, &Problem::new(at.clone(), activation.clone()).unwrap());
        let j = |inputs: &Raw| {
            let a_next = &run(defect, &Problem::new(inputs.clone(), activation.clone()).unwrap())[ANext];
            a_next.cells().iter().zip(inputs.da_next.iter().flatten()).map(|(a, da)| a * da).sum::<f64>()
        };
        let slope = |nudge: &dyn Fn(&mut Raw, f64)| {
            let nudged = |by: f64| {
                let mut inputs = at.clone();
                nudge(&mut inputs, by);
                j(&inputs)
            };
            (nudged(H) - nudged(-H)) / (2.0 * H)
        };
        let numeric: [(Quantity, Vec<f64>); 3] = [
            (Dw, places(5, 4).map(|(k, j)| slope(&|inputs, by| inputs.w[k][j] += by)).collect()),
            (Db, (0..4).map(|j| slope(&|inputs, by| inputs.b[j] += by)).collect()),
            (Da, places(3, 5).map(|(i, k)| slope(&|inputs, by| inputs.a[i][k] += by)).collect()),
        ];
        numeric.iter().any(|(quantity, numeric)| !close(results[*quantity].cells(), numeric, 1e-4, 1e-6))
    };
    (10..).zip(usual_activations()).any(of)
}

fn forward_only(defect: &Defect<f64>) -> bool {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| drawn(20, [3, 4, 5], 0.5));
    CASES.iter().any(|case| case.differs(defect, &[ATilde, ANext], 1e-3, 1e-7))
}

fn mean(defect: &Defect<f64>) -> bool {
    const ROWS: usize = 2000;
    static PROBLEMS: LazyLock<[Problem; 2]> = LazyLock::new(|| {
        [0.5, 0.8].map(|p| {
            let drawn = inputs(30, [ROWS, 3, 2], &[p]);
            let inputs = Inputs { a: vec![vec![1.0; 3]; ROWS], ..drawn };
            Problem::new(inputs, Activation::Elementwise(ScalarActivation::Identity)).unwrap()
        })
    });
    PROBLEMS.iter().any(|problem| {
        let a_tilde = &run(defect, problem)[ATilde];
        let mean = a_tilde.cells().iter().sum::<f64>() / a_tilde.cells().len() as f64;
        (mean - 1.0).abs() >= 0.05 || mean.is_nan()
    })
}

type Raw = Inputs<Vec<Vec<f64>>, Vec<f64>>;

/// The activations that such tests usually run.
fn usual_activations() -> [Activation; 4] {
    let unit = Activation::Elementwise;
    [
        unit(ScalarActivation::Identity),
        unit(ScalarActivation::Relu),
        unit(ScalarActivation::Tanh),
        Activation::Coupled(CoupledActivation::Softmax),
    ]
}

/// Uniform numbers from −1 to 1, and a mask as equation 2 draws it; p repeats.
fn inputs(stream: u64, [m, n, n_next]: [usize; 3], p: &[f64]) -> Raw {
    let mut words = mask::words([7; 32], stream);
    let mut number = || (words.next().unwrap() >> 11) as f64 * 2f64.powi(-52) - 1.0;
    let mut grid = |rows: usize, cols: usize| -> Vec<Vec<f64>> {
        (0..rows).map(|_| (0..cols).map(|_| number()).collect()).collect()
    };
    let keep_prob: Vec<f64> = (0..n).map(|k| p[k % p.len()]).collect();
    Inputs {
        a: grid(m, n),
        w: grid(n, n_next),
        b: grid(1, n_next).remove(0),
        da_next: grid(m, n_next),
        r: mask::r(m, &keep_prob, mask::words([8; 32], stream)).to_rows(),
        keep_prob,
    }
}

fn run(defect: &Defect<f64>, problem: &Problem) -> Results {
    defect.step(&RightStep::of(problem), &mut Memory::new())
}

/// A problem, and what the right step makes of it.
struct Case {
    problem: Problem,
    right: Results,
}

impl Case {
    fn new(inputs: Raw, activation: Activation) -> Self {
        let problem = Problem::new(inputs, activation).unwrap();
        let right = run(&Defect::new("right", 3, "", ""), &problem);
        Case { problem, right }
    }

    fn differs(&self, defect: &Defect<f64>, of: &[Quantity], rtol: f64, atol: f64) -> bool {
        let (got, right) = (run(defect, &self.problem), &self.right);
        of.iter().any(|&quantity| {
            got[quantity].shape() != right[quantity].shape()
                || !close(got[quantity].cells(), right[quantity].cells(), rtol, atol)
        })
    }
}

/// A case in each of the usual activations, from streams that follow on the first.
fn drawn(first: u64, sizes: [usize; 3], p: f64) -> Vec<Case> {
    let case = |(stream, activation)| Case::new(inputs(stream, sizes, &[p]), activation);
    (first..).zip(usual_activations()).map(case).collect()
}

/// NumPy's allclose; NaN is close to nothing.
fn close(got: &[f64], expected: &[f64], rtol: f64, atol: f64) -> bool {
    got.len() == expected.len()
        && got
            .iter()
            .zip(expected)
            .all(|(got, expected)| (got - expected).abs() <= atol + rtol * expected.abs())
}

fn places(rows: usize, cols: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |i| (0..cols).map(move |j| (i, j)))
}
