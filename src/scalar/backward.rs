//! The backward pass index by index: equations 37 to 42. Each function reverses a line of [`super::forward`].

use super::Inputs;
use crate::grid::{Grid, Vector};
use crate::number::{Number, sum};
use crate::problem::activation::VectorFunction;
use crate::trace::{Backward, Forward};

/// The five results, in the order of the equations.
pub fn pass<T: Number>(
    inputs: &Inputs<T>,
    forward: &Forward<Grid<T>>,
    g: &impl VectorFunction<T>,
) -> Backward<Grid<T>, Vector<T>> {
    let dz = dz(&inputs.da_next, &forward.z, g);
    let dw = dw(&dz, &forward.a_tilde);
    let db = db(&dz);
    let da_tilde = da_tilde(&dz, &inputs.w);
    let da = da(&da_tilde, &inputs.r, &inputs.keep_prob);
    Backward { dz, dw, db, da_tilde, da }
}

/// dJ/dz = Σⱼⱼ dJ/daⱼⱼ · ∂aⱼⱼ/∂zⱼ (equation 38), m × n_next; reverses [`super::forward::a_next`].
//= backward.scalar.dz
//= derivation.scalar.dz
pub fn dz<T: Number>(da_next: &Grid<T>, z: &Grid<T>, g: &impl VectorFunction<T>) -> Grid<T> {
    let jacobians: Vec<Grid<T>> = (0..z.rows()).map(|i| g.jacobian(z.row(i))).collect();
    Grid::tabulate(z.rows(), z.cols(), |i, j| {
        sum(0..z.cols(), |jj| da_next.at(i, jj) * jacobians[i].at(jj, j))
    })
}

/// dJ/dw = Σᵢ dJ/dz · ã (equation 39), n × n_next; reverses w in [`super::forward::z`].
//= backward.scalar.dw
//= derivation.scalar.dw
pub fn dw<T: Number>(dz: &Grid<T>, a_tilde: &Grid<T>) -> Grid<T> {
    Grid::tabulate(a_tilde.cols(), dz.cols(), |k, j| sum(0..dz.rows(), |i| dz.at(i, j) * a_tilde.at(i, k)))
}

/// dJ/db = Σᵢ dJ/dz (equation 40), n_next: a sum over the examples, not a mean; reverses b in
/// [`super::forward::z`].
//= backward.scalar.db
//= derivation.scalar.db
pub fn db<T: Number>(dz: &Grid<T>) -> Vector<T> {
    Vector::tabulate(dz.cols(), |j| sum(0..dz.rows(), |i| dz.at(i, j)))
}

/// dJ/dã = Σⱼ dJ/dz · w (equation 41), m × n; reverses ã in [`super::forward::z`].
//= backward.scalar.da_tilde
//= derivation.scalar.da_tilde
pub fn da_tilde<T: Number>(dz: &Grid<T>, w: &Grid<T>) -> Grid<T> {
    Grid::tabulate(dz.rows(), w.rows(), |i, k| sum(0..w.cols(), |j| dz.at(i, j) * w.at(k, j)))
}

/// dJ/da = dJ/dã · r · 1/p (equation 42), m × n: the mask of the forward pass and its scale; reverses
/// [`super::forward::a_tilde`].
//= backward.scalar.da
//= derivation.scalar.da
pub fn da<T: Number>(da_tilde: &Grid<T>, r: &Grid<T>, keep_prob: &Vector<T>) -> Grid<T> {
    Grid::tabulate(r.rows(), r.cols(), |i, k| da_tilde.at(i, k) * r.at(i, k) * (T::one() / keep_prob.at(k)))
}
