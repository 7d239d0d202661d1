(** The layouts, equations 6 to 16 and 43 to 50: which number stands where. [layout m n x] is the m × n matrix of the
    numbers x i j, and [layout_row n x] the row of the n numbers x j. Every matrix, every row and every function of rows
    has this form, so a theorem about layouts is a theorem about all of them. *)

From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number.
From dropout_oracle Require matrix.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Local Open Scope ring_scope.

Section Layout.
Variable R : comUnitRingType.

Definition layout m n (x : nat -> nat -> R) : 'M[R]_(m, n) := \matrix_(i < m, j < n) x i j.
Definition layout_row n (x : nat -> R) : 'rV[R]_n := \row_(j < n) x j.

(** A row of a matrix as a list, and back. *)
Definition cells n (v : 'rV[R]_n) : seq R := [seq v 0 j | j <- enum 'I_n].

(** g in matrix form, made of the g of the index-by-index form. *)
Definition row_function_of n (g : vector_function (of_ring R)) : matrix.row_function R n :=
  matrix.RowFunction (fun v => layout_row n (value g (cells v))) (fun v => layout n n (jacobian g (cells v))).

Lemma row_of_layout m n x (i : 'I_m) : row i (layout m n x) = layout_row n (x i).
Proof. by apply/rowP => j; rewrite !mxE. Qed.

Lemma cells_of_layout_row n x : cells (layout_row n x) = mkseq x n.
Proof.
rewrite /mkseq -val_enum_ord -map_comp.
by apply: eq_map => j; rewrite /= mxE.
Qed.

Lemma cells_of_row m n x (i : 'I_m) : cells (row i (layout m n x)) = row_cells n x i.
Proof. by rewrite row_of_layout cells_of_layout_row. Qed.

(*= forward.layout.a *)
(*= forward.layout.r *)
(*= forward.layout.a_tilde *)
(*= forward.layout.w *)
(*= backward.layout.dw *)
(*= backward.layout.da_tilde *)
(*= backward.layout.da *)
Theorem layout_entry m n (x : nat -> nat -> R) (i : 'I_m) (j : 'I_n) : layout m n x i j = x i j.
Proof. by rewrite mxE. Qed.

(*= forward.layout.p *)
(*= forward.layout.b *)
(*= forward.layout.z_i *)
(*= forward.layout.a_next_i *)
(*= backward.layout.da_next_i *)
(*= backward.layout.dz_i *)
(*= backward.layout.db *)
Theorem layout_row_entry n (x : nat -> R) (j : 'I_n) : layout_row n x 0 j = x j.
Proof. by rewrite mxE. Qed.

(*= forward.layout.z *)
(*= forward.layout.a_next *)
(*= backward.layout.da_next *)
(*= backward.layout.dz *)
Theorem layout_stacks_rows m n (x : nat -> nat -> R) : layout m n x = \matrix_(i < m) layout_row n (x i).
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.

(** The numbers of a matrix and of a row, as functions of their indices. *)
Definition numbers m n (x : 'M[R]_(m, n)) i j : R :=
  if insub i is Some i' then if insub j is Some j' then x i' j' else 0 else 0.
Definition row_numbers n (v : 'rV[R]_n) j : R := if insub j is Some j' then v 0 j' else 0.

Lemma numbers_at m n (x : 'M[R]_(m, n)) (i : 'I_m) (j : 'I_n) : numbers x i j = x i j.
Proof. by rewrite /numbers !valK. Qed.

Lemma row_numbers_at n (v : 'rV[R]_n) (j : 'I_n) : row_numbers v j = v 0 j.
Proof. by rewrite /row_numbers valK. Qed.

Lemma layout_numbers m n (x : 'M[R]_(m, n)) : layout m n (numbers x) = x.
Proof. by apply/matrixP => i j; rewrite mxE numbers_at. Qed.

Lemma layout_row_numbers n (v : 'rV[R]_n) : layout_row n (row_numbers v) = v.
Proof. by apply/rowP => j; rewrite mxE row_numbers_at. Qed.

(** g index by index, made of the g of the matrix form. *)
Definition vector_function_of n (g : matrix.row_function R n) : vector_function (of_ring R) := @VectorFunction (of_ring R)
  (fun l : seq R => row_numbers (matrix.value g (layout_row n (nth 0 l))))
  (fun l : seq R => numbers (matrix.jacobian g (layout_row n (nth 0 l)))).

Lemma layout_cells n (v : 'rV[R]_n) : layout_row n (nth 0 (cells v)) = v.
Proof.
apply/rowP => j; rewrite mxE (nth_map j) ?size_enum_ord //; congr (v _ _).
by apply: val_inj; rewrite /= nth_enum_ord.
Qed.

(*= forward.layout.g *)
Theorem every_row_function_has_a_layout n (g : matrix.row_function R n) v :
  matrix.value (row_function_of n (vector_function_of g)) v = matrix.value g v /\
  matrix.jacobian (row_function_of n (vector_function_of g)) v = matrix.jacobian g v.
Proof. by rewrite /= layout_cells layout_row_numbers layout_numbers. Qed.

End Layout.
