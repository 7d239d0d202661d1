//! A whole step on a [`Machine`]: equations 3 to 5 and 38 to 42 as an implementation might do them.

use super::freedom::{Bias, Scale};
use super::machine::Machine;
use super::row;
use super::value::Value;
use dropout_oracle::grid::Grid;
use dropout_oracle::problem::Problem;
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::{Backward, Forward};

/// A result as it is stored, and as the next equation reads it.
type Pair = [f64; 2];

/// All eight results, as they are stored.
pub fn step(machine: &Machine, problem: &Problem) -> Step<f64> {
    let inputs = problem.inputs();
    let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
    let stored = |matrix: &Grid<f64>| matrix.map(|&x| machine.stored(x));
    let (a, w, da_next) = (stored(&inputs.a), stored(&inputs.w), stored(&inputs.da_next));
    let b = inputs.b.map(|&x| machine.stored(x));
    let scaled = |i: usize, k: usize, x: f64| {
        machine.result(scaled(machine, inputs.r.at(i, k), inputs.keep_prob.at(k), x))
    };
    let values = |row: &[f64]| -> Vec<Value> { row.iter().map(|&x| machine.value(x)).collect() };
    let results = |row: Vec<Value>| row.into_iter().map(|value| machine.result(value.x)).collect();

    let a_tilde: Grid<Pair> = Grid::tabulate(m, n, |i, k| scaled(i, k, a.at(i, k)));
    let read = a_tilde.map(|&[_, onward]| onward);
    let z = Grid::tabulate(m, n_next, |i, j| {
        with_bias(machine, (0..n).map(|k| (w.at(k, j), read.at(i, k))).collect(), b.at(j))
    });
    let read = z.map(|&[_, onward]| onward);
    let g = problem.activation();
    let a_next =
        Grid::from_rows(n_next, (0..m).map(|i| results(row::value(g, &values(read.row(i))))).collect());

    // What the backward pass reads of the forward pass: what was stored, or the same as its equations.
    let recalled = |matrix: &Grid<Pair>| {
        matrix.map(|&[stored, onward]| if machine.freedom.recomputed { onward } else { stored })
    };
    let (saved_a_tilde, saved_z, saved_a) = (recalled(&a_tilde), recalled(&z), recalled(&a_next));
    let dz = Grid::from_rows(
        n_next,
        (0..m)
            .map(|i| {
                let z = values(saved_z.row(i));
                let a = if machine.freedom.recomputed { row::value(g, &z) } else { values(saved_a.row(i)) };
                results(row::gradient(g, &values(da_next.row(i)), &z, &a))
            })
            .collect(),
    );
    let read = dz.map(|&[_, onward]| onward);
    let sum = |terms: Vec<(f64, f64)>| machine.result_of_sum(machine.dot(&terms));
    let dw = Grid::tabulate(n, n_next, |k, j| {
        sum((0..m).map(|i| (read.at(i, j), saved_a_tilde.at(i, k))).collect())
    });
    let db = (0..n_next).map(|j| sum((0..m).map(|i| (read.at(i, j), 1.0)).collect()));
    let da_tilde =
        Grid::tabulate(m, n, |i, k| sum((0..n_next).map(|j| (read.at(i, j), w.at(k, j))).collect()));
    let da = Grid::tabulate(m, n, |i, k| {
        if !machine.freedom.scales_terms {
            return scaled(i, k, da_tilde.at(i, k)[1]);
        }
        let [factor, _] = scaled(i, k, 1.0);
        sum((0..n_next).map(|j| (read.at(i, j), machine.scaled_term(w.at(k, j), factor))).collect())
    });

    let stored = |matrix: Grid<Pair>| matrix.map(|&[stored, _]| stored);
    Step {
        backward: Backward {
            dz: stored(dz),
            dw: stored(dw),
            db: db.map(|[stored, _]| stored).collect(),
            da_tilde: stored(da_tilde),
            da: stored(da),
        },
        forward: Forward { a_tilde: stored(a_tilde), z: stored(z), a_next: stored(a_next) },
    }
}

/// r · 1/p · x (equations 3 and 42).
fn scaled(machine: &Machine, r: f64, p: f64, x: f64) -> f64 {
    let [r, x, p] = [machine.value(r), machine.value(x), machine.parameter(p)];
    let value = match machine.freedom.scale {
        Scale::QuotientMasked => r * (x / p),
        Scale::MaskedQuotient => r * x / p,
        Scale::MaskOverP => r / p * x,
        Scale::ProductMasked => r * (x * machine.inverse(p)),
        Scale::MaskedProduct => r * x * machine.inverse(p),
        Scale::MaskTimesInverse => r * machine.inverse(p) * x,
        Scale::Selected if r.x == 0.0 => r,
        Scale::Selected => x / p,
    };
    value.x
}

/// Σ w·ã + b (equation 4).
fn with_bias(machine: &Machine, mut terms: Vec<(f64, f64)>, b: f64) -> Pair {
    let place = match machine.freedom.bias {
        Bias::First => 0,
        Bias::Middle => terms.len() / 2,
        Bias::Last => terms.len(),
        Bias::Apart => {
            let [_, sum] = machine.result_of_sum(machine.dot(&terms));
            return machine.result_of_sum((machine.value(sum) + machine.value(b)).x);
        }
    };
    terms.insert(place, (b, 1.0));
    machine.result_of_sum(machine.dot(&terms))
}
