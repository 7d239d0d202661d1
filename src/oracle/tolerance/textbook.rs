//! g by any of its conforming formulas: ours ([`crate::problem::activation`]) and those of textbooks.
//!
//! Ours never cancel. Some textbook formulas do: 1 − s is off by a rounding of 1 where s approaches 1, and an
//! implementation is not wrong for that. Both are conforming, and so is anything no worse than the worse of
//! them; [`value`] and [`row_times_jacobian`] return that bound.

use crate::grid::Grid;
use crate::number::{ErrorBound, sum};
use crate::problem::activation::coupled::LongRow;
use crate::problem::activation::{Activation, CoupledActivation, ScalarActivation, Textbook, VectorFunction};
use num_traits::One;

/// g(z) by any conforming formula.
pub fn value<const S: usize, const A: usize>(
    g: &Activation,
    z: &[ErrorBound<S, A>],
) -> Vec<ErrorBound<S, A>> {
    unless_unbounded(g, [z], || worst(g, vec![g.value(z), Textbook(g).value(z)]))
}

/// row · ∂a/∂z by any conforming formula, with or without the full Jacobian.
pub fn row_times_jacobian<const S: usize, const A: usize>(
    g: &Activation,
    row: &[ErrorBound<S, A>],
    z: &[ErrorBound<S, A>],
) -> Vec<ErrorBound<S, A>> {
    let textbook = Textbook(g);
    let formulas = || {
        worst(
            g,
            vec![
                g.row_times_jacobian(row, z),
                full(row, &g.jacobian(z)),
                textbook.row_times_jacobian(row, z),
                full(row, &textbook.jacobian(z)),
            ],
        )
    };
    unless_unbounded(g, [row, z], formulas)
}

/// [`value`] of z and [`row_times_jacobian`] of row and z, in time that grows with their length and not with its square.
pub fn long_row<const S: usize, const A: usize>(
    g: &Activation,
    row: &[ErrorBound<S, A>],
    z: &[ErrorBound<S, A>],
) -> [Vec<ErrorBound<S, A>>; 2] {
    let Activation::Coupled(coupled) = g else {
        let one = ErrorBound::one();
        let unbounded = row.iter().find_map(|da| da.error().err());
        let slope = |g: ScalarActivation, j: usize| {
            let (own, textbook) = (row[j] * g.derivative(&z[j]), g.textbook_derivative(z[j]));
            let dz = own.either(row[j] * textbook).either(row[j] * (one * textbook));
            // The full Jacobian multiplies every number of the row, by 0 where it is not on the diagonal.
            unbounded.filter(|_| dz.error().is_ok()).map_or(dz, ErrorBound::without_bound)
        };
        let value = |g: ScalarActivation, j: usize| g.value(&z[j]).either(g.textbook_value(z[j]));
        return [g.by_unit(z.len(), value), g.by_unit(z.len(), slope)];
    };
    if let Some(&unbounded) = row.iter().chain(z).find(|x| x.error().is_err()) {
        let bounded = z.iter().all(|x| x.error().is_ok());
        let values =
            if bounded { worst(g, coupled.long_row(row, z).values) } else { vec![unbounded; z.len()] };
        return [values, vec![unbounded; z.len()]];
    }
    let LongRow { values, gradients } = coupled.long_row(row, z);
    [worst(g, values), worst(g, gradients)]
}

/// The result of the formulas; without any bound if g couples its units and one number of the rows has none.
fn unless_unbounded<const N: usize, const S: usize, const A: usize>(
    g: &Activation,
    rows: [&[ErrorBound<S, A>]; N],
    formulas: impl FnOnce() -> Vec<ErrorBound<S, A>>,
) -> Vec<ErrorBound<S, A>> {
    let is_coupled = matches!(g, Activation::Coupled(_));
    match rows.into_iter().flatten().find(|x| is_coupled && x.error().is_err()) {
        Some(&unbounded) => vec![unbounded; rows[0].len()],
        None => formulas(),
    }
}

/// Element by element, the result of any of the formulas; without a bound if one of them may overflow. The exponentials
/// of softmax and log_softmax cannot: they are shifted, although the error of z may hide it.
fn worst<const S: usize, const A: usize>(
    g: &Activation,
    formulas: Vec<Vec<ErrorBound<S, A>>>,
) -> Vec<ErrorBound<S, A>> {
    let is_shifted =
        matches!(g, Activation::Coupled(CoupledActivation::Softmax | CoupledActivation::LogSoftmax));
    let any = if is_shifted { ErrorBound::or } else { ErrorBound::either };
    let both = |x: Vec<ErrorBound<S, A>>, y: Vec<ErrorBound<S, A>>| {
        x.into_iter().zip(y).map(|(x, y)| any(x, y)).collect()
    };
    formulas.into_iter().reduce(both).unwrap_or_default()
}

/// row · jacobian, the full sum.
fn full<const S: usize, const A: usize>(
    row: &[ErrorBound<S, A>],
    jacobian: &Grid<ErrorBound<S, A>>,
) -> Vec<ErrorBound<S, A>> {
    (0..row.len()).map(|j| sum(0..row.len(), |jj| row[jj] * jacobian.at(jj, j))).collect()
}
