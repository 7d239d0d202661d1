//! The bounds of a small step: the scalar form on [`ErrorBound`] numbers. [`super::by_matrices`] has those of a large one.

use super::{Own, textbook};
use crate::grid::Grid;
use crate::number::ErrorBound;
use crate::problem::Problem;
use crate::scalar::{Step, backward, forward};
use crate::trace::{Backward, Forward, Quantity};
use num_traits::{One, Zero};

/// All eight results with error bounds.
pub fn step<const S: usize, const A: usize>(
    problem: &Problem,
    expected: &Step<f64>,
    own: &Own,
) -> Step<ErrorBound<S, A>> {
    let inputs = problem.inputs().over::<ErrorBound<S, A>>();
    let g = problem.activation();
    let grid = |quantity: Quantity, derived: &Grid<ErrorBound<S, A>>| {
        let read = own.read(quantity, expected);
        let cols = derived.cols();
        Grid::tabulate(derived.rows(), cols, |i, j| read(i * cols + j, derived.at(i, j)))
    };

    // An implementation may scale before it masks, so the scaled number of a dropped unit must not overflow either.
    let kept = inputs.r.map(|_| ErrorBound::<S, A>::one());
    let masked = |kept: Grid<ErrorBound<S, A>>| {
        kept.zip(&inputs.r, |&x, r| if r.is_zero() && x.error().is_ok() { ErrorBound::zero() } else { x })
    };

    let p = &inputs.keep_prob;
    let a_tilde = masked(forward::a_tilde(&kept, p, &inputs.a));
    let from_a_tilde = grid(Quantity::ATilde, &a_tilde);
    let z = forward::z(&inputs.w, &from_a_tilde, &inputs.b);
    let from_z = grid(Quantity::Z, &z);
    let rows = |row: &dyn Fn(usize) -> Vec<ErrorBound<S, A>>| {
        Grid::from_rows(z.cols(), (0..z.rows()).map(row).collect())
    };
    let a_next = rows(&|i| textbook::value(g, from_z.row(i)));
    let dz = rows(&|i| textbook::row_times_jacobian(g, inputs.da_next.row(i), from_z.row(i)));
    let from_dz = grid(Quantity::Dz, &dz);
    let dw = backward::dw(&from_dz, &from_a_tilde);
    let db = backward::db(&from_dz);
    let da_tilde = backward::da_tilde(&from_dz, &inputs.w);
    let from_da_tilde = grid(Quantity::DaTilde, &da_tilde);
    let of_sum = backward::da(&from_da_tilde, &kept, p);
    let da = Grid::tabulate(kept.rows(), kept.cols(), |i, k| {
        if own.at(Quantity::DaTilde, i * kept.cols() + k).is_some() {
            return of_sum.at(i, k);
        }
        // An implementation may scale the terms of the sum instead.
        let terms = (0..z.cols()).map(|j| from_dz.at(i, j) * inputs.w.at(k, j));
        let of_terms = ErrorBound::sum_of_scaled(terms, ErrorBound::one() / p.at(k));
        of_sum.at(i, k).either(of_terms)
    });
    let da = masked(da);
    Step { forward: Forward { a_tilde, z, a_next }, backward: Backward { dz, dw, db, da_tilde, da } }
}
