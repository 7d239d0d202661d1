//! The eight results of a step, under the document's names.
//!
//! [`Step`] is what both forms fill: `M` is the form's matrix and `V` its vector, [`Grid`] and [`Vector`]
//! index by index, nalgebra's types in the matrix form. [`Results`] holds what a subject or a defect returns:
//! some of the eight, in any shape, behind one check.

mod quantity;
mod results;

use crate::grid::{Grid, Vector};
pub use quantity::Quantity;
pub use results::{Misshapen, Results, Unchecked};

/// The results of the forward pass (equations 3 to 5; 18 to 20).
#[derive(Clone, Debug, PartialEq)]
pub struct Forward<M> {
    /// Ã, m × n.
    pub a_tilde: M,
    /// Z, m × n_next.
    pub z: M,
    /// A of the next layer, m × n_next.
    pub a_next: M,
}

/// The results of the backward pass (equations 38 to 42; 53 to 58).
#[derive(Clone, Debug, PartialEq)]
pub struct Backward<M, V> {
    /// dJ/dZ, m × n_next.
    pub dz: M,
    /// dJ/dW, n × n_next.
    pub dw: M,
    /// dJ/db, n_next.
    pub db: V,
    /// dJ/dÃ, m × n.
    pub da_tilde: M,
    /// dJ/dA, m × n.
    pub da: M,
}

/// All eight results of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<M, V> {
    /// The results of the forward pass.
    pub forward: Forward<M>,
    /// The results of the backward pass.
    pub backward: Backward<M, V>,
}

impl<M, V> Step<M, V> {
    /// The same results in other containers: `matrix` converts one matrix, `vector` one vector.
    pub fn convert<N, U>(&self, matrix: impl Fn(&M) -> N, vector: impl Fn(&V) -> U) -> Step<N, U> {
        let Step { forward, backward } = self;
        Step {
            forward: Forward {
                a_tilde: matrix(&forward.a_tilde),
                z: matrix(&forward.z),
                a_next: matrix(&forward.a_next),
            },
            backward: Backward {
                dz: matrix(&backward.dz),
                dw: matrix(&backward.dw),
                db: vector(&backward.db),
                da_tilde: matrix(&backward.da_tilde),
                da: matrix(&backward.da),
            },
        }
    }
}

impl<T> Step<Grid<T>, Vector<T>> {
    /// The values of one result, row by row.
    pub fn cells(&self, quantity: Quantity) -> &[T] {
        match quantity {
            Quantity::ATilde => self.forward.a_tilde.cells(),
            Quantity::Z => self.forward.z.cells(),
            Quantity::ANext => self.forward.a_next.cells(),
            Quantity::Dz => self.backward.dz.cells(),
            Quantity::Dw => self.backward.dw.cells(),
            Quantity::Db => self.backward.db.cells(),
            Quantity::DaTilde => self.backward.da_tilde.cells(),
            Quantity::Da => self.backward.da.cells(),
        }
    }

    /// The records of `f(x, y)` for all x and y in the same place.
    pub fn zip<U, V>(
        &self,
        other: &Step<Grid<U>, Vector<U>>,
        f: impl Fn(&T, &U) -> V,
    ) -> Step<Grid<V>, Vector<V>> {
        let (x, y) = (&self.forward, &other.forward);
        let forward = Forward {
            a_tilde: x.a_tilde.zip(&y.a_tilde, &f),
            z: x.z.zip(&y.z, &f),
            a_next: x.a_next.zip(&y.a_next, &f),
        };
        let (x, y) = (&self.backward, &other.backward);
        let backward = Backward {
            dz: x.dz.zip(&y.dz, &f),
            dw: x.dw.zip(&y.dw, &f),
            db: x.db.zip(&y.db, &f),
            da_tilde: x.da_tilde.zip(&y.da_tilde, &f),
            da: x.da.zip(&y.da, &f),
        };
        Step { forward, backward }
    }

    /// The records with `f` of each value.
    pub fn map<U>(&self, f: impl Fn(&T) -> U) -> Step<Grid<U>, Vector<U>> {
        self.convert(|matrix| matrix.map(&f), |vector| vector.map(&f))
    }

    /// The results whose values `grid` gives; that of db is one row.
    pub fn from_grids(grid: impl Fn(Quantity) -> Grid<T>) -> Self
    where
        T: Clone,
    {
        let forward =
            Forward { a_tilde: grid(Quantity::ATilde), z: grid(Quantity::Z), a_next: grid(Quantity::ANext) };
        let backward = Backward {
            dz: grid(Quantity::Dz),
            dw: grid(Quantity::Dw),
            db: Vector::from(grid(Quantity::Db).cells().to_vec()),
            da_tilde: grid(Quantity::DaTilde),
            da: grid(Quantity::Da),
        };
        Step { forward, backward }
    }

    /// The rows and columns of one result; db is one row.
    pub fn shape(&self, quantity: Quantity) -> (usize, usize) {
        let Forward { a_tilde, z, .. } = &self.forward;
        quantity.shape(a_tilde.rows(), a_tilde.cols(), z.cols())
    }

    /// The path of the value at `index` of `cells`: `dW[3][1]`, or `db[2]`.
    pub fn path(&self, quantity: Quantity, index: usize) -> String {
        let (_, cols) = self.shape(quantity);
        match quantity {
            Quantity::Db => format!("{}[{index}]", quantity.name()),
            _ => format!("{}[{}][{}]", quantity.name(), index / cols, index % cols),
        }
    }
}

impl<T: Clone> Step<Grid<T>, Vector<T>> {
    /// One result; db is one row.
    pub fn grid(&self, quantity: Quantity) -> Grid<T> {
        match quantity {
            Quantity::ATilde => self.forward.a_tilde.clone(),
            Quantity::Z => self.forward.z.clone(),
            Quantity::ANext => self.forward.a_next.clone(),
            Quantity::Dz => self.backward.dz.clone(),
            Quantity::Dw => self.backward.dw.clone(),
            Quantity::Db => self.backward.db.clone().into_row(),
            Quantity::DaTilde => self.backward.da_tilde.clone(),
            Quantity::Da => self.backward.da.clone(),
        }
    }
}
