//! One element of a result, computed again from the results before it.

use super::{Entry, Inputs, Step, backward, forward};
use crate::trace::Quantity;
use nalgebra::RowDVector;

/// The element in row i and column j of a result whose equation is a product of matrices or follows from one, from the
/// row and the column that meet there; `None` for other results.
pub fn element<T: Entry>(
    inputs: &Inputs<T>,
    step: &Step<T>,
    quantity: Quantity,
    i: usize,
    j: usize,
) -> Option<T> {
    let Step { forward: results, backward: gradients } = step;
    let one = |x: &T| RowDVector::from_element(1, x.clone());
    let (dz_i, w_j) = (|| gradients.dz.rows(i, 1).into_owned(), || inputs.w.rows(j, 1).into_owned());
    let matrix = match quantity {
        Quantity::Z => {
            let (w, a_tilde) = (inputs.w.columns(j, 1).into_owned(), results.a_tilde.rows(i, 1).into_owned());
            forward::z(&w, &a_tilde, &one(&inputs.b[j]))
        }
        Quantity::Dw => {
            let (dz, a_tilde) = (gradients.dz.columns(j, 1), results.a_tilde.columns(i, 1));
            backward::dw(&dz.into_owned(), &a_tilde.into_owned())
        }
        Quantity::DaTilde => backward::da_tilde(&dz_i(), &w_j()),
        Quantity::Da => {
            let r = inputs.r.view((i, j), (1, 1)).into_owned();
            backward::da(&backward::da_tilde(&dz_i(), &w_j()), &r, &one(&inputs.keep_prob[j]))
        }
        _ => return None,
    };
    Some(matrix[(0, 0)].clone())
}
