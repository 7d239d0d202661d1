//! The tolerances of a large step, beside the step itself on plain doubles.
//!
//! `cargo bench --bench tolerance`. The figure to watch is the time of the tolerances over that of the step at
//! 256 × 1024 × 1024 with softmax, both on one thread and both on all; the goal is 5 in each arithmetic. The names of other
//! activations may follow, as in `cargo bench --bench tolerance -- gelu cumulative_sum`.

mod turns;

use dropout_oracle::grid::Grid;
use dropout_oracle::matrix;
use dropout_oracle::number::Arithmetic;
use dropout_oracle::oracle::tolerance::tolerance;
use dropout_oracle::problem::{Activation, Inputs, Problem, mask};
use std::env;
use std::hint::black_box;
use turns::{median, seconds};

/// m, n and n_next.
const LARGE: (usize, usize, usize) = (256, 1024, 1024);

fn main() {
    let named: Vec<String> = env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_named = |g: &Activation| match named.as_slice() {
        [] => g.name() == "softmax",
        named => named.iter().any(|name| name == g.name()),
    };
    Activation::all().filter(is_named).for_each(|activation| ratios(&problem(activation)));
}

/// Inputs of usual sizes that no format represents, from the named generator.
fn problem(activation: Activation) -> Problem {
    let (m, n, n_next) = LARGE;
    let mut words = mask::words([0; 32], 0);
    let mut number = || (words.next().expect("endless") >> 32) as f64 / (1u64 << 31) as f64 - 1.0;
    let mut grid = |rows: usize, cols: usize, scale: f64| {
        Grid::from_cells(rows, cols, (0..rows * cols).map(|_| scale * number()).collect())
    };
    let (a, w, da_next) = (grid(m, n, 1.0), grid(n, n_next, 0.06), grid(m, n_next, 1.0));
    let b = grid(1, n_next, 1.0).cells().to_vec().into();
    let keep_prob: Vec<f64> = (0..n).map(|k| (k % 8 + 3) as f64 / 10.0).collect();
    let r = mask::r(m, &keep_prob, mask::words([0; 32], 1));
    let inputs = Inputs { a, keep_prob: keep_prob.into(), r, w, b, da_next };
    Problem::from_grids(&inputs, activation).expect("a valid problem")
}

/// Both are timed in turn.
fn ratios(problem: &Problem) {
    let inputs = matrix::inputs(problem.inputs());
    let step = || matrix::step(&inputs, problem.activation());
    // The step on doubles stands for the expected values: to the bounds, only their sizes matter.
    let expected = matrix::to_grids(&step());
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    for arithmetic in Arithmetic::ALL {
        let bounds = || drop(black_box(tolerance(problem, &expected, arithmetic)));
        let works: [&dyn Fn(); 4] = [
            &|| one.install(|| drop(black_box(step()))),
            &|| one.install(bounds),
            &|| drop(black_box(step())),
            &bounds,
        ];
        let turns: Vec<[f64; 4]> = (0..9).map(|_| works.map(seconds)).collect();
        let time = |at: usize| median(&turns, |turn| turn[at]) * 1e3;
        println!(
            "{} in {arithmetic}, one thread and all: step {:.0} and {:.0} ms, tolerances {:.0} and {:.0} ms: {:.2} and {:.2}",
            problem.activation().name(),
            time(0),
            time(2),
            time(1),
            time(3),
            median(&turns, |turn| turn[1] / turn[0]),
            median(&turns, |turn| turn[3] / turn[2])
        );
    }
}
