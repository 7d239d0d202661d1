//! The derivative of a wrong function, by its own formula on dual numbers.

use super::{Defect, Reach, rows};
use crate::grid::Grid;
use crate::number::{Dual, sum};
use crate::problem::Activation;
use crate::trace::{Quantity, Results};
use crate::zoo::{Float, StepContext};

impl<T: Float> Defect<T> {
    /// Replaces dZ by what automatic differentiation makes of a wrong A_next: dA_next times its Jacobian (equation 38).
    ///
    /// At z = 0 a unit of its own keeps the right derivative: there, implementations of the same function differ.
    pub fn derivative_of(self, function: Defect<Dual<T>>) -> Self {
        self.stage(Quantity::Dz, move |s| {
            let stage = &function.stages[&Quantity::ANext];
            let along = |seed: &dyn Fn(usize, usize) -> bool| -> Option<Grid<Dual<T>>> {
                let z = s.tabulate(Quantity::Z, |i, j| s.z(i, j));
                let slope = |i, j| if seed(i, j) { T::one() } else { T::zero() };
                let z =
                    Grid::tabulate(z.rows(), z.cols(), |i, j| Dual { value: z.at(i, j), slope: slope(i, j) });
                let inputs = s.inputs.map(|&x| Dual::constant(x));
                let results = Results::from([(Quantity::Z, z)]);
                stage(&StepContext { g: s.g, inputs, results, last: None })
            };
            let times_row =
                |a: &Grid<Dual<T>>, i: usize| sum(0..s.n_next(), |jj| s.da_next(i, jj) * a.at(i, jj).slope);
            match function.reach {
                Reach::Unit => {
                    let right = s.right(Quantity::Dz);
                    let a = along(&|_, _| true)?;
                    let entry = |i, j| s.da_next(i, j) * a.at(i, j).slope;
                    let is_zero = |i, j| s.z(i, j) == T::zero();
                    Some(s.tabulate(
                        Quantity::Dz,
                        |i, j| if is_zero(i, j) { right.at(i, j) } else { entry(i, j) },
                    ))
                }
                Reach::Row => {
                    let columns = (0..s.n_next()).map(|j| along(&|_, column| column == j));
                    let columns = columns.collect::<Option<Vec<Grid<Dual<T>>>>>()?;
                    Some(s.tabulate(Quantity::Dz, |i, j| times_row(&columns[j], i)))
                }
                Reach::Column => {
                    let rows = (0..s.m()).map(|i| along(&|row, _| row == i));
                    let rows = rows.collect::<Option<Vec<Grid<Dual<T>>>>>()?;
                    let entry =
                        |i: usize, j| sum(0..s.m(), |row| s.da_next(row, j) * rows[i].at(row, j).slope);
                    Some(s.tabulate(Quantity::Dz, entry))
                }
                Reach::Batch => {
                    along(&|_, _| false)?;
                    let entry = |i, j| {
                        let a = along(&|row, column| (row, column) == (i, j)).expect("the same function");
                        sum(0..s.m(), |row| times_row(&a, row))
                    };
                    Some(s.tabulate(Quantity::Dz, entry))
                }
            }
        })
    }

    /// Replaces dZ by a gradient that is computed from the stored value, where this defect makes that a wrong one: from
    /// the row's dA_next, z and a, and whether the defect changes each entry; `None` keeps the right one.
    pub fn from_stored(
        self,
        gradient: impl Fn(&Activation, [&[T]; 3], &[bool]) -> Option<Vec<T>> + Send + Sync + 'static,
    ) -> Self {
        let function = self.stages[&Quantity::ANext].clone();
        self.stage(Quantity::Dz, move |s| {
            let (wrong, right) = (function(s)?, s.right(Quantity::ANext));
            rows(s, Quantity::Dz, |i| {
                let changed: Vec<bool> = wrong.row(i).iter().zip(right.row(i)).map(|(x, y)| x != y).collect();
                let (z, a) = (s.result(Quantity::Z).row(i), s.result(Quantity::ANext).row(i));
                if !changed.contains(&true) {
                    return None;
                }
                gradient(s.g, [s.inputs.da_next.row(i), z, a], &changed)
            })
        })
    }
}
