//! g by any of its conforming formulas: ours ([`crate::problem::activation`]) and those of textbooks.
//!
//! Ours never cancel. Some textbook formulas do: 1 − s is off by a rounding of 1 where s approaches 1, and an
//! implementation is not wrong for that. Both are conforming, and so is anything no worse than the worse of
//! them; [`value`] and [`row_times_jacobian`] return that bound.

use crate::grid::Grid;
use crate::number::{ErrorBound, sum};
use crate::problem::activation::{Activation, CoupledActivation, Textbook, VectorFunction};

/// g(z) by any conforming formula.
pub fn value<const S: usize, const A: usize>(
    g: &Activation,
    z: &[ErrorBound<S, A>],
) -> Vec<ErrorBound<S, A>> {
    unless_unbounded(g, [z], || worst(g, [g.value(z), Textbook(g).value(z)]))
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
            [
                g.row_times_jacobian(row, z),
                full(row, &g.jacobian(z)),
                textbook.row_times_jacobian(row, z),
                full(row, &textbook.jacobian(z)),
            ],
        )
    };
    unless_unbounded(g, [row, z], formulas)
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
fn worst<const N: usize, const S: usize, const A: usize>(
    g: &Activation,
    formulas: [Vec<ErrorBound<S, A>>; N],
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
