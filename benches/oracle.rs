//! Expected values: one step of the oracle, including its proof of correct rounding.
//!
//! `cargo bench --bench oracle`.

use dropout_oracle::oracle;
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Inputs, Problem, mask};

fn main() {
    divan::main();
}

/// m, n and n_next.
type Shape = (usize, usize, usize);
const SHAPES: [Shape; 3] = [(3, 5, 4), (8, 16, 12), (32, 32, 32)];

/// Short dyadic inputs, as in the fixtures, and keep probabilities that are not dyadic.
fn problem((m, n, n_next): Shape, activation: Activation) -> Problem {
    let mut words = mask::words([0; 32], 0);
    let mut number = || (words.next().expect("endless") >> 56) as f64 / 64.0 - 2.0;
    let mut rows =
        |rows: usize, cols: usize| (0..rows).map(|_| (0..cols).map(|_| number()).collect()).collect();
    let (a, w, da_next): (Vec<Vec<f64>>, _, _) = (rows(m, n), rows(n, n_next), rows(m, n_next));
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
