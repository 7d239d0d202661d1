(** The gradient is the derivative, in matrix form: gradient.v and agreement.v put together. [X +ε H] for matrices moves
    each entry of X by ε times that of H, and ⟨X, H⟩ is the sum of the products of their entries. *)

From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number layout dual gradient agreement.
From dropout_oracle Require scalar matrix.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Matrices.
Variable R : comUnitRingType.

Definition move_matrix m n (X H : 'M[R]_(m, n)) : 'M[dual R]_(m, n) := \matrix_(i, j) (X i j +ε H i j).
Definition hold_matrix m n (X : 'M[R]_(m, n)) : 'M[dual R]_(m, n) := \matrix_(i, j) constant (X i j).
Definition inner_matrix m n (X H : 'M[R]_(m, n)) : R := \sum_(i < m) \sum_(j < n) X i j * H i j.

Lemma layout_move m n (X H : 'M[R]_(m, n)) : layout m n (move (numbers X) (numbers H)) = move_matrix X H.
Proof. by apply/matrixP => i j; rewrite !mxE /move !numbers_at. Qed.

Lemma layout_hold m n (X : 'M[R]_(m, n)) : layout m n (hold (numbers X)) = hold_matrix X.
Proof. by apply/matrixP => i j; rewrite !mxE /hold !numbers_at. Qed.

Lemma layout_row_move n (v h : 'rV[R]_n) : layout_row n (move_row (row_numbers v) (row_numbers h)) = move_matrix v h.
Proof. by apply/rowP => j; rewrite !mxE /move_row !row_numbers_at. Qed.

Lemma layout_row_hold n (v : 'rV[R]_n) : layout_row n (hold_row (row_numbers v)) = hold_matrix v.
Proof. by apply/rowP => j; rewrite !mxE /hold_row !row_numbers_at. Qed.

Lemma inner_layout m n (x : nat -> nat -> R) (H : 'M[R]_(m, n)) : inner m n x (numbers H) = inner_matrix (layout m n x) H.
Proof. by apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite numbers_at mxE. Qed.

Lemma inner_layout_row n (x : nat -> R) (h : 'rV[R]_n) : inner_row n x (row_numbers h) = inner_matrix (layout_row n x) h.
Proof. by rewrite /inner_matrix big_ord1; apply: eq_bigr => j _; rewrite row_numbers_at mxE. Qed.

Variables (m n n_next : nat).
Variables (A mask : 'M[R]_(m, n)) (p : 'rV[R]_n) (W : 'M[R]_(n, n_next)) (b : 'rV[R]_n_next).
Variables (g : matrix.row_function R n_next) (G : matrix.row_function [comUnitRingType of dual R] n_next).
Variables (J : 'M[dual R]_(m, n_next) -> dual R) (y : R) (dA_next : 'M[R]_(m, n_next)).

Let A_tilde := matrix.a_tilde mask p A.
Let Z := matrix.z W A_tilde b.
Let dZ := matrix.dz dA_next Z g.
Let dA_tilde := matrix.da_tilde dZ W.

Hypothesis invertible : forall k, p 0 k \is a GRing.unit.
(** G(z + ε·v) = g(z) + ε·Jg(z)·v at each row of Z. *)
Hypothesis Jg : forall i v, matrix.value G (move_matrix (row i Z) v)
  = move_matrix (matrix.value g (row i Z)) (v *m (matrix.jacobian g (row i Z))^T).
(** J(A_next + ε·H) = J(A_next) + ε·⟨dA_next, H⟩. *)
Hypothesis gradient_of_J : forall H, J (move_matrix (matrix.a_next g Z) H) = y +ε inner_matrix dA_next H.

(*= backward.matrix.dz *)
(*= backward.matrix.dw *)
(*= backward.matrix.db *)
(*= backward.matrix.da_tilde *)
(*= backward.matrix.da *)
Theorem matrix_step_is_derivative (HA : 'M[R]_(m, n)) (HW : 'M[R]_(n, n_next)) (Hb : 'rV[R]_n_next) :
  J (matrix.a_next G (matrix.z (move_matrix W HW)
       (matrix.a_tilde (hold_matrix mask) (hold_matrix p) (move_matrix A HA)) (move_matrix b Hb)))
  = y +ε (inner_matrix (matrix.da dA_tilde mask p) HA + inner_matrix (matrix.dw dZ A_tilde) HW
          + inner_matrix (matrix.db dZ) Hb).
Proof.
pose f := vector_function_of g; pose F := vector_function_of G.
have fE v : matrix.value (row_function_of n_next f) v = matrix.value g v by case: (every_row_function_has_a_layout g v).
have f'E v : matrix.jacobian (row_function_of n_next f) v = matrix.jacobian g v.
  by case: (every_row_function_has_a_layout g v).
have FE v : matrix.value (row_function_of n_next F) v = matrix.value G v by case: (every_row_function_has_a_layout G v).
have gZ X : matrix.a_next g X = matrix.a_next (row_function_of n_next f) X :> 'M[R]_(m, n_next).
  by apply/row_matrixP => i; rewrite !rowK fE.
have GZ X : matrix.a_next G X = matrix.a_next (row_function_of n_next F) X :> 'M[dual R]_(m, n_next).
  by apply/row_matrixP => i; rewrite !rowK FE.
have dZE X : matrix.dz dA_next X g = matrix.dz dA_next X (row_function_of n_next f).
  by apply/row_matrixP => i; rewrite !rowK /matrix.dz_i f'E.
pose a : nat -> nat -> of_ring R := numbers A; pose r : nat -> nat -> of_ring R := numbers mask.
pose q : nat -> of_ring R := row_numbers p; pose w : nat -> nat -> of_ring R := numbers W.
pose c : nat -> of_ring R := row_numbers b; pose da_next : nat -> nat -> of_ring R := numbers dA_next.
pose a_tilde := scalar.a_tilde r q a; pose z := scalar.z n w a_tilde c.
have A_tildeE : A_tilde = layout m n a_tilde.
  by rewrite -forward_matrix_a_tilde_is_scalar !layout_numbers layout_row_numbers.
have ZE : Z = layout m n_next z.
  by rewrite -forward_matrix_z_is_scalar -A_tildeE layout_numbers layout_row_numbers.
have A_nextE : matrix.a_next g Z = layout m n_next (scalar.a_next n_next f z).
  by rewrite gZ ZE forward_matrix_a_next_is_scalar.
have dZE' : dZ = layout m n_next (scalar.dz n_next da_next z f).
  by rewrite -backward_matrix_dz_is_scalar /dZ dZE ZE layout_numbers.
have dA_tildeE : dA_tilde = layout m n (scalar.da_tilde n_next (scalar.dz n_next da_next z f) w).
  by rewrite -backward_matrix_da_tilde_is_scalar /dA_tilde dZE' layout_numbers.
have unit k : (k < n)%N -> q k \is a GRing.unit.
  by move=> kn; rewrite /q (row_numbers_at p (Ordinal kn)).
have jacobian_f i : (i < m)%N -> has_jacobian n_next F f (z i).
  move=> im v j jn.
  have rowE (T : comUnitRingType) (x : nat -> T) : layout_row n_next (nth 0 (mkseq x n_next)) = layout_row n_next x.
    by apply/rowP => l; rewrite !mxE nth_mkseq.
  have := Jg (Ordinal im) (layout_row n_next v); rewrite ZE row_of_layout /=.
  rewrite !rowE => JgE.
  have -> : layout_row n_next (move_row (z i) v) = move_matrix (layout_row n_next (z i)) (layout_row n_next v).
    by apply/rowP => l; rewrite !mxE.
  rewrite JgE !(row_numbers_at _ (Ordinal jn)) mxE; congr (_ +ε _); rewrite mxE; apply: eq_bigr => l _.
  by rewrite !mxE (numbers_at _ (Ordinal jn) l) mulrC.
pose loss (x : nat -> nat -> dual_number R) := J (layout m n_next x).
have loss_looks : looks_at m n_next loss.
  by move=> x x' e; congr J; apply/matrixP => i j; rewrite !mxE e.
have loss_gradient : is_gradient m n_next loss (layer n n_next f r q a w c) y da_next.
  move=> h; have -> : loss (move (layer n n_next f r q a w c) h) = J (move_matrix (matrix.a_next g Z) (layout m n_next h)).
    by congr J; rewrite A_nextE; apply/matrixP => i j; rewrite !mxE.
  rewrite gradient_of_J; congr (_ +ε _); apply: eq_bigr => i _; apply: eq_bigr => j _.
  by rewrite mxE /da_next numbers_at.
have := step_is_derivative unit jacobian_f loss_looks loss_gradient (numbers HA) (numbers HW) (row_numbers Hb).
rewrite /loss /layer -forward_matrix_a_next_is_scalar -forward_matrix_z_is_scalar -forward_matrix_a_tilde_is_scalar.
rewrite !layout_move !layout_hold layout_row_move layout_row_hold -GZ => ->; congr (_ +ε (_ + _ + _)).
- by rewrite inner_layout -backward_matrix_da_is_scalar -dA_tildeE layout_numbers layout_row_numbers.
- by rewrite inner_layout -backward_matrix_dw_is_scalar -dZE' -A_tildeE.
- by rewrite inner_layout_row -backward_matrix_db_is_scalar -dZE'.
Qed.

End Matrices.
