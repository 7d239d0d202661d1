//! The part of a problem that decides what is still undecided, so that few elements are not the whole step again.
//!
//! Results of an example depend on its row alone. dW and db sum over all examples, but of an activation that couples no
//! units they depend on their column alone.

use super::Rounding;
use crate::grid::{Grid, Vector};
use crate::problem::{Activation, Inputs, Problem};
use crate::scalar::Step;
use crate::trace::Quantity::{self, Da, DaTilde, Db, Dw};
use std::collections::BTreeSet;

/// Some rows and output units of a problem, as a problem.
#[derive(Debug)]
pub struct Part {
    /// The problem.
    pub problem: Problem,
    rows: Vec<usize>,
    units: Vec<usize>,
    /// The results that it does not have in full.
    lacks: [Quantity; 2],
}

impl Part {
    /// The parts that decide what is undecided: of single examples, and of the sums over all.
    pub fn of(problem: &Problem, rounded: &Step<Rounding>) -> Vec<Part> {
        let (mut rows, mut units) = (BTreeSet::new(), BTreeSet::new());
        for quantity in Quantity::ALL {
            let (_, cols) = rounded.shape(quantity);
            let cells = rounded.cells(quantity).iter().enumerate();
            for (at, _) in cells.filter(|(_, cell)| **cell == Rounding::Undecided) {
                match quantity {
                    Dw | Db => units.insert(at % cols),
                    _ => rows.insert(at / cols),
                };
            }
        }
        let (all_rows, all_units) = (0..problem.m(), 0..problem.n_next());
        if !units.is_empty() && matches!(problem.activation(), Activation::Coupled(_)) {
            units = all_units.clone().collect();
        }
        let of_examples = (!rows.is_empty())
            .then(|| Part::new(problem, rows.into_iter().collect(), all_units.collect(), [Dw, Db]));
        let of_sums = (!units.is_empty())
            .then(|| Part::new(problem, all_rows.collect(), units.into_iter().collect(), [DaTilde, Da]));
        of_examples.into_iter().chain(of_sums).collect()
    }

    fn new(problem: &Problem, rows: Vec<usize>, units: Vec<usize>, lacks: [Quantity; 2]) -> Part {
        let Inputs { a, keep_prob, r, w, b, da_next } = problem.inputs();
        let pick = |grid: &Grid<f64>, rows: &[usize], cols: &[usize]| {
            Grid::tabulate(rows.len(), cols.len(), |i, j| grid.at(rows[i], cols[j]))
        };
        let inputs: Vec<usize> = (0..problem.n()).collect();
        let part = Inputs {
            a: pick(a, &rows, &inputs),
            keep_prob: keep_prob.clone(),
            r: pick(r, &rows, &inputs),
            w: pick(w, &inputs, &units),
            b: Vector::tabulate(units.len(), |j| b.at(units[j])),
            da_next: pick(da_next, &rows, &units),
        };
        let g = match problem.activation() {
            Activation::PerUnit(scalars) => Activation::PerUnit(units.iter().map(|&j| scalars[j]).collect()),
            other => other.clone(),
        };
        let problem = Problem::from_grids(&part, g).expect("every rule still holds");
        Part { problem, rows, units, lacks }
    }

    /// The results of the whole problem, with those of this part where they were undecided.
    pub fn put(&self, rounded: &Step<Rounding>, again: &Step<Rounding>) -> Step<Rounding> {
        let grid = |quantity: Quantity| {
            let (old, new) = (rounded.grid(quantity), again.grid(quantity));
            Grid::tabulate(old.rows(), old.cols(), |i, j| match (old.at(i, j), self.at(quantity, i, j)) {
                (Rounding::Undecided, Some((i, j))) => new.at(i, j),
                (settled, _) => settled,
            })
        };
        Step::from_grids(grid)
    }

    /// Where the part has an element of the whole, if it has it in full.
    fn at(&self, quantity: Quantity, i: usize, j: usize) -> Option<(usize, usize)> {
        let row = |i: usize| self.rows.binary_search(&i).ok();
        let unit = |j: usize| self.units.binary_search(&j).ok();
        match quantity {
            _ if self.lacks.contains(&quantity) => None,
            Quantity::ATilde | DaTilde | Da => Some((row(i)?, j)),
            Quantity::Z | Quantity::ANext | Quantity::Dz => Some((row(i)?, unit(j)?)),
            Dw | Db => Some((i, unit(j)?)),
        }
    }
}
