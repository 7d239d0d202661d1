//! [`Problem`]: the inputs of one step, validated once, at the boundary. Inside, shapes are facts.
//!
//! This module knows neither JSON nor a form of the step. Read [`Inputs`], then [`Problem::new`] and its
//! rules in [`check`], then [`activation`]; [`mask`] draws R (equation 2).

pub mod activation;
pub mod check;
pub mod fault;
pub mod formats;
pub mod mask;

use crate::grid::Grid;
use crate::number::Number;
pub use activation::Activation;
pub use fault::{Fault, Faults};

/// The givens of one step under the document's names, in any containers: `M` for matrices, `V` for vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs<M, V> {
    /// A, m × n (equations 1 and 17).
    //= forward.scalar.a
    //= forward.matrix.a
    pub a: M,
    /// p, the keep probabilities, n (equation 8).
    pub keep_prob: V,
    /// R, the mask, m × n, each entry 0 or 1 (equation 2).
    pub r: M,
    /// W of the next layer, n × n_next (equation 12).
    pub w: M,
    /// b of the next layer, n_next (equation 13).
    pub b: V,
    /// dJ/dA of the next layer, m × n_next (equations 21, 37 and 52).
    //= derivation.scalar.da_next
    //= backward.scalar.da_next
    //= backward.matrix.da_next
    pub da_next: M,
}

impl<M, V> Inputs<M, V> {
    /// The same inputs in other containers: `matrix` converts one matrix, `vector` one vector.
    pub fn convert<N, U>(&self, matrix: impl Fn(&M) -> N, vector: impl Fn(&V) -> U) -> Inputs<N, U> {
        Inputs {
            a: matrix(&self.a),
            keep_prob: vector(&self.keep_prob),
            r: matrix(&self.r),
            w: matrix(&self.w),
            b: vector(&self.b),
            da_next: matrix(&self.da_next),
        }
    }
}

impl Inputs<Grid<f64>, Vec<f64>> {
    /// The same inputs as numbers of another type.
    pub fn over<T: Number>(&self) -> Inputs<Grid<T>, Vec<T>> {
        self.convert(
            |matrix| matrix.map(|&x| T::from_f64(x)),
            |vector| vector.iter().map(|&x| T::from_f64(x)).collect(),
        )
    }
}

/// The inputs of one step and its activation, all of which passed every check.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    inputs: Inputs<Grid<f64>, Vec<f64>>,
    activation: Activation,
}

impl Problem {
    /// The problem with these inputs.
    ///
    /// # Errors
    /// All faults of the inputs, if there are any.
    pub fn new(raw: Inputs<Vec<Vec<f64>>, Vec<f64>>, activation: Activation) -> Result<Self, Faults> {
        let row = |row: &Vec<f64>| Some(row.iter().copied().map(Some).collect());
        let seen = raw.convert(|rows| Some(rows.iter().map(row).collect()), row);
        Self::from_seen(&seen, Some(activation), Faults::default())
    }

    /// The problem that a reader made of some input, given the faults that it found on the way.
    ///
    /// # Errors
    /// Those faults, followed by those that [`check`] finds.
    ///
    /// # Panics
    /// If a part is `None` although neither the reader nor the rules found a fault: a bug in the reader.
    pub fn from_seen(
        seen: &Inputs<check::Rows, check::Row>,
        activation: Option<Activation>,
        mut faults: Faults,
    ) -> Result<Self, Faults> {
        check::check(&mut faults, seen, activation.as_ref());
        if !faults.is_empty() {
            return Err(faults);
        }
        let sound = "what is None has a fault";
        // −0 + 0 = +0: the real numbers have one zero (ruling zero-sign).
        let vector = |row: &check::Row| -> Vec<f64> {
            row.iter().flatten().map(|cell| cell.expect(sound) + 0.0).collect()
        };
        let matrix = |rows: &check::Rows| {
            let rows: Vec<_> = rows.iter().flatten().map(vector).collect();
            Grid::from_rows(rows[0].len(), rows)
        };
        Ok(Problem { inputs: seen.convert(matrix, vector), activation: activation.expect(sound) })
    }

    /// The givens.
    pub fn inputs(&self) -> &Inputs<Grid<f64>, Vec<f64>> {
        &self.inputs
    }

    /// g.
    pub fn activation(&self) -> &Activation {
        &self.activation
    }

    /// The number of examples.
    pub fn m(&self) -> usize {
        self.inputs.a.rows()
    }

    /// The number of input units.
    pub fn n(&self) -> usize {
        self.inputs.a.cols()
    }

    /// The number of output units.
    pub fn n_next(&self) -> usize {
        self.inputs.w.cols()
    }
}
