//! The theorems in `proofs/` that state each equation for all sizes, by file and name.
//!
//! A comment `(*= id *)` stands directly above each of them; a test holds this list to those comments, and fails for a
//! rule without a theorem.

use super::Equation;

impl Equation {
    /// The theorems about it, as `file.name`.
    pub fn theorems(&self) -> &'static [&'static str] {
        THEOREMS.iter().find(|(number, _)| *number == self.number).map_or(&[], |(_, theorems)| theorems)
    }
}

/// The equations that have theorems, by number.
#[rustfmt::skip]
const THEOREMS: &[(u8, &[&str])] = &[
    (2, &[
        "dropout_mask.forward_scalar_r_is_bernoulli",
        "dropout_mask.forward_scalar_r_is_independent",
    ]),
    (3, &[
        "agreement.forward_matrix_a_tilde_is_scalar",
        "dropout_mask.forward_scalar_a_tilde_has_mean_a",
        "dropout_mask.forward_scalar_a_tilde_has_variance",
        "dropout_mask.forward_scalar_a_tilde_is_independent",
    ]),
    (4, &["agreement.forward_matrix_z_is_scalar"]),
    (5, &["agreement.forward_matrix_a_next_is_scalar"]),
    (6, &["layout.layout_entry"]),
    (7, &["layout.layout_entry"]),
    (8, &["layout.layout_row_entry"]),
    (9, &["layout.layout_entry"]),
    (10, &["layout.layout_row_entry"]),
    (11, &["layout.layout_stacks_rows"]),
    (12, &["layout.layout_entry"]),
    (13, &["layout.layout_row_entry"]),
    (14, &["layout.layout_row_entry"]),
    (15, &["layout.layout_stacks_rows"]),
    (16, &["layout.every_row_function_has_a_layout"]),
    (18, &["agreement.forward_matrix_a_tilde_is_scalar"]),
    (19, &["agreement.forward_matrix_z_is_scalar"]),
    (20, &["agreement.forward_matrix_a_next_is_scalar"]),
    (25, &["gradient.derivation_scalar_dz_is_partial_derivative"]),
    (29, &["gradient.derivation_scalar_dw_is_partial_derivative"]),
    (30, &["gradient.derivation_scalar_db_is_partial_derivative"]),
    (34, &["gradient.derivation_scalar_da_tilde_is_partial_derivative"]),
    (36, &["gradient.derivation_scalar_da_is_partial_derivative"]),
    (38, &[
        "agreement.backward_matrix_dz_is_scalar",
        "gradient.backward_scalar_dz_is_derivative",
    ]),
    (39, &[
        "agreement.backward_matrix_dw_is_scalar",
        "gradient.backward_scalar_dw_is_derivative",
    ]),
    (40, &[
        "agreement.backward_matrix_db_is_scalar",
        "gradient.backward_scalar_db_is_derivative",
    ]),
    (41, &[
        "agreement.backward_matrix_da_tilde_is_scalar",
        "gradient.backward_scalar_da_tilde_is_derivative",
    ]),
    (42, &[
        "agreement.backward_matrix_da_is_scalar",
        "gradient.backward_scalar_da_is_derivative",
    ]),
    (43, &["layout.layout_row_entry"]),
    (44, &["layout.layout_stacks_rows"]),
    (45, &["layout.layout_row_entry"]),
    (46, &["layout.layout_stacks_rows"]),
    (47, &["layout.layout_entry"]),
    (48, &["layout.layout_row_entry"]),
    (49, &["layout.layout_entry"]),
    (50, &["layout.layout_entry"]),
    (51, &["agreement.derivation_matrix_dz_i_is_scalar"]),
    (53, &["agreement.backward_matrix_dz_i_is_scalar"]),
    (54, &[
        "agreement.backward_matrix_dz_is_scalar",
        "matrix_gradient.matrix_step_is_derivative",
    ]),
    (55, &[
        "agreement.backward_matrix_dw_is_scalar",
        "matrix_gradient.matrix_step_is_derivative",
    ]),
    (56, &[
        "agreement.backward_matrix_db_is_scalar",
        "matrix_gradient.matrix_step_is_derivative",
    ]),
    (57, &[
        "agreement.backward_matrix_da_tilde_is_scalar",
        "matrix_gradient.matrix_step_is_derivative",
    ]),
    (58, &[
        "agreement.backward_matrix_da_is_scalar",
        "matrix_gradient.matrix_step_is_derivative",
    ]),
];
