//! The forward pass index by index: equations 1 to 5. R is given here; [`crate::problem::mask`] draws it
//! (equation 2). [`super::backward`] reverses this pass.

use super::Inputs;
use crate::grid::{Grid, Vector};
use crate::number::{Number, sum};
use crate::problem::activation::VectorFunction;
use crate::trace::Forward;

/// The three results, in the order of the equations.
pub fn pass<T: Number>(inputs: &Inputs<T>, g: &impl VectorFunction<T>) -> Forward<Grid<T>> {
    let a_tilde = a_tilde(&inputs.r, &inputs.keep_prob, &inputs.a);
    let z = z(&inputs.w, &a_tilde, &inputs.b);
    let a_next = a_next(g, &z);
    Forward { a_tilde, z, a_next }
}

/// ã = r · 1/p · a (equation 3), m × n.
//= forward.scalar.a_tilde
//= derivation.scalar.a_tilde
pub fn a_tilde<T: Number>(r: &Grid<T>, keep_prob: &Vector<T>, a: &Grid<T>) -> Grid<T> {
    Grid::tabulate(a.rows(), a.cols(), |i, k| r.at(i, k) * (T::one() / keep_prob.at(k)) * a.at(i, k))
}

/// z = Σₖ w·ã + b (equation 4), m × n_next.
//= forward.scalar.z
pub fn z<T: Number>(w: &Grid<T>, a_tilde: &Grid<T>, b: &Vector<T>) -> Grid<T> {
    Grid::tabulate(a_tilde.rows(), w.cols(), |i, j| {
        sum(0..w.rows(), |k| w.at(k, j) * a_tilde.at(i, k)) + b.at(j)
    })
}

/// a = gⱼ(z₁, …, zₙ) of the next layer (equation 5), m × n_next: each output may depend on every z of its
/// row.
//= forward.scalar.a_next
pub fn a_next<T: Number>(g: &impl VectorFunction<T>, z: &Grid<T>) -> Grid<T> {
    Grid::from_rows(z.cols(), (0..z.rows()).map(|i| g.value(z.row(i))).collect())
}
