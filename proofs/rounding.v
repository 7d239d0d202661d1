(** Rounding to nearest obeys the standard model of sum.v, so the bound holds for every binary format: a result is the
    nearest number of the format, with ties in any direction, chosen anew in each addition, and may be flushed to 0 if it
    is subnormal. The formats are those of Flocq, unbounded above: overflow is not considered. This file uses the real
    numbers of Rocq's standard library and their axioms; README.md lists them. *)

From Coq Require Import Reals Lia.
From Flocq Require Import Core Plus_error Relative.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From dropout_oracle Require Import sum.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Section Rounding.

(** A format of [bits] bits whose least subnormal number is 2^least. *)
Variables (least bits : Z).
Hypothesis bits_gt0 : Prec_gt_0 bits.
Local Notation format := (FLT_exp least bits).
Local Open Scope R_scope.

Definition is_number (x : R) := generic_format radix2 format x.

(** u, the unit roundoff, and the least normal number. *)
Definition roundoff := bpow radix2 (- bits).
Definition least_normal := bpow radix2 (least + bits - 1).

(** c is the number nearest to x, or 0 in place of a subnormal one where [flushes]. *)
Definition nearest (flushes : bool) (x c : R) := exists ties,
  let rounded := round radix2 format (Znearest ties) x in
  c = rounded \/ flushes /\ c = 0 /\ Rabs rounded < least_normal.

Lemma roundoff_is_half_ulp : u_ro radix2 bits = roundoff.
Proof.
rewrite /u_ro /roundoff bpow_plus.
have -> : bpow radix2 1 = 2 by [].
by field.
Qed.

Lemma nearest_number flushes x c : nearest flushes x c -> is_number c.
Proof.
by case=> ties [->|[_ [-> _]]]; [apply: generic_format_round | apply: generic_format_0].
Qed.

Lemma nearest_of_number flushes x c : is_number x -> nearest flushes x c ->
  c = x \/ flushes /\ c = 0 /\ Rabs x < least_normal.
Proof.
by move=> x_number [ties]; rewrite round_generic.
Qed.

Lemma small_before_rounding ties x : Rabs (round radix2 format (Znearest ties) x) < least_normal -> Rabs x <= least_normal.
Proof.
move=> small; apply: Rnot_lt_le => large.
apply: (Rlt_not_le _ _ small); apply: abs_round_ge_generic (Rlt_le _ _ large).
apply: generic_format_bpow; rewrite /FLT_exp.
by have := bits_gt0; rewrite /Prec_gt_0; lia.
Qed.

Lemma nearest_of_sum flushes x y c : is_number x -> is_number y -> nearest flushes (x + y) c ->
  Rabs (c - (x + y)) <= roundoff * Rabs (x + y) \/ flushes /\ c = 0 /\ Rabs (x + y) <= least_normal.
Proof.
move=> x_number y_number [ties [->|[flush [-> small]]]].
  left; have [eps [small ->]] := FLT_plus_error_N_ex radix2 least bits ties x y x_number y_number.
  have -> : (x + y) * (1 + eps) - (x + y) = eps * (x + y) by ring.
  rewrite Rabs_mult; apply: Rmult_le_compat_r; first exact: Rabs_pos.
  apply: Rle_trans small _; rewrite -roundoff_is_half_ulp.
  exact: u_rod1pu_ro_le_u_ro.
by right; split=> //; split=> //; apply: small_before_rounding small.
Qed.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The bound of sum.v for a format with rounding to nearest. *)
Theorem sum_of_floats (I : eqType) (flushes : bool) (term x e M : I -> R) (t : grouping I) (s : seq I) (computed : R) :
  let n := count (fun i => term i != 0) s in
  let eta := if flushes then least_normal else 0 in
  (forall i, is_number (term i)) -> (forall i, term i = 0 \/ eta <= `|term i|) ->
  perm_eq (terms t) s -> computes (nearest flushes) term t computed -> n.-1%:R * roundoff < 1 ->
  (forall i, `|term i - x i| <= e i) -> (forall i, `|term i| <= M i) ->
  `|computed - \sum_(i <- s) x i|
  <= \sum_(i <- s) e i + gamma roundoff n.-1 * (\sum_(i <- s) M i) + n.-1%:R * eta.
Proof.
move=> n eta number normal order computation nu1 error magnitude.
have roundoff0 : 0 <= roundoff by apply/RleP; exact: bpow_ge_0.
have eta0 : 0 <= eta by rewrite /eta; case: (flushes) => //; apply/RleP; exact: bpow_ge_0.
apply: (sum_in_any_order (is_number := is_number) roundoff0 eta0 _ _ _ number normal order computation nu1 error magnitude).
- exact: nearest_number.
- move=> y c y_number /(nearest_of_number y_number)[|[flush [-> small]]]; [by left | right; split=> //].
  by rewrite /eta flush; apply/RltP.
- move=> y z c y_number z_number /(nearest_of_sum y_number z_number)[close|[flush [-> small]]]; [left | right].
    by apply/RleP.
  by split=> //; rewrite /eta flush; apply/RleP.
Qed.

End Rounding.

(** The formats of spec/tolerance.md. *)
Definition sum_of_binary64 := @sum_of_floats (-1074) 53 Logic.eq_refl.
Definition sum_of_binary32 := @sum_of_floats (-149) 24 Logic.eq_refl.
Definition sum_of_binary16 := @sum_of_floats (-24) 11 Logic.eq_refl.
Definition sum_of_bfloat16 := @sum_of_floats (-133) 8 Logic.eq_refl.
