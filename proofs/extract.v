(** The program: the step of subject.v with the activations of activation.v over the rationals, as OCaml. Only lists,
    pairs and truth values become those of OCaml; numbers are those of Rocq, bit by bit. subject.ml reads and writes
    them. *)

From Coq Require Import QArith Qcanon.
From Coq Require Extraction ExtrOcamlBasic.
From mathcomp Require Import seq.
From dropout_oracle Require Import number activation rational.
From dropout_oracle Require subject.

(** A number from its numerator and denominator, and back. *)
Definition fraction_of (num : Z) (den : positive) : Qc := Q2Qc (Qmake num den).
Definition numerator_of (x : Qc) : Z := Qnum x.
Definition denominator_of (x : Qc) : positive := Qden x.

Definition unit_identity : scalar_activation rational := Identity.
Definition unit_relu : scalar_activation rational := Relu.
Definition unit_leaky_relu (slope : Qc) : scalar_activation rational := @LeakyRelu rational slope.
Definition unit_softsign : scalar_activation rational := Softsign.

Definition g_per_unit (units : seq (scalar_activation rational)) : vector_function rational :=
  @per_unit rational is_positive (nth Identity units).
Definition g_cumulative_sum : vector_function rational := cumulative_sum rational.
Definition g_coupled_quadratic : vector_function rational := coupled_quadratic rational.
Definition g_normalized_square : vector_function rational := @normalized_square rational (Q2Qc 1).

(** The eight results, row by row. *)
Definition all_results m n n_next (g : vector_function rational)
    (a : seq (seq Qc)) (p : seq Qc) (r w : seq (seq Qc)) (b : seq Qc) (da_next : seq (seq Qc)) : seq (seq (seq Qc)) :=
  let s := @subject.step rational m n n_next g a p r w b da_next in
  [:: subject.A_tilde s; subject.Z s; subject.A_next s; subject.dZ s; subject.dW s; [:: subject.db s];
      subject.dA_tilde s; subject.dA s].

(* MathComp's equality of indices carries its proof. *)
Set Warnings "-extraction-opaque-accessed".
Extraction Language OCaml.
Extraction "rules.ml" fraction_of numerator_of denominator_of unit_identity unit_relu unit_leaky_relu unit_softsign
  g_per_unit g_cumulative_sum g_coupled_quadratic g_normalized_square all_results.
