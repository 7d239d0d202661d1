//! The backward pass in matrix form: equations 51 to 58. Each function reverses a line of [`super::forward`].

use super::{Entry, Inputs, broadcast, by_row, from_grid};
use crate::number::Number;
use crate::problem::activation::VectorFunction;
use crate::trace::{Backward, Forward};
use nalgebra::{DMatrix, RowDVector};

/// Up to this many output units, `dz_i` multiplies by the full Jacobian, as equation 51 writes it out. Beyond
/// this, it asks g for the same product without the `n_next²` entries.
pub const FULL_JACOBIAN_UP_TO: usize = 64;

/// The five results, in the order of the equations.
pub fn pass<T: Entry>(
    inputs: &Inputs<T>,
    forward: &Forward<DMatrix<T>>,
    g: &impl VectorFunction<T>,
) -> Backward<DMatrix<T>, RowDVector<T>> {
    let dz = dz(&inputs.da_next, &forward.z, g);
    let dw = dw(&dz, &forward.a_tilde);
    let db = db(&dz);
    let da_tilde = da_tilde(&dz, &inputs.w);
    let da = da(&da_tilde, &inputs.r, &inputs.keep_prob);
    Backward { dz, dw, db, da_tilde, da }
}

/// dJ/dzᵢ = dJ/daᵢ · ∂aᵢ/∂zᵢ (equation 53, written out in 51), a row of n_next; reverses a row of
/// [`super::forward::a_next`].
//= backward.matrix.dz_i
//= derivation.matrix.dz_i
pub fn dz_i<T: Number>(
    da_i: &RowDVector<T>,
    z_i: &RowDVector<T>,
    g: &impl VectorFunction<T>,
) -> RowDVector<T> {
    let (da_i_cells, z_i_cells) = (da_i.as_slice(), z_i.as_slice());
    if z_i.len() <= FULL_JACOBIAN_UP_TO {
        da_i * from_grid(&g.jacobian(z_i_cells))
    } else {
        RowDVector::from_vec(g.row_times_jacobian(da_i_cells, z_i_cells))
    }
}

/// dJ/dZ: the rows dJ/dzᵢ stacked (equation 54), m × n_next; reverses [`super::forward::a_next`].
//= backward.matrix.dz
pub fn dz<T: Number>(da_next: &DMatrix<T>, z: &DMatrix<T>, g: &impl VectorFunction<T>) -> DMatrix<T> {
    by_row(z.nrows(), |i| dz_i(&da_next.row(i).into_owned(), &z.row(i).into_owned(), g))
}

/// dJ/dW = Ãᵀ · dJ/dZ (equation 55), n × n_next; reverses W in [`super::forward::z`].
//= backward.matrix.dw
pub fn dw<T: Entry>(dz: &DMatrix<T>, a_tilde: &DMatrix<T>) -> DMatrix<T> {
    T::product(&a_tilde.transpose(), dz)
}

/// dJ/db = Σᵢ dJ/dzᵢ (equation 56), n_next: a sum over the examples, not a mean; reverses b in
/// [`super::forward::z`].
//= backward.matrix.db
pub fn db<T: Number>(dz: &DMatrix<T>) -> RowDVector<T> {
    dz.row_sum()
}

/// dJ/dÃ = dJ/dZ · Wᵀ (equation 57), m × n; reverses Ã in [`super::forward::z`].
///
/// Computed as (W · dJ/dZᵀ)ᵀ: if m is small beside n and n_next, a transposed copy of W costs more than both
/// transpositions here.
//= backward.matrix.da_tilde
pub fn da_tilde<T: Entry>(dz: &DMatrix<T>, w: &DMatrix<T>) -> DMatrix<T> {
    T::product(w, &dz.transpose()).transpose()
}

/// dJ/dA = dJ/dÃ ⊙ R ⊙ 1/broadcast(p) (equation 58), m × n: the mask of the forward pass and its
/// scale; reverses [`super::forward::a_tilde`].
//= backward.matrix.da
pub fn da<T: Number>(da_tilde: &DMatrix<T>, r: &DMatrix<T>, keep_prob: &RowDVector<T>) -> DMatrix<T> {
    da_tilde.component_mul(r).component_mul(&broadcast(r.nrows(), &keep_prob.map(|p| T::one() / p)))
}
