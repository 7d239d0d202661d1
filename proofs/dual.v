(** The dual numbers over a ring: x + ε·x' with ε² = 0, as src/number/dual.rs has them. They are again a commutative
    ring, so every formula runs on them. A formula that maps x + ε·h to y + ε·y' has the derivative y' at x in the
    direction h, for the four operations by the rules that are proved at the end. gradient.v uses nothing else. *)

From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** [real x] and [slope x] are the two parts, [x +ε x'] is the number x + ε·x'. *)
Record dual (R : Type) := Dual { real : R; slope : R }.
Notation "x +ε y" := (Dual x y) (at level 50, left associativity).

Section Ring.
Variable R : comUnitRingType.
Implicit Types x y : dual R.

Definition pair_of_dual x := (real x, slope x).
Definition dual_of_pair (xx : R * R) := xx.1 +ε xx.2.
Lemma pair_of_dualK : cancel pair_of_dual dual_of_pair. Proof. by case. Qed.
Definition dual_eqMixin := CanEqMixin pair_of_dualK.
Canonical dual_eqType := EqType (dual R) dual_eqMixin.
Definition dual_choiceMixin := CanChoiceMixin pair_of_dualK.
Canonical dual_choiceType := ChoiceType (dual R) dual_choiceMixin.

Definition add_dual x y := (real x + real y) +ε (slope x + slope y).
Definition opp_dual x := (- real x) +ε (- slope x).
Definition mul_dual x y := (real x * real y) +ε (real x * slope y + slope x * real y).
Definition unit_dual : pred (dual R) := fun x => real x \is a GRing.unit.
Definition inv_dual x := if unit_dual x then (real x)^-1 +ε (- slope x / real x / real x) else x.

Lemma add_dualA : associative add_dual. Proof. by move=> x y z; rewrite /add_dual /= !addrA. Qed.
Lemma add_dualC : commutative add_dual. Proof. by move=> x y; rewrite /add_dual addrC (addrC (slope x)). Qed.
Lemma add0_dual : left_id (0 +ε 0) add_dual. Proof. by case=> x x'; rewrite /add_dual /= !add0r. Qed.
Lemma addN_dual : left_inverse (0 +ε 0) opp_dual add_dual. Proof. by move=> x; rewrite /add_dual /= !addNr. Qed.
Definition dual_zmodMixin := ZmodMixin add_dualA add_dualC add0_dual addN_dual.
Canonical dual_zmodType := ZmodType (dual R) dual_zmodMixin.

Lemma mul_dualA : associative mul_dual.
Proof. by move=> x y z; rewrite /mul_dual /= !mulrDl !mulrDr !mulrA addrA. Qed.
Lemma mul_dualC : commutative mul_dual.
Proof.
by move=> x y; rewrite /mul_dual mulrC addrC (mulrC (slope x)) (mulrC (real x) (slope y)).
Qed.
Lemma mul1_dual : left_id (1 +ε 0) mul_dual.
Proof. by case=> x x'; rewrite /mul_dual /= !mul1r mul0r addr0. Qed.
Lemma mul_dualDl : left_distributive mul_dual add_dual.
Proof. by move=> x y z; rewrite /mul_dual /add_dual /= !mulrDl addrACA. Qed.
Lemma one_dual_neq0 : (1 +ε 0 : dual R) != 0.
Proof. by apply/eqP => -[] /eqP; rewrite oner_eq0. Qed.
Definition dual_ringMixin := ComRingMixin mul_dualA mul_dualC mul1_dual mul_dualDl one_dual_neq0.
Canonical dual_ringType := RingType (dual R) dual_ringMixin.
Canonical dual_comRingType := ComRingType (dual R) mul_dualC.

Lemma mulV_dual : {in unit_dual, left_inverse 1 inv_dual *%R}.
Proof.
move=> x Ux; rewrite /inv_dual (Ux : unit_dual x); congr (_ +ε _); rewrite /= ?mulVr //.
by rewrite -mulrA mulVr // mulr1 mulrC mulNr addrC addNr.
Qed.
Lemma unit_dualP x y : y * x = 1 -> unit_dual x.
Proof. by case=> yx1 _; apply/unitrPr; exists (real y); rewrite mulrC. Qed.
Lemma inv_dual_out : {in [predC unit_dual], inv_dual =1 id}.
Proof. by move=> x; rewrite inE /= => /negbTE; rewrite /inv_dual -topredE /= => ->. Qed.
Definition dual_unitRingMixin := ComUnitRingMixin mulV_dual unit_dualP inv_dual_out.
Canonical dual_unitRingType := UnitRingType (dual R) dual_unitRingMixin.
Canonical dual_comUnitRingType := [comUnitRingType of dual R].

Lemma real_is_additive : additive (@real R). Proof. by []. Qed.
Canonical real_additive := Additive real_is_additive.
Lemma slope_is_additive : additive (@slope R). Proof. by []. Qed.
Canonical slope_additive := Additive slope_is_additive.

End Ring.

(** A number that stays as it is. *)
Definition constant (R : comUnitRingType) (x : R) : dual R := x +ε 0.

Section Rules.
Variable R : comUnitRingType.
Implicit Types x y h k : R.

Lemma dualE (d e : dual R) : real d = real e -> slope d = slope e -> d = e.
Proof. by case: d e => [x x'] [y y'] /= -> ->. Qed.

Theorem dual_sum n (x h : 'I_n -> R) : \sum_i (x i +ε h i) = (\sum_i x i) +ε (\sum_i h i).
Proof. by apply: dualE; rewrite raddf_sum. Qed.

Theorem dual_add x y h k : (x +ε h) + (y +ε k) = (x + y) +ε (h + k).
Proof. by []. Qed.

Theorem dual_mul x y h k : (x +ε h) * (y +ε k) = (x * y) +ε (x * k + h * y).
Proof. by []. Qed.

Theorem dual_div x y h k : y \is a GRing.unit -> (x +ε h) / (y +ε k) = (x / y) +ε ((h * y - x * k) / y / y).
Proof.
move=> Uy; rewrite /GRing.inv /= /inv_dual /unit_dual /= Uy; apply: dualE => //=.
by rewrite mulrBl mulrK // mulrBl addrC !mulNr mulrN !mulrA.
Qed.

Theorem dual_div_constant x y h : y \is a GRing.unit -> (x +ε h) / constant y = (x / y) +ε (h / y).
Proof. by move=> Uy; rewrite /constant dual_div // mulr0 subr0 mulrK. Qed.

End Rules.
