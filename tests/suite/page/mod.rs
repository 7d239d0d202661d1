//! Conforming implementations drawn from spec/tolerance.md alone.
//!
//! The page says what an implementation may do. This module does it, point by point, without knowledge of how the
//! bounds are derived. Read [`choices`] beside the page's list, then [`step`]; [`exact`] and [`machine`] round.

mod choices;
mod coupled;
mod exact;
mod habits;
mod machine;
mod scalar;
mod sum;

use choices::{Bias, Source};
use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::number::Arithmetic;
use dropout_oracle::problem::activation::PER_UNIT;
use dropout_oracle::problem::{Activation, Inputs, Problem};
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::{Backward, Forward};
use exact::Exact;
use habits::Habit;
use machine::Machine;
use sum::Term;

/// A result of an equation.
#[derive(Clone, Copy)]
struct Stored {
    /// Its value before it was stored.
    before: Exact,
    /// The number of the storage format.
    stored: Exact,
}

/// All eight results, as the implementation that the seed describes computes and stores them.
pub fn step(arithmetic: Arithmetic, seed: u64, problem: &Problem) -> Step<f64> {
    let machine = Machine::new(arithmetic, seed);
    let inputs = problem.inputs().map(|&x| machine.input(x));
    let forward = forward(&machine, problem.activation(), &inputs);
    let backward = backward(&machine, problem.activation(), &inputs, &forward);
    Step { forward, backward }.map(|x| x.stored.to_f64())
}

/// What the implementation of a seed does.
pub fn describe(arithmetic: Arithmetic, seed: u64) -> String {
    let Machine { habits, formulas, reads, .. } = Machine::new(arithmetic, seed);
    format!("{arithmetic}, seed {seed}: {habits:?}, {formulas:?}, {reads:?}")
}

impl Machine {
    fn store(&self, before: Exact) -> Stored {
        Stored { before, stored: self.nearest(before, self.storage) }
    }

    fn store_rows(&self, cols: usize, rows: Vec<Vec<Exact>>) -> Grid<Stored> {
        Grid::from_rows(cols, rows).map(|&x| self.store(x))
    }

    /// An earlier result, as an equation reads it.
    fn read(&self, stored: Habit<bool>, x: Stored) -> Exact {
        self.flush_input(if self.choose(stored) { x.stored } else { x.before })
    }

    /// z as an activation reads it. A formula that takes the difference of z and what follows from z reads both as they
    /// are stored (point 8).
    fn read_z(&self, g: &Activation, stored: Habit<bool>, row: &[Stored]) -> Vec<Exact> {
        let takes_differences = ["softmax", "log_softmax", "softplus", PER_UNIT].contains(&g.name());
        self.read_row(if takes_differences { Habit::Always(true) } else { stored }, row)
    }

    fn read_row(&self, stored: Habit<bool>, row: &[Stored]) -> Vec<Exact> {
        row.iter().map(|&x| self.read(stored, x)).collect()
    }

    /// x scaled by r/p (point 4).
    fn scaled(&self, x: Exact, r: Exact, p: Exact) -> Exact {
        let reciprocal = || self.fl(Exact::ONE / p);
        match self.form(self.habits.scaling, 6) {
            0 => self.fl(self.fl(r * x) / p),
            1 => self.fl(r * self.fl(x / p)),
            2 => self.fl(self.fl(r * reciprocal()) * x),
            3 => self.fl(r * self.fl(reciprocal() * x)),
            4 => self.fl(self.fl(r * x) * reciprocal()),
            _ => self.fl(self.fl(r / p) * x),
        }
    }

    /// dz · w scaled by r/p, in the accumulator format (point 4).
    fn scaled_term(&self, dz: Exact, w: Exact, r: Exact, p: Exact) -> Term {
        let wide = |x| self.round(x, self.accumulator);
        let factor = if self.choose(self.habits.scale_in_accumulator) { wide(r / p) } else { self.fl(r / p) };
        match self.form(self.habits.scaled_term, 6) {
            0 => Term::Product(wide(dz * factor), w),
            1 => Term::Product(dz, wide(w * factor)),
            2 => Term::Product(wide(dz * w), factor),
            3 => Term::Product(wide(wide(r * dz) / p), w),
            4 => Term::Product(dz, wide(wide(r * w) / p)),
            _ => Term::Value(wide(wide(r * wide(dz * w)) / p)),
        }
    }

    /// Σ and a bias (point 3).
    fn sum_and_bias(&self, mut terms: Vec<Term>, bias: Exact) -> Exact {
        match self.choose(self.habits.bias) {
            Bias::First => self.sum_in(self.accumulator, Some(bias), terms),
            Bias::Last => self.round(self.sum(terms) + bias, self.accumulator),
            Bias::Among => {
                terms.push(Term::Value(bias));
                self.sum(terms)
            }
            Bias::Apart => self.fl(self.nearest(self.sum(terms), self.storage) + bias),
        }
    }

