(** The activations of src/problem/activation/ with the formulas and the Jacobians of the code, for any kind of number.
    Those of a single unit need the sign of a number, and softmax and log_softmax an exponential and a logarithm, which are
    arguments here. jacobian.v proves that each Jacobian is the derivative. *)

From mathcomp Require Import all_ssreflect.
From dropout_oracle Require Import number.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Section Formulas.
Variable T : number.
Local Open Scope number_scope.
Implicit Type z : seq T.

Definition at_ z j : T := nth 0 z j.
Definition when (condition : bool) (x : T) := if condition then x else 0.
Definition square (x : T) := x * x.

(** A function for each unit, with its slope: the Jacobian is diagonal. *)
Definition elementwise (f slope : nat -> T -> T) := VectorFunction
  (fun z j => f j (at_ z j))
  (fun z jj j => when (jj == j) (slope j (at_ z j))).

(** zⱼ. *)
Definition identity := elementwise (fun _ x => x) (fun _ _ => 1).

(** The functions of a single unit that need no more than the four operations and the sign of a number, and a mix that
    gives each unit its own. *)
Inductive scalar_activation := Identity | Relu | LeakyRelu of T | Softsign.

Section Sign.
Variable is_positive : T -> bool.

Definition size_of x := if is_positive x then x else - x.
Definition inverse x := 1 / (1 + size_of x).

Definition scalar_value s x :=
  match s with
  | Identity => x
  | Relu => if is_positive x then x else 0
  | LeakyRelu slope => if is_positive x then x else slope * x
  | Softsign => x / (1 + size_of x)
  end.

Definition scalar_slope s x :=
  match s with
  | Identity => 1
  | Relu => if is_positive x then 1 else 0
  | LeakyRelu slope => if is_positive x then 1 else slope
  | Softsign => inverse x * inverse x
  end.

Definition per_unit (s : nat -> scalar_activation) :=
  elementwise (fun j => scalar_value (s j)) (fun j => scalar_slope (s j)).
End Sign.

(** z₁ + … + zⱼ. *)
Definition cumulative_sum : vector_function T := VectorFunction
  (fun z j => Σ_(l < j.+1) at_ z l)
  (fun z jj j => when (j <= jj)%N 1).

(** zⱼ·zⱼ₊₁ + zⱼ, where the first follows the last. *)
Definition next z j := (j.+1 %% size z)%N.
Definition coupled_quadratic : vector_function T := VectorFunction
  (fun z j => at_ z j * at_ z (next z j) + at_ z j)
  (fun z jj j => when (j == jj) (at_ z (next z jj) + 1) + when (j == next z jj) (at_ z jj)).

(** zⱼ² / (1 + Σ z²), with z and 1 divided by a common scale. *)
Section NormalizedSquare.
Variable scale : T.
Let one := 1 / scale.
Let scaled z j := at_ z j * one.
Definition denominator z := square one + Σ_(l < size z) square (scaled z l).
Let others z j := square one + Σ_(l < size z) when (l != j) (square (scaled z l)).
Let slope z j := (1 + 1) * scaled z j * one / denominator z.
Definition normalized_square : vector_function T := VectorFunction
  (fun z j => square (scaled z j) / denominator z)
  (fun z jj j => if jj == j then slope z j * (others z j / denominator z)
                 else - (slope z j * (square (scaled z jj) / denominator z))).
End NormalizedSquare.

(** exp(zⱼ − c) / Σ exp(zₗ − c), where c is the z of any index; the code takes the largest. *)
Section Exponential.
Variables (exp ln_1p : T -> T) (largest : nat).
Let e z j := exp (at_ z j - at_ z largest).
Definition total z := Σ_(l < size z) e z l.
Let s z j := e z j / total z.
Let complement z j := Σ_(l < size z) when (l != j) (s z l).
Definition softmax : vector_function T := VectorFunction s
  (fun z jj j => if jj == j then s z j * complement z j else - (s z jj * s z j)).

(** (zⱼ − c) − ln(1 + Σ exp(zₗ − c)), where Σ omits c. *)
Definition rest z := Σ_(l < size z) when (l != largest) (e z l).
Definition log_softmax : vector_function T := VectorFunction
  (fun z j => at_ z j - at_ z largest - ln_1p (rest z))
  (fun z jj j => if jj == j then complement z j else - s z j).
End Exponential.

End Formulas.
Arguments Identity {T}.
Arguments Relu {T}.
Arguments Softsign {T}.
Arguments square : simpl never.
Arguments denominator : simpl never.
Arguments when : simpl never.
Arguments total : simpl never.
Arguments rest : simpl never.
