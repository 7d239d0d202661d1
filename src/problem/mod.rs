//! [`Problem`]: the inputs of one step, validated once, at the boundary. Inside, shapes are facts.
//!
//! This module knows neither JSON nor a form of the step. Read [`Inputs`], then [`Problem::new`] and its
//! rules in [`check`], then [`activation`]; [`mask`] draws R (equation 2), and [`memory`] bounds the sizes.

pub mod activation;
pub mod check;
pub mod fault;
pub mod formats;
pub mod mask;
pub mod memory;

use crate::grid::{Grid, Vector};
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
    pub fn convert<'a, N, U>(
        &'a self,
        matrix: impl Fn(&'a M) -> N,
        vector: impl Fn(&'a V) -> U,
    ) -> Inputs<N, U> {
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

impl<T> Inputs<Grid<T>, Vector<T>> {
    /// The inputs with `f` of each value.
    pub fn map<U>(&self, f: impl Fn(&T) -> U) -> Inputs<Grid<U>, Vector<U>> {
        self.convert(|matrix| matrix.map(&f), |vector| vector.map(&f))
    }
}

impl Inputs<Grid<f64>, Vector<f64>> {
    /// The same inputs as numbers of another type.
    pub fn over<T: Number>(&self) -> Inputs<Grid<T>, Vector<T>> {
        self.map(|&x| T::from_f64(x))
    }
}

/// The inputs of one step and its activation, all of which passed every check.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    inputs: Inputs<Grid<f64>, Vector<f64>>,
    activation: Activation,
}

impl Problem {
    /// The problem with these inputs, matrices given as their rows.
    ///
    /// # Errors
    /// All faults of the inputs, if there are any.
    pub fn new(raw: Inputs<Vec<Vec<f64>>, Vec<f64>>, activation: Activation) -> Result<Self, Faults> {
        let view = raw.convert(
            |rows| Some(rows.iter().map(|row| Some(row.as_slice())).collect()),
            |vector| Some(vector.as_slice()),
        );
        check::check(Faults::default(), &view, Some(&activation))?;
        let matrix = |rows: &Vec<Vec<f64>>| Grid::from_rows(rows[0].len(), rows.clone());
        Ok(Self::checked(&raw.convert(matrix, |vector| vector.clone().into()), activation))
    }

    /// The problem with these inputs.
    ///
    /// # Errors
    /// All faults of the inputs, where there are any.
    pub fn from_grids(
        inputs: &Inputs<Grid<f64>, Vector<f64>>,
        activation: Activation,
    ) -> Result<Self, Faults> {
        let view = inputs.convert(
            |grid| Some((0..grid.rows()).map(|i| Some(grid.row(i))).collect()),
            |vector| Some(vector.cells()),
        );
        check::check(Faults::default(), &view, Some(&activation))?;
        Ok(Self::checked(inputs, activation))
    }

    /// This problem with its inputs changed.
    ///
    /// # Errors
    /// All faults of the inputs after the change.
    pub fn with(&self, change: impl FnOnce(&mut Inputs<Grid<f64>, Vector<f64>>)) -> Result<Self, Faults> {
        let mut inputs = self.inputs.clone();
        change(&mut inputs);
        Self::from_grids(&inputs, self.activation.clone())
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
        faults: Faults,
    ) -> Result<Self, Faults> {
        check::check(faults, &check::view(seen), activation.as_ref())?;
        let known = "what is None has a fault";
        let vector =
            |row: &check::Row| -> Vec<f64> { row.iter().flatten().map(|cell| cell.expect(known)).collect() };
        let matrix = |rows: &check::Rows| {
            let rows: Vec<_> = rows.iter().flatten().map(vector).collect();
            Grid::from_rows(rows[0].len(), rows)
        };
        let inputs = seen.convert(matrix, |row| vector(row).into());
        Ok(Self::checked(&inputs, activation.expect(known)))
    }

    /// The same for parts that are whole matrices and vectors, wherever a reader found them.
    ///
    /// # Errors
    /// The faults of the reader, followed by those that [`check`] finds.
    ///
    /// # Panics
    /// If a part is `None` although neither found a fault: a bug in the reader.
    pub fn from_parts(
        parts: &Inputs<Option<Grid<f64>>, Option<Vector<f64>>>,
        activation: Option<Activation>,
        faults: Faults,
    ) -> Result<Self, Faults> {
        let view = parts.convert(
            |grid| grid.as_ref().map(|grid| (0..grid.rows()).map(|i| Some(grid.row(i))).collect()),
            |vector| vector.as_ref().map(Vector::cells),
        );
        check::check(faults, &view, activation.as_ref())?;
        let known = "what is None has a fault";
        let zero_is_positive = |x: &f64| x + 0.0;
        let inputs = parts.convert(
            |grid| grid.as_ref().expect(known).map(zero_is_positive),
            |vector| vector.as_ref().expect(known).map(zero_is_positive),
        );
        Ok(Problem { inputs, activation: activation.expect(known) })
    }

    /// What passed the check; −0 + 0 = +0, for the real numbers have one zero (ruling zero-sign).
    fn checked(inputs: &Inputs<Grid<f64>, Vector<f64>>, activation: Activation) -> Self {
        Problem { inputs: inputs.map(|x| x + 0.0), activation }
    }

    /// The givens.
    pub fn inputs(&self) -> &Inputs<Grid<f64>, Vector<f64>> {
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
