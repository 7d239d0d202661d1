(** The rational numbers of Rocq's standard library, reduced fractions of binary integers, with which a program can
    compute. They are a commutative ring in which everything but 0 has an inverse, so all theorems speak about them. *)

From Coq Require Import ZArith QArith Qcanon Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** The rationals as a kind of number, and whether one is positive. *)
Definition rational : number := @Number Qc (Q2Qc 0) (Q2Qc 1) Qcopp Qcplus Qcmult Qcdiv.
Definition is_positive (x : Qc) : bool := Z.ltb 0 (Qnum x).

Lemma Qc_decidable : comparable Qc. Proof. exact: Qc_eq_dec. Qed.
Definition Qc_eqMixin := comparableMixin Qc_decidable.
Canonical Qc_eqType := EqType Qc Qc_eqMixin.

Definition Qc_code (x : Qc) := (is_positive x, Z.abs_nat (Qnum x), Pos.to_nat (Qden x)).
Definition Qc_decode (code : bool * nat * nat) :=
  let: (positive, n, d) := code in
  Q2Qc (Qmake (if positive then Z.of_nat n else Z.opp (Z.of_nat n)) (Pos.of_nat d)).
Lemma Qc_codeK : cancel Qc_code Qc_decode.
Proof.
move=> x; apply: Qc_is_canon; rewrite /Qc_code /Qc_decode Pos2Nat.id /is_positive Zabs2Nat.id_abs.
have -> : (if Z.ltb 0 (Qnum x) then Z.abs (Qnum x) else Z.opp (Z.abs (Qnum x))) = Qnum x.
  by case: Z.ltb_spec => sign; [rewrite Z.abs_eq | rewrite Z.abs_neq]; lia.
apply: Qeq_trans (Qred_correct _) _.
by case: (this x).
Qed.
Definition Qc_choiceMixin := CanChoiceMixin Qc_codeK.
Canonical Qc_choiceType := ChoiceType Qc Qc_choiceMixin.

Definition Qc_zmodMixin := ZmodMixin Qcplus_assoc Qcplus_comm Qcplus_0_l
  (fun x => eq_trans (Qcplus_comm (Qcopp x) x) (Qcplus_opp_r x)).
Canonical Qc_zmodType := ZmodType Qc Qc_zmodMixin.

Lemma Qc_mulDl : left_distributive Qcmult Qcplus. Proof. by move=> x y z; rewrite Qcmult_plus_distr_l. Qed.
Lemma Qc_one_neq0 : (Q2Qc 1 : Qc) != Q2Qc 0.
Proof. by apply/eqP => /(f_equal (fun x : Qc => Qnum x)). Qed.
Definition Qc_ringMixin := ComRingMixin Qcmult_assoc Qcmult_comm Qcmult_1_l Qc_mulDl Qc_one_neq0.
Canonical Qc_ringType := RingType Qc Qc_ringMixin.
Canonical Qc_comRingType := ComRingType Qc Qcmult_comm.

Definition Qc_unit : pred Qc := fun x => x != Q2Qc 0.
Lemma Qc_mulV : {in Qc_unit, left_inverse (Q2Qc 1) Qcinv Qcmult}.
Proof. by move=> x /eqP x0; rewrite Qcmult_inv_l. Qed.
Lemma Qc_unitP (x y : Qc) : Qcmult y x = Q2Qc 1 -> Qc_unit x.
Proof. by move=> yx1; apply/eqP => x0; move: yx1; rewrite x0 Qcmult_0_r. Qed.
Lemma Qc_inv_out : {in [predC Qc_unit], Qcinv =1 id}.
Proof. by move=> x; rewrite inE /= negbK => /eqP ->. Qed.
Definition Qc_unitRingMixin := ComUnitRingMixin Qc_mulV Qc_unitP Qc_inv_out.
Canonical Qc_unitRingType := UnitRingType Qc Qc_unitRingMixin.
Canonical Qc_comUnitRingType := [comUnitRingType of Qc].

Theorem rational_is_of_ring : rational = of_ring Qc_comUnitRingType.
Proof. by []. Qed.
