//! One step in both forms, and for comparison the three matrix products that no step can avoid.
//!
//! `cargo bench --bench step`. The figure to watch is the time of `matrix_form` over that of `three_products` at
//! 256 × 1024 × 1024; the goal is 1.15. `ratio` measures the two alternately and prints it. Where `python3`, or the program
//! in `DROPOUT_ORACLE_PYTHON`, has PyTorch, the step takes turns with that in `benches/pytorch.py`, too, on one thread.

mod turns;

use dropout_oracle::matrix;
use dropout_oracle::number::Number;
use dropout_oracle::problem::activation::CoupledActivation;
use dropout_oracle::problem::{Activation, Inputs, mask};
use dropout_oracle::{grid::Grid, scalar};
use std::env;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::iter::repeat_with;
use std::process::{Command, Stdio};
use turns::{median, seconds};

fn main() {
    ratio();
    beside_pytorch();
    divan::main();
}

/// m, n and n_next.
type Shape = (usize, usize, usize);
const LARGE: Shape = (256, 1024, 1024);
const SHAPES: [Shape; 3] = [(16, 32, 16), (64, 64, 64), (64, 256, 128)];

/// Inputs of every size and sign, from the named generator.
fn inputs<T: Number>((m, n, n_next): Shape) -> scalar::Inputs<T> {
    let mut words = mask::words([0; 32], 0);
    let mut number = || (words.next().expect("endless") >> 32) as f64 / (1u64 << 31) as f64 - 1.0;
    let mut cells = |count: usize| (0..count).map(|_| number()).collect::<Vec<f64>>();
    let mut grid = |rows: usize, cols: usize| {
        Grid::from_rows(cols, cells(rows * cols).chunks(cols).map(<[f64]>::to_vec).collect())
    };
    let (a, w, da_next, b) = (grid(m, n), grid(n, n_next), grid(m, n_next), grid(1, n_next));
    let keep_prob: Vec<f64> = (0..n).map(|k| (k % 8 + 3) as f64 / 10.0).collect();
    let r = mask::r(m, &keep_prob, mask::words([0; 32], 1));
    Inputs { a, keep_prob: keep_prob.into(), r, w, b: b.cells().to_vec().into(), da_next }.over()
}

#[divan::bench(args = SHAPES)]
fn scalar_form(bencher: divan::Bencher, shape: Shape) {
    let inputs = inputs::<f64>(shape);
    bencher.bench(|| scalar::step(&inputs, &Activation::Coupled(CoupledActivation::Softmax)));
}

#[divan::bench(args = [SHAPES[0], SHAPES[1], SHAPES[2], LARGE])]
fn matrix_form(bencher: divan::Bencher, shape: Shape) {
    let inputs = matrix::inputs(&inputs::<f64>(shape));
    bencher.bench(|| matrix::step(&inputs, &Activation::Coupled(CoupledActivation::Softmax)));
}

#[divan::bench(args = [SHAPES[0], SHAPES[1], SHAPES[2], LARGE])]
fn three_products(bencher: divan::Bencher, shape: Shape) {
    let products = products(&matrix::inputs(&inputs::<f64>(shape)));
    bencher.bench(products);
}

/// Ã W, Ãᵀ dZ and dZ Wᵀ, as written by hand. For the second, `transpose()` is by far faster than `tr_mul`, which
/// computes dot products.
fn products(inputs: &matrix::Inputs<f64>) -> impl Fn() + use<> {
    let step = matrix::step(inputs, &Activation::Coupled(CoupledActivation::Softmax));
    let (a_tilde, dz, w) = (step.forward.a_tilde, step.backward.dz, inputs.w.clone());
    move || {
        black_box(&a_tilde * &w);
        black_box(a_tilde.transpose() * &dz);
        black_box(&dz * w.transpose());
    }
}

/// The step over its three products at the large shape.
fn ratio() {
    let inputs = matrix::inputs(&inputs::<f64>(LARGE));
    let products = products(&inputs);
    let step = || drop(black_box(matrix::step(&inputs, &Activation::Coupled(CoupledActivation::Softmax))));
    compare("three products", || [seconds(&step), seconds(&products)]);
}

/// Prints the median times of the step and of something else, and the median of their ratios.
fn compare(other: &str, turn: impl FnMut() -> [f64; 2]) {
    let turns: Vec<[f64; 2]> = repeat_with(turn).take(41).collect();
    let [step, bare] = [0, 1].map(|at| median(&turns, |turn| turn[at]));
    let ratio = median(&turns, |turn| turn[0] / turn[1]);
    println!("step {:.1} ms, {other} {:.1} ms: {ratio:.3}", step * 1e3, bare * 1e3);
}

/// The step beside that in PyTorch.
fn beside_pytorch() {
    let python = env::var("DROPOUT_ORACLE_PYTHON").unwrap_or("python3".into());
    let has_pytorch = Command::new(&python).args(["-c", "import torch"]).stderr(Stdio::null()).status();
    if !has_pytorch.is_ok_and(|status| status.success()) {
        return println!("{python} has no PyTorch to compare with");
    }
    let (m, n, n_next) = LARGE;
    let mut pytorch = Command::new(&python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pytorch.py"))
        .args([m, n, n_next].map(|size| size.to_string()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut asks = pytorch.stdin.take().expect("piped");
    let mut answers = BufReader::new(pytorch.stdout.take().expect("piped")).lines();
    let mut theirs = || -> f64 {
        writeln!(asks).expect("it reads");
        answers.next().expect("an answer").expect("a line").parse().expect("seconds")
    };
    let inputs = matrix::inputs(&inputs::<f64>(LARGE));
    let ours = || drop(black_box(matrix::step(&inputs, &Activation::Coupled(CoupledActivation::Softmax))));
    compare("PyTorch", || [seconds(&ours), theirs()]);
    drop(asks);
    pytorch.wait().expect("it ends");
}