    /// The row g(z).
    fn activate(&self, g: &Activation, z: &[Exact]) -> Vec<Exact> {
        match g {
            Activation::Coupled(g) => self.values_at(*g, z),
            units => {
                let value = |(j, &z)| units.scalar(j).map_or(z, |g| self.value_at(g, z));
                z.iter().enumerate().map(value).collect()
            }
        }
    }

    /// The row upstream · ∂a/∂z.
    fn gradient(&self, g: &Activation, z: &[Exact], a: &[Exact], upstream: &[Exact]) -> Vec<Exact> {
        match g {
            Activation::Coupled(g) => self.gradients_at(*g, z, a, upstream),
            units => {
                let entry = |j: usize| {
                    units.scalar(j).map_or(upstream[j], |g| self.gradient_at(g, z[j], a[j], upstream[j]))
                };
                (0..z.len()).map(entry).collect()
            }
        }
    }
}

fn forward(
    machine: &Machine,
    g: &Activation,
    inputs: &Inputs<Grid<Exact>, Vector<Exact>>,
) -> Forward<Grid<Stored>> {
    let Inputs { a, keep_prob, r, w, b, .. } = inputs;
    let (m, n, n_next) = (a.rows(), a.cols(), w.cols());
    let reads = &machine.reads;
    let a_tilde =
        Grid::tabulate(m, n, |i, k| machine.store(machine.scaled(a.at(i, k), r.at(i, k), keep_prob.at(k))));
    let z = Grid::tabulate(m, n_next, |i, j| {
        let term = |k| Term::Product(w.at(k, j), machine.read(reads.a_tilde_in_z, a_tilde.at(i, k)));
        machine.store(machine.sum_and_bias((0..n).map(term).collect(), b.at(j)))
    });
    let row = |i| machine.activate(g, &machine.read_z(g, reads.z_in_a_next, z.row(i)));
    let a_next = machine.store_rows(n_next, (0..m).map(row).collect());
    Forward { a_tilde, z, a_next }
}

fn backward(
    machine: &Machine,
    g: &Activation,
    inputs: &Inputs<Grid<Exact>, Vector<Exact>>,
    forward: &Forward<Grid<Stored>>,
) -> Backward<Grid<Stored>, Vector<Stored>> {
    let Inputs { a, keep_prob, r, w, da_next, .. } = inputs;
    let Forward { a_tilde, z, a_next } = forward;
    let (m, n, n_next) = (a.rows(), a.cols(), w.cols());
    let (habits, reads) = (&machine.habits, &machine.reads);
    let row = |i: usize| {
        let z = machine.read_z(g, reads.z_in_dz, z.row(i));
        let a = match machine.choose(reads.a_next_in_dz) {
            Source::Stored => machine.read_row(Habit::Always(true), a_next.row(i)),
            Source::Unstored => machine.read_row(Habit::Always(false), a_next.row(i)),
            Source::Again => machine.activate(g, &z),
        };
        machine.gradient(g, &z, &a, da_next.row(i))
    };
    let dz = machine.store_rows(n_next, (0..m).map(row).collect());
    let dw = Grid::tabulate(n, n_next, |k, j| {
        let factors = |i| {
            (machine.read(reads.dz_in_dw, dz.at(i, j)), machine.read(reads.a_tilde_in_dw, a_tilde.at(i, k)))
        };
        let terms = (0..m).map(factors).map(|(dz, a_tilde)| Term::Product(dz, a_tilde)).collect();
        machine.store(machine.sum(terms))
    });
    let db = Vector::tabulate(n_next, |j| {
        let terms = (0..m).map(|i| Term::Value(machine.read(reads.dz_in_db, dz.at(i, j)))).collect();
        machine.store(machine.sum(terms))
    });
    let da_tilde = Grid::tabulate(m, n, |i, k| {
        let term = |j| Term::Product(machine.read(reads.dz_in_da_tilde, dz.at(i, j)), w.at(k, j));
        machine.store(machine.sum((0..n_next).map(term).collect()))
    });
    let da = Grid::tabulate(m, n, |i, k| {
        let (r, p) = (r.at(i, k), keep_prob.at(k));
        machine.store(if machine.choose(habits.scaled_terms) {
            let dz = |j| machine.read(reads.dz_in_da, dz.at(i, j));
            machine.sum((0..n_next).map(|j| machine.scaled_term(dz(j), w.at(k, j), r, p)).collect())
        } else {
            machine.scaled(machine.read(reads.da_tilde_in_da, da_tilde.at(i, k)), r, p)
        })
    });
    Backward { dz, dw, db, da_tilde, da }
}
