(** The step index by index: equations 3 to 5 and 38 to 42, one definition per rule, with the names and the order of
    src/scalar/. This file knows no algebra and never sees the matrix form. [m], [n] and [n_next] are the sizes; a
    definition takes the ones over which it sums. Read it beside spec/dropout.md, then matrix.v. *)

From mathcomp Require Import all_ssreflect.
From dropout_oracle Require Import number.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Local Open Scope number_scope.

Section Forward.
Variable T : number.
Implicit Types (a r w a_tilde z : nat -> nat -> T) (p b : nat -> T) (g : vector_function T).

(** Equation 3: ã = r · 1/p · a. *)
Definition a_tilde r p a i k := r i k * (1 / p k) * a i k.

(** Equation 4: z = Σₖ w·ã + b. *)
Definition z n w a_tilde b i j := Σ_(k < n) (w k j * a_tilde i k) + b j.

(** Equation 5: a = gⱼ(z₁, …, zₙ) of the next layer. *)
Definition a_next n_next g z i j := value g (row_cells n_next z i) j.

End Forward.

Section Backward.
Variable T : number.
Implicit Types (da_next z dz w a_tilde da_tilde r : nat -> nat -> T) (p : nat -> T) (g : vector_function T).

(** Equation 38: dJ/dz = Σⱼⱼ dJ/daⱼⱼ · ∂aⱼⱼ/∂zⱼ. *)
Definition dz n_next da_next z g i j := Σ_(jj < n_next) (da_next i jj * jacobian g (row_cells n_next z i) jj j).

(** Equation 39: dJ/dw = Σᵢ dJ/dz · ã. *)
Definition dw m dz a_tilde k j := Σ_(i < m) (dz i j * a_tilde i k).

(** Equation 40: dJ/db = Σᵢ dJ/dz. *)
Definition db m dz j := Σ_(i < m) dz i j.

(** Equation 41: dJ/dã = Σⱼ dJ/dz · w. *)
Definition da_tilde n_next dz w i k := Σ_(j < n_next) (dz i j * w k j).

(** Equation 42: dJ/da = dJ/dã · r · 1/p. *)
Definition da da_tilde r p i k := da_tilde i k * r i k * (1 / p k).

End Backward.
