(** The two forms agree: each rule in matrix form (equations 18 to 20, 51 and 53 to 58) gives the layout of what its twin
    gives index by index (3 to 5 and 38 to 42), for all m, n, n_next and over every commutative ring. [scalar.z] is the z
    of scalar.v and [matrix.z] that of matrix.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number layout.
From dropout_oracle Require scalar matrix.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Agreement.
Variables (R : comUnitRingType) (m n n_next : nat).
Implicit Types (a r w a_tilde z da_next dz da_tilde : nat -> nat -> of_ring R) (p b : nat -> of_ring R).
Implicit Types (g : vector_function (of_ring R)).

(*= forward.matrix.a_tilde *)
(*= forward.scalar.a_tilde *)
Theorem forward_matrix_a_tilde_is_scalar r p a :
  matrix.a_tilde (layout m n r) (layout_row n p) (layout m n a) = layout m n (scalar.a_tilde r p a).
Proof. by apply/matrixP => i k; rewrite !mxE. Qed.

(*= forward.matrix.z *)
(*= forward.scalar.z *)
Theorem forward_matrix_z_is_scalar w a_tilde b :
  matrix.z (layout n n_next w) (layout m n a_tilde) (layout_row n_next b) = layout m n_next (scalar.z n w a_tilde b).
Proof.
apply/matrixP => i j; rewrite !mxE /scalar.z sum_of_ring; congr (_ + _).
by apply: eq_bigr => k _; rewrite !mxE mulrC.
Qed.

(*= forward.matrix.a_next *)
(*= forward.scalar.a_next *)
Theorem forward_matrix_a_next_is_scalar g z :
  matrix.a_next (row_function_of n_next g) (layout m n_next z) = layout m n_next (scalar.a_next n_next g z).
Proof. by apply/matrixP => i j; rewrite !mxE cells_of_row. Qed.

(** Equation 51 writes the row and the Jacobian out, entry by entry. *)
(*= derivation.matrix.dz_i *)
Theorem derivation_matrix_dz_i_is_scalar da_next z g (i : 'I_m) :
  (\row_(jj < n_next) da_next i jj : 'rV[R]_n_next)
    *m (\matrix_(jj < n_next, j < n_next) jacobian g (row_cells n_next z i) jj j)
  = \row_(j < n_next) scalar.dz n_next da_next z g i j.
Proof.
apply/rowP => j; rewrite !mxE /scalar.dz sum_of_ring.
by apply: eq_bigr => jj _; rewrite !mxE.
Qed.

(*= backward.matrix.dz_i *)
Theorem backward_matrix_dz_i_is_scalar da_next z g (i : 'I_m) :
  matrix.dz_i (layout_row n_next (da_next i)) (layout_row n_next (z i)) (row_function_of n_next g)
  = layout_row n_next (scalar.dz n_next da_next z g i).
Proof.
rewrite /matrix.dz_i /= cells_of_layout_row.
exact: derivation_matrix_dz_i_is_scalar.
Qed.

(*= backward.matrix.dz *)
(*= backward.scalar.dz *)
Theorem backward_matrix_dz_is_scalar da_next z g :
  matrix.dz (layout m n_next da_next) (layout m n_next z) (row_function_of n_next g)
  = layout m n_next (scalar.dz n_next da_next z g).
Proof. by apply/matrixP => i j; rewrite mxE !row_of_layout backward_matrix_dz_i_is_scalar !mxE. Qed.

(*= backward.matrix.dw *)
(*= backward.scalar.dw *)
Theorem backward_matrix_dw_is_scalar dz a_tilde :
  matrix.dw (layout m n_next dz) (layout m n a_tilde) = layout n n_next (scalar.dw m dz a_tilde).
Proof.
apply/matrixP => k j; rewrite !mxE /scalar.dw sum_of_ring.
by apply: eq_bigr => i _; rewrite !mxE mulrC.
Qed.

(*= backward.matrix.db *)
(*= backward.scalar.db *)
Theorem backward_matrix_db_is_scalar dz : matrix.db (layout m n_next dz) = layout_row n_next (scalar.db m dz).
Proof.
apply/rowP => j; rewrite /matrix.db summxE !mxE /scalar.db sum_of_ring.
by apply: eq_bigr => i _; rewrite !mxE.
Qed.

(*= backward.matrix.da_tilde *)
(*= backward.scalar.da_tilde *)
Theorem backward_matrix_da_tilde_is_scalar dz w :
  matrix.da_tilde (layout m n_next dz) (layout n n_next w) = layout m n (scalar.da_tilde n_next dz w).
Proof.
apply/matrixP => i k; rewrite !mxE /scalar.da_tilde sum_of_ring.
by apply: eq_bigr => j _; rewrite !mxE.
Qed.

(*= backward.matrix.da *)
(*= backward.scalar.da *)
Theorem backward_matrix_da_is_scalar da_tilde r p :
  matrix.da (layout m n da_tilde) (layout m n r) (layout_row n p) = layout m n (scalar.da da_tilde r p).
Proof. by apply/matrixP => i k; rewrite !mxE. Qed.

(** One whole step: what equations 18 to 20 and 54 to 58 compute from each other's results is what 3 to 5 and 38 to 42
    compute from each other's. *)
Theorem matrix_step_is_scalar_step a p r w b g da_next :
  let a_tilde := scalar.a_tilde r p a in
  let z := scalar.z n w a_tilde b in
  let dz := scalar.dz n_next da_next z g in
  let da_tilde := scalar.da_tilde n_next dz w in
  let A_tilde := matrix.a_tilde (layout m n r) (layout_row n p) (layout m n a) in
  let Z := matrix.z (layout n n_next w) A_tilde (layout_row n_next b) in
  let A_next := matrix.a_next (row_function_of n_next g) Z in
  let dZ := matrix.dz (layout m n_next da_next) Z (row_function_of n_next g) in
  let dA_tilde := matrix.da_tilde dZ (layout n n_next w) in
  [/\ A_tilde = layout m n a_tilde,
      Z = layout m n_next z &
      A_next = layout m n_next (scalar.a_next n_next g z)] /\
  [/\ dZ = layout m n_next dz,
      matrix.dw dZ A_tilde = layout n n_next (scalar.dw m dz a_tilde),
      matrix.db dZ = layout_row n_next (scalar.db m dz),
      dA_tilde = layout m n da_tilde &
      matrix.da dA_tilde (layout m n r) (layout_row n p) = layout m n (scalar.da da_tilde r p)].
Proof.
move=> a_tilde z dz da_tilde A_tilde Z A_next dZ dA_tilde.
have A_tildeE : A_tilde = layout m n a_tilde by exact: forward_matrix_a_tilde_is_scalar.
have ZE : Z = layout m n_next z by rewrite /Z A_tildeE forward_matrix_z_is_scalar.
have dZE : dZ = layout m n_next dz by rewrite /dZ ZE backward_matrix_dz_is_scalar.
have dA_tildeE : dA_tilde = layout m n da_tilde by rewrite /dA_tilde dZE backward_matrix_da_tilde_is_scalar.
split; split=> //.
- by rewrite /A_next ZE forward_matrix_a_next_is_scalar.
- by rewrite A_tildeE dZE backward_matrix_dw_is_scalar.
- by rewrite dZE backward_matrix_db_is_scalar.
- by rewrite dA_tildeE backward_matrix_da_is_scalar.
Qed.

End Agreement.
