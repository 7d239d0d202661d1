//! The forward pass in matrix form: equations 17 to 20. [`super::backward`] reverses it.

use super::{Entry, Inputs, broadcast, by_row};
use crate::number::Number;
use crate::problem::activation::VectorFunction;
use crate::trace::Forward;
use nalgebra::{DMatrix, RowDVector};

/// The three results, in the order of the equations.
pub fn pass<T: Entry>(inputs: &Inputs<T>, g: &impl VectorFunction<T>) -> Forward<DMatrix<T>> {
    let a_tilde = a_tilde(&inputs.r, &inputs.keep_prob, &inputs.a);
    let z = z(&inputs.w, &a_tilde, &inputs.b);
    let a_next = a_next(g, &z);
    Forward { a_tilde, z, a_next }
}

/// Ã = R ⊙ 1/broadcast(p) ⊙ A (equation 18), m × n.
//= forward.matrix.a_tilde
pub fn a_tilde<T: Number>(r: &DMatrix<T>, keep_prob: &RowDVector<T>, a: &DMatrix<T>) -> DMatrix<T> {
    r.component_mul(&broadcast(a.nrows(), &keep_prob.map(|p| T::one() / p))).component_mul(a)
}

/// Z = Ã · W + broadcast(b) (equation 19), m × n_next.
//= forward.matrix.z
pub fn z<T: Entry>(w: &DMatrix<T>, a_tilde: &DMatrix<T>, b: &RowDVector<T>) -> DMatrix<T> {
    T::product(a_tilde, w) + broadcast(a_tilde.nrows(), b)
}

/// A = g(Z) of the next layer, row by row (equation 20), m × n_next.
//= forward.matrix.a_next
pub fn a_next<T: Number>(g: &impl VectorFunction<T>, z: &DMatrix<T>) -> DMatrix<T> {
    by_row(z.nrows(), |i| RowDVector::from_vec(g.value(z.row(i).into_owned().as_slice())))
}
