//! The records that both forms fill: everything that a step computes, under the document's names.
//!
//! `M` is the form's matrix and `V` its vector: [`crate::grid::Grid`] and `Vec` index by index,
//! nalgebra's types in the matrix form.

use crate::grid::Grid;

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

impl<T> Step<Grid<T>, Vec<T>> {
    /// The values of one result, row by row.
    pub fn cells(&self, quantity: Quantity) -> &[T] {
        match quantity {
            Quantity::ATilde => self.forward.a_tilde.cells(),
            Quantity::Z => self.forward.z.cells(),
            Quantity::ANext => self.forward.a_next.cells(),
            Quantity::Dz => self.backward.dz.cells(),
            Quantity::Dw => self.backward.dw.cells(),
            Quantity::Db => &self.backward.db,
            Quantity::DaTilde => self.backward.da_tilde.cells(),
            Quantity::Da => self.backward.da.cells(),
        }
    }

    /// The records of `f(x, y)` for all x and y in the same place.
    pub fn zip<U, V>(&self, other: &Step<Grid<U>, Vec<U>>, f: impl Fn(&T, &U) -> V) -> Step<Grid<V>, Vec<V>> {
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
            db: x.db.iter().zip(&y.db).map(|(x, y)| f(x, y)).collect(),
            da_tilde: x.da_tilde.zip(&y.da_tilde, &f),
            da: x.da.zip(&y.da, &f),
        };
        Step { forward, backward }
    }

    /// The rows and columns of one result; db is one row.
    pub fn shape(&self, quantity: Quantity) -> (usize, usize) {
        let cols = match quantity {
            Quantity::ATilde | Quantity::DaTilde | Quantity::Da => self.forward.a_tilde.cols(),
            Quantity::Z | Quantity::ANext | Quantity::Dz | Quantity::Dw | Quantity::Db => {
                self.forward.z.cols()
            }
        };
        (self.cells(quantity).len() / cols, cols)
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

impl<T: Clone> Step<Grid<T>, Vec<T>> {
    /// One result; db is one row.
    pub fn grid(&self, quantity: Quantity) -> Grid<T> {
        let (rows, cols) = self.shape(quantity);
        let cells = self.cells(quantity);
        Grid::tabulate(rows, cols, |i, j| cells[i * cols + j].clone())
    }
}

/// One of the eight results, in the order in which a step computes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Quantity {
    ATilde,
    Z,
    ANext,
    Dz,
    Dw,
    Db,
    DaTilde,
    Da,
}

impl Quantity {
    /// All eight, in order.
    pub const ALL: [Quantity; 8] = [
        Quantity::ATilde,
        Quantity::Z,
        Quantity::ANext,
        Quantity::Dz,
        Quantity::Dw,
        Quantity::Db,
        Quantity::DaTilde,
        Quantity::Da,
    ];

    /// The name in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::ATilde => "A_tilde",
            Quantity::Z => "Z",
            Quantity::ANext => "A_next",
            Quantity::Dz => "dZ",
            Quantity::Dw => "dW",
            Quantity::Db => "db",
            Quantity::DaTilde => "dA_tilde",
            Quantity::Da => "dA",
        }
    }
}
