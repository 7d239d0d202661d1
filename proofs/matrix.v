(** The step in matrix form: equations 18 to 20 and 53 to 58, with MathComp's matrices over any commutative ring, and with
    the names and the order of src/matrix/. This file never sees the index-by-index form. [*m] is the product of two
    matrices, [^T] the transpose, ['M_(m, n)] an m × n matrix and ['rV_n] a row of n. agreement.v proves that both forms
    compute the same numbers. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Local Open Scope ring_scope.

(** Entrywise multiplication, entrywise division of 1, and m copies of a row. *)
Definition hadamard (R : comUnitRingType) m n (x y : 'M[R]_(m, n)) := \matrix_(i, j) (x i j * y i j).
Definition reciprocal (R : comUnitRingType) m n (x : 'M[R]_(m, n)) := \matrix_(i, j) (1 / x i j).
Definition broadcast (R : comUnitRingType) m n (v : 'rV[R]_n) : 'M[R]_(m, n) := \matrix_(i, j) v 0 j.
Notation "x ⊙ y" := (hadamard x y) (at level 40, left associativity) : ring_scope.

(** g in matrix form: a function of rows (equation 16), and its Jacobian at a row. *)
Record row_function (R : comUnitRingType) n := RowFunction {
  value : 'rV[R]_n -> 'rV[R]_n;
  jacobian : 'rV[R]_n -> 'M[R]_n
}.

Section Matrix.
Variables (R : comUnitRingType) (m n n_next : nat).
Implicit Types (A R A_tilde dA_tilde : 'M[R]_(m, n)) (p : 'rV[R]_n) (W : 'M[R]_(n, n_next)) (b : 'rV[R]_n_next).
Implicit Types (Z dA_next dZ : 'M[R]_(m, n_next)) (g : row_function R n_next).

(** Equation 18: Ã = R ⊙ 1/broadcast(p) ⊙ A. *)
Definition a_tilde R p A := R ⊙ reciprocal (broadcast m p) ⊙ A.

(** Equation 19: Z = Ã · W + broadcast(b). *)
Definition z W A_tilde b := A_tilde *m W + broadcast m b.

(** Equation 20: A = g(Z) of the next layer, row by row. *)
Definition a_next g Z := \matrix_(i < m) value g (row i Z).

(** Equation 53: dJ/dzᵢ = dJ/daᵢ · ∂aᵢ/∂zᵢ. *)
Definition dz_i (da_i z_i : 'rV[R]_n_next) g := da_i *m jacobian g z_i.

(** Equation 54: the rows dJ/dzᵢ stacked. *)
Definition dz dA_next Z g := \matrix_(i < m) dz_i (row i dA_next) (row i Z) g.

(** Equation 55: dJ/dW = Ãᵀ · dJ/dZ. *)
Definition dw dZ A_tilde := A_tilde^T *m dZ.

(** Equation 56: dJ/db = Σᵢ dJ/dzᵢ. *)
Definition db dZ := \sum_(i < m) row i dZ.

(** Equation 57: dJ/dÃ = dJ/dZ · Wᵀ. *)
Definition da_tilde dZ W := dZ *m W^T.

(** Equation 58: dJ/dA = dJ/dÃ ⊙ R ⊙ 1/broadcast(p). *)
Definition da dA_tilde R p := dA_tilde ⊙ R ⊙ reciprocal (broadcast m p).

End Matrix.
