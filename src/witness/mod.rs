//! Independent ways to a gradient, each from the scalar forward pass alone.
//!
//! [`loss`] is J as a function of one of the five variables with respect to which the backward pass
//! differentiates: the variable is replaced in the forward pass, and equations 3 to 5 continue from there.
//! [`difference`] and [`dual`] differentiate any such function.
//!
//! Architecture invariant: this module sees neither a backward pass nor the matrix form. Only because of that
//! do its gradients verify anything.

pub mod difference;
pub mod dual;

use crate::grid::{Grid, Vector};
use crate::number::Number;
use crate::problem::activation::VectorFunction;
use crate::scalar::{Inputs, forward};
use crate::trace::{Backward, Quantity};

/// A variable with respect to which J is differentiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// Z, m × n_next.
    Z,
    /// W, n × n_next.
    W,
    /// b, a grid of one row.
    B,
    /// Ã, m × n.
    ATilde,
    /// A, m × n.
    A,
}

impl Variable {
    /// All five, in the order of the backward pass.
    pub const ALL: [Variable; 5] = [Variable::Z, Variable::W, Variable::B, Variable::ATilde, Variable::A];

    /// The result that is the gradient with respect to this variable.
    pub fn quantity(self) -> Quantity {
        match self {
            Variable::Z => Quantity::Dz,
            Variable::W => Quantity::Dw,
            Variable::B => Quantity::Db,
            Variable::ATilde => Quantity::DaTilde,
            Variable::A => Quantity::Da,
        }
    }

    /// The gradient with respect to this variable, from the results of a backward pass.
    pub fn gradient<T: Clone>(self, backward: &Backward<Grid<T>, Vector<T>>) -> Grid<T> {
        match self {
            Variable::Z => backward.dz.clone(),
            Variable::W => backward.dw.clone(),
            Variable::B => backward.db.clone().into_row(),
            Variable::ATilde => backward.da_tilde.clone(),
            Variable::A => backward.da.clone(),
        }
    }
}

/// The variable's own value in the step: the point at which the backward pass differentiates.
pub fn value<T: Number>(inputs: &Inputs<T>, variable: Variable) -> Grid<T> {
    let a_tilde = || forward::a_tilde(&inputs.r, &inputs.keep_prob, &inputs.a);
    match variable {
        Variable::Z => forward::z(&inputs.w, &a_tilde(), &inputs.b),
        Variable::W => inputs.w.clone(),
        Variable::B => inputs.b.clone().into_row(),
        Variable::ATilde => a_tilde(),
        Variable::A => inputs.a.clone(),
    }
}

/// Z with the variable at `moved` and everything else unchanged, m × n_next.
pub fn z<T: Number>(inputs: &Inputs<T>, variable: Variable, moved: &Grid<T>) -> Grid<T> {
    let a_tilde = |a: &Grid<T>| forward::a_tilde(&inputs.r, &inputs.keep_prob, a);
    match variable {
        Variable::Z => moved.clone(),
        Variable::W => forward::z(moved, &a_tilde(&inputs.a), &inputs.b),
        Variable::B => forward::z(&inputs.w, &a_tilde(&inputs.a), &moved.row(0).to_vec().into()),
        Variable::ATilde => forward::z(&inputs.w, moved, &inputs.b),
        Variable::A => forward::z(&inputs.w, &a_tilde(moved), &inputs.b),
    }
}

/// J = Σᵢⱼ dJ/da · a, both of the next layer: a loss whose gradient with respect to A_next is dJ/dA_next.
pub fn loss<T: Number>(
    inputs: &Inputs<T>,
    g: &impl VectorFunction<T>,
    variable: Variable,
    moved: &Grid<T>,
) -> T {
    let a_next = forward::a_next(g, &z(inputs, variable, moved));
    dot(&inputs.da_next, &a_next)
}

/// J of two layers: A_next of the `lower` one, with its variable at `moved`, is A of the `upper` one. The
/// lower layer's dA_next and the upper layer's own A are not used.
pub fn loss_of_two<T: Number>(
    (lower, g_lower): (&Inputs<T>, &impl VectorFunction<T>),
    (upper, g_upper): (&Inputs<T>, &impl VectorFunction<T>),
    variable: Variable,
    moved: &Grid<T>,
) -> T {
    let a = forward::a_next(g_lower, &z(lower, variable, moved));
    loss(upper, g_upper, Variable::A, &a)
}

/// Σ over all cells of x · y.
pub fn dot<T: Number>(x: &Grid<T>, y: &Grid<T>) -> T {
    T::sum(x.cells().iter().zip(y.cells()).map(|(x, y)| x.clone() * y.clone()))
}

/// The grid with one entry replaced.
fn with<T: Clone>(grid: &Grid<T>, (row, col): (usize, usize), entry: T) -> Grid<T> {
    Grid::tabulate(
        grid.rows(),
        grid.cols(),
        |i, j| {
            if (i, j) == (row, col) { entry.clone() } else { grid.at(i, j) }
        },
    )
}
