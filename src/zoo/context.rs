//! [`StepContext`]: everything that a stage of a step can read, under the document's names and indices.

use super::Float;
use crate::grid::Grid;
use crate::problem::{Activation, Problem};
use crate::scalar::{Inputs, backward, forward};
use crate::trace::{Quantity, Results};
use std::collections::BTreeMap;

/// The inputs as the layer reads them, the results so far, and what an earlier call left behind.
#[derive(Clone, Debug)]
pub struct StepContext<'a, T> {
    /// g.
    pub g: &'a Activation,
    /// The six inputs.
    pub inputs: Inputs<T>,
    /// The results so far.
    pub results: Results<T>,
    /// The previous call with the same sizes.
    pub last: Option<&'a Call<T>>,
}

/// The last call of each m, n and n_next.
pub type Memory<T> = BTreeMap<[usize; 3], Call<T>>;

/// A call of a layer: what it read and what it computed.
#[derive(Clone, Debug)]
pub struct Call<T> {
    /// The six inputs.
    pub inputs: Inputs<T>,
    /// The eight results.
    pub results: Results<T>,
}

/// The right step on a problem, computed once for all defects that are run on it.
#[derive(Clone, Debug)]
pub struct RightStep<'a, T> {
    /// The problem.
    pub problem: &'a Problem,
    /// What the right step reads and computes.
    pub call: Call<T>,
    /// A layer's own results. Each stage starts from these where they are there, so that it is seen alone.
    pub own: Results<T>,
}

impl<'a, T: Float> RightStep<'a, T> {
    /// The right step on a problem.
    pub fn of(problem: &'a Problem) -> Self {
        Self::from_own(problem, Results::default())
    }

    /// What the right step makes of a layer's own results, stage by stage.
    pub fn from_own(problem: &'a Problem, own: Results<T>) -> Self {
        let (g, inputs, results) = (problem.activation(), problem.inputs().over(), Results::default());
        let mut step = StepContext { g, inputs, results, last: None };
        let mut computed = Results::default();
        for quantity in Quantity::ALL {
            let right = step.right(quantity);
            let shape = step.shape(quantity);
            let known = own.shaped(quantity, shape).unwrap_or(&right).clone();
            step.results.insert(quantity, known);
            computed.insert(quantity, right);
        }
        RightStep { problem, call: Call { inputs: step.inputs, results: computed }, own }
    }
}

/// Entries under the document's letters and indices: i example, k input, j output.
#[allow(missing_docs)]
impl<T: Float> StepContext<'_, T> {
    pub fn m(&self) -> usize {
        self.inputs.a.rows()
    }
    pub fn n(&self) -> usize {
        self.inputs.a.cols()
    }
    pub fn n_next(&self) -> usize {
        self.inputs.w.cols()
    }
    pub fn a(&self, i: usize, k: usize) -> T {
        self.inputs.a.at(i, k)
    }
    pub fn p(&self, k: usize) -> T {
        self.inputs.keep_prob.at(k)
    }
    pub fn r(&self, i: usize, k: usize) -> T {
        self.inputs.r.at(i, k)
    }
    pub fn w(&self, k: usize, j: usize) -> T {
        self.inputs.w.at(k, j)
    }
    pub fn b(&self, j: usize) -> T {
        self.inputs.b.at(j)
    }
    pub fn da_next(&self, i: usize, j: usize) -> T {
        self.inputs.da_next.at(i, j)
    }
    pub fn a_tilde(&self, i: usize, k: usize) -> T {
        self.result(Quantity::ATilde).at(i, k)
    }
    pub fn z(&self, i: usize, j: usize) -> T {
        self.result(Quantity::Z).at(i, j)
    }
    pub fn a_next(&self, i: usize, j: usize) -> T {
        self.result(Quantity::ANext).at(i, j)
    }
    pub fn dz(&self, i: usize, j: usize) -> T {
        self.result(Quantity::Dz).at(i, j)
    }
    pub fn da_tilde(&self, i: usize, k: usize) -> T {
        self.result(Quantity::DaTilde).at(i, k)
    }
}

impl<T: Float> StepContext<'_, T> {
    /// A result that is already computed.
    ///
    /// # Panics
    /// If it is not: a stage that looks ahead is a bug in the catalogue.
    pub fn result(&self, quantity: Quantity) -> &Grid<T> {
        &self.results[quantity]
    }

    /// The rows and columns that a result must have; db is one row.
    pub fn shape(&self, quantity: Quantity) -> (usize, usize) {
        quantity.shape(self.m(), self.n(), self.n_next())
    }

    /// The right result of a stage, from this context.
    pub fn right(&self, quantity: Quantity) -> Grid<T> {
        let Inputs { a, keep_prob, r, w, b, da_next } = &self.inputs;
        match quantity {
            Quantity::ATilde => forward::a_tilde(r, keep_prob, a),
            Quantity::Z => forward::z(w, self.result(Quantity::ATilde), b),
            Quantity::ANext => forward::a_next(self.g, self.result(Quantity::Z)),
            Quantity::Dz => backward::dz(da_next, self.result(Quantity::Z), self.g),
            Quantity::Dw => backward::dw(self.result(Quantity::Dz), self.result(Quantity::ATilde)),
            Quantity::Db => backward::db(self.result(Quantity::Dz)).into_row(),
            Quantity::DaTilde => backward::da_tilde(self.result(Quantity::Dz), w),
            Quantity::Da => backward::da(self.result(Quantity::DaTilde), r, keep_prob),
        }
    }

    /// A grid with the result's right shape and these entries.
    pub fn tabulate(&self, quantity: Quantity, entry: impl Fn(usize, usize) -> T) -> Grid<T> {
        let (rows, cols) = self.shape(quantity);
        Grid::tabulate(rows, cols, entry)
    }
}
