//! [`Results`]: some or all of the eight results, from a subject or a defect, behind one check of shapes.
//!
//! A result may be missing or have another shape. That is a finding and no input error, so the result is kept
//! as it came; [`Results::shaped`] is the check that every comparison goes through.

use super::{Quantity, Step};
use crate::grid::{Grid, Vector};
use std::fmt;
use std::ops::Index;

/// Some or all of the eight results; db is one row.
///
/// ```
/// use dropout_oracle::trace::{Misshapen, Quantity, Results};
///
/// let results = Results::from([(Quantity::Dw, vec![vec![1.0_f32, 2.0], vec![3.0, 4.0]])]);
/// assert_eq!(results.shaped(Quantity::Dw, (2, 2)).unwrap().at(1, 0), 3.0);
/// assert_eq!(results.shaped(Quantity::Dw, (2, 3)), Err(Misshapen::Other(2, 2)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Results<T = f64>([Option<Unchecked<T>>; 8]);

/// One result, its shape unchecked.
#[derive(Clone, Debug, PartialEq)]
pub enum Unchecked<T> {
    /// A matrix of any shape.
    Grid(Grid<T>),
    /// Rows of different lengths.
    Ragged(Vec<Vec<T>>),
}

/// What there is instead of a result of the right shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misshapen {
    /// Nothing.
    Missing,
    /// Rows of different lengths.
    Ragged,
    /// Other rows and columns.
    Other(usize, usize),
}

impl fmt::Display for Misshapen {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Misshapen::Missing => f.write_str("missing"),
            Misshapen::Ragged => f.write_str("rows of different lengths"),
            Misshapen::Other(rows, cols) => write!(f, "{rows} × {cols}"),
        }
    }
}

impl<T> Results<T> {
    /// A result, if it has this shape: the one check of shapes.
    ///
    /// # Errors
    /// What there is instead.
    pub fn shaped(&self, quantity: Quantity, shape: (usize, usize)) -> Result<&Grid<T>, Misshapen> {
        match &self.0[quantity as usize] {
            Some(Unchecked::Grid(grid)) if grid.shape() == shape => Ok(grid),
            Some(Unchecked::Grid(grid)) => Err(Misshapen::Other(grid.rows(), grid.cols())),
            Some(Unchecked::Ragged(_)) => Err(Misshapen::Ragged),
            None => Err(Misshapen::Missing),
        }
    }

    /// A result in any shape, if it is there.
    pub fn get(&self, quantity: Quantity) -> Option<&Unchecked<T>> {
        self.0[quantity as usize].as_ref()
    }

    /// Whether a result is there, in any shape.
    pub fn has(&self, quantity: Quantity) -> bool {
        self.get(quantity).is_some()
    }

    /// The results that are there, in the order of the equations.
    pub fn quantities(&self) -> impl Iterator<Item = Quantity> {
        Quantity::ALL.into_iter().filter(|&quantity| self.has(quantity))
    }

    /// Adds or replaces a result: a grid, a vector (as one row), or rows of any lengths.
    pub fn insert(&mut self, quantity: Quantity, rows: impl Into<Unchecked<T>>) {
        self.0[quantity as usize] = Some(rows.into());
    }

    /// Removes a result.
    pub fn remove(&mut self, quantity: Quantity) {
        self.0[quantity as usize] = None;
    }

    /// The results with `f` of each value.
    pub fn map<U>(&self, f: impl Fn(&T) -> U) -> Results<U> {
        let rows = |rows: &Unchecked<T>| match rows {
            Unchecked::Grid(grid) => Unchecked::Grid(grid.map(&f)),
            Unchecked::Ragged(rows) => {
                Unchecked::Ragged(rows.iter().map(|row| row.iter().map(&f).collect()).collect())
            }
        };
        Results(std::array::from_fn(|at| self.0[at].as_ref().map(rows)))
    }
}

impl Results {
    /// Whether both are equal to the last bit; NaN equals itself.
    pub fn same_bits(&self, other: &Results) -> bool {
        self.map(|x| x.to_bits()) == other.map(|x| x.to_bits())
    }
}

impl<T: Clone> Unchecked<T> {
    /// The rows, each a vector of its own.
    pub fn to_rows(&self) -> Vec<Vec<T>> {
        match self {
            Unchecked::Grid(grid) => grid.to_rows(),
            Unchecked::Ragged(rows) => rows.clone(),
        }
    }
}

/// A result that is known to be a matrix, such as one of the zoo's.
///
/// # Panics
/// If it is missing or ragged.
impl<T> Index<Quantity> for Results<T> {
    type Output = Grid<T>;

    fn index(&self, quantity: Quantity) -> &Grid<T> {
        match self.get(quantity) {
            Some(Unchecked::Grid(grid)) => grid,
            Some(Unchecked::Ragged(_)) => panic!("{} is ragged", quantity.name()),
            None => panic!("{} is missing", quantity.name()),
        }
    }
}

impl<T> Default for Results<T> {
    fn default() -> Self {
        Results(Default::default())
    }
}

impl<T> From<Grid<T>> for Unchecked<T> {
    fn from(grid: Grid<T>) -> Self {
        Unchecked::Grid(grid)
    }
}

impl<T> From<Vector<T>> for Unchecked<T> {
    fn from(vector: Vector<T>) -> Self {
        Unchecked::Grid(vector.into_row())
    }
}

/// Rows of doubles, or of what is a double exactly, such as `f32`.
impl<X: Into<f64>> From<Vec<Vec<X>>> for Unchecked<f64> {
    fn from(rows: Vec<Vec<X>>) -> Self {
        let rows: Vec<Vec<f64>> =
            rows.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect();
        let cols = rows.first().map_or(0, Vec::len);
        match rows.iter().all(|row| row.len() == cols) {
            true => Unchecked::Grid(Grid::from_rows(cols, rows)),
            false => Unchecked::Ragged(rows),
        }
    }
}

impl<T, R: Into<Unchecked<T>>> Extend<(Quantity, R)> for Results<T> {
    fn extend<I: IntoIterator<Item = (Quantity, R)>>(&mut self, results: I) {
        results.into_iter().for_each(|(quantity, rows)| self.insert(quantity, rows));
    }
}

impl<T, R: Into<Unchecked<T>>> FromIterator<(Quantity, R)> for Results<T> {
    fn from_iter<I: IntoIterator<Item = (Quantity, R)>>(results: I) -> Self {
        let mut all = Results::default();
        all.extend(results);
        all
    }
}

impl<T, R: Into<Unchecked<T>>, const N: usize> From<[(Quantity, R); N]> for Results<T> {
    fn from(results: [(Quantity, R); N]) -> Self {
        results.into_iter().collect()
    }
}

/// All eight results of a step.
impl<T> From<Step<Grid<T>, Vector<T>>> for Results<T> {
    fn from(Step { forward, backward }: Step<Grid<T>, Vector<T>>) -> Self {
        [
            (Quantity::ATilde, forward.a_tilde),
            (Quantity::Z, forward.z),
            (Quantity::ANext, forward.a_next),
            (Quantity::Dz, backward.dz),
            (Quantity::Dw, backward.dw),
            (Quantity::Db, backward.db.into_row()),
            (Quantity::DaTilde, backward.da_tilde),
            (Quantity::Da, backward.da),
        ]
        .into()
    }
}

impl<T: Clone> From<&Step<Grid<T>, Vector<T>>> for Results<T> {
    fn from(step: &Step<Grid<T>, Vector<T>>) -> Self {
        step.clone().into()
    }
}
