//! Expected values: one step of the oracle, including its proof of correct rounding.
//!
//! `cargo bench --bench oracle`. It begins with what the proof costs at the shapes of kernels: `ratio` times the oracle
//! and the plain step on doubles in turn, on one thread and on all, and prints how much longer the oracle takes. The
//! goal is 12 on one thread. `benches/arb.py` times the same products and exponentials in Arb.

mod turns;

use dropout_oracle::matrix;
use dropout_oracle::oracle;
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Inputs, Problem, mask};
use std::hint::black_box;
use turns::{median, seconds};

fn main() {
    for shape in [(64, 64, 64), (64, 1024, 1024), (256, 1024, 1024)] {
        ratio(shape);
    }
    divan::main();
}

/// The oracle over the plain step, both timed in turn.
fn ratio(shape: Shape) {
    let g = Activation::Coupled(CoupledActivation::Softmax);
    let problem = problem(shape, g.clone());
    let inputs = matrix::inputs(problem.inputs());
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let works: [&dyn Fn(); 3] = [
        &|| one.install(|| drop(black_box(matrix::step(&inputs, &g)))),
        &|| one.install(|| drop(black_box(oracle::expected(&problem)))),
        &|| drop(black_box(oracle::expected(&problem))),
    ];
    let turns: Vec<[f64; 3]> = (0..7).map(|_| works.map(seconds)).collect();
    println!(
        "{shape:?}: plain {:.1} ms, oracle {:.0} ms: {:.1} times as long; {:.2} times as fast on all threads",
        median(&turns, |turn| turn[0]) * 1e3,
        median(&turns, |turn| turn[1]) * 1e3,
        median(&turns, |turn| turn[1] / turn[0]),
        median(&turns, |turn| turn[1] / turn[2]),
    );
}

/// m, n and n_next.
type Shape = (usize, usize, usize);
const SHAPES: [Shape; 3] = [(3, 5, 4), (8, 16, 12), (32, 32, 32)];

/// Inputs with all bits of a double, with Z of order 1, and keep probabilities that are not dyadic.
fn problem((m, n, n_next): Shape, activation: Activation) -> Problem {
    let mut words = mask::words([0; 32], 0);
    let mut number = || (words.next().expect("endless") >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
    let mut rows = |rows: usize, cols: usize, scale: f64| {
        (0..rows).map(|_| (0..cols).map(|_| number() * scale).collect()).collect()
    };
    let (a, w, da_next): (Vec<Vec<f64>>, _, _) =
        (rows(m, n, 1.0), rows(n, n_next, 1.0 / (n as f64).sqrt()), rows(m, n_next, 1.0));
    let keep_prob: Vec<f64> = (0..n).map(|k| (k % 8 + 3) as f64 / 10.0).collect();
    let mask = mask::r(m, &keep_prob, mask::words([0; 32], 1));
    let r = (0..m).map(|i| mask.row(i).to_vec()).collect();
    let inputs = Inputs { a, keep_prob, r, w, b: vec![0.25; n_next], da_next };
    Problem::new(inputs, activation).expect("a valid problem")
}

#[divan::bench(args = SHAPES, sample_count = 10)]
fn relu(bencher: divan::Bencher, shape: Shape) {
    let problem = problem(shape, Activation::Elementwise(ScalarActivation::Relu));
    bencher.bench(|| oracle::expected(&problem));
}

#[divan::bench(args = SHAPES, sample_count = 10)]
fn softmax(bencher: divan::Bencher, shape: Shape) {
    let problem = problem(shape, Activation::Coupled(CoupledActivation::Softmax));
    bencher.bench(|| oracle::expected(&problem));
}

#[divan::bench(args = SHAPES, sample_count = 10)]
fn gelu(bencher: divan::Bencher, shape: Shape) {
    let problem = problem(shape, Activation::Elementwise(ScalarActivation::Gelu));
    bencher.bench(|| oracle::expected(&problem));
}
