(** The same over the real numbers, with limits: if every input moves along a line, the loss is a function of time, and its
    derivative in the sense of calculus is what the gradients say. The bridge is [follows]: a function of time with the
    value x and the derivative h at 0 follows the dual number x + ε·h, and every operation keeps to that. This file uses the
    real numbers of Rocq's standard library and their axioms; README.md lists them. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From dropout_oracle Require Import number dual gradient activation jacobian.
From dropout_oracle Require scalar.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation real := (of_ring R_comUnitRingType).
Local Notation D := (dual_number R_comUnitRingType).

(** At time 0, X has the value and the derivative that d states. *)
Definition follows (X : R -> real) (d : D) := X 0 = dual.real d /\ derivable_pt_lim X 0 (slope d).

Section Operations.
Variables (X Y : R -> R) (x y : D).
Hypotheses (followsX : follows X x) (followsY : follows Y y).

Lemma follows_add : follows (fun t => X t + Y t) (x + y).
Proof.
case: followsX followsY => X0 X' [Y0 Y']; split; first by rewrite X0 Y0.
exact: derivable_pt_lim_plus X' Y'.
Qed.

Lemma follows_opp : follows (fun t => - X t) (- x).
Proof.
case: followsX => X0 X'; split; first by rewrite X0.
exact: derivable_pt_lim_opp X'.
Qed.

Lemma follows_mul : follows (fun t => X t * Y t) (x * y).
Proof.
case: followsX followsY => X0 X' [Y0 Y']; split; first by rewrite X0 Y0.
have := derivable_pt_lim_mult _ _ _ _ _ X' Y'; rewrite X0 Y0.
by rewrite [slope (x * y)]addrC.
Qed.

Lemma follows_div : (forall t, Y t != 0) -> follows (fun t => X t / Y t) (x / y).
Proof.
case: followsX followsY => X0 X' [Y0 Y'] nonzero.
have y0 : dual.real y != 0 by rewrite -Y0.
have -> : x / y = (dual.real x / dual.real y)
    +ε ((slope x * dual.real y - dual.real x * slope y) / dual.real y / dual.real y).
  by case: x y y0 => [x0 x'] [y0' y'] /= y0; apply: dual_div; rewrite unitfE.
split; first by rewrite /= X0 Y0.
have Y00 : Y 0 <> 0%R by apply/eqP; rewrite Y0.
have := derivable_pt_lim_div _ _ _ _ _ X' Y' Y00.
rewrite X0 Y0 => quotient.
apply: (@derivable_pt_lim_ext (fun t => Rdiv (X t) (Y t))) => [t|]; first exact: RdivE.
have -> // : slope (dual.real x / dual.real y
    +ε ((slope x * dual.real y - dual.real x * slope y) / dual.real y / dual.real y))
  = Rdiv (slope x * dual.real y - slope y * dual.real x) (Rsqr (dual.real y)).
rewrite RdivE ?mulf_neq0 //= -mulrA -invfM [dual.real x * _]mulrC.
by [].
Qed.
End Operations.

Lemma follows_constant (x : R) : follows (fun=> x) (constant x).
Proof. by split=> //; exact: derivable_pt_lim_const. Qed.

Lemma follows_line (x h : R) : follows (fun t => x + t * h) (x +ε h).
Proof.
have time : follows id (0 +ε 1) by split=> //; exact: derivable_pt_lim_id.
have := follows_add (follows_constant x) (follows_mul time (follows_constant h)).
congr (follows _ _); apply: dualE => /=; first by rewrite mul0r addr0.
by rewrite mul0r mul1r !add0r.
Qed.

Lemma follows_sum n (X : R -> nat -> real) (d : nat -> D) :
  (forall k, (k < n)%N -> follows (X^~ k) (d k)) -> follows (fun t => sum n (X t)) (sum n d).
Proof.
elim: n => [_|n IH followsX]; first exact: follows_constant.
by apply: follows_add; [apply: IH => k kn; apply: followsX; rewrite ltnS ltnW | exact: followsX].
Qed.

Section Step.
Variables (m n n_next : nat).
Variables (g : vector_function real) (G : vector_function D).
Variables (r a w : nat -> nat -> real) (p b : nat -> real).
Hypothesis invertible : forall k, (k < n)%N -> p k != 0 :> R.
Let z := scalar.z n w (scalar.a_tilde r p a) b.

(** g has a Jacobian, and it is the derivative in the sense of calculus, too: along any curve, G says how g moves. *)
Hypothesis Jg : forall i, (i < m)%N -> has_jacobian n_next G g (z i).
Hypothesis followsG : forall (c : R -> nat -> real) (d : nat -> D) j, (j < n_next)%N ->
  (forall l, (l < n_next)%N -> follows (c^~ l) (d l)) ->
  follows (fun t => value g (mkseq (c t) n_next) j) (value G (mkseq d n_next) j).

(** J is differentiable with the gradient da_next: along any curve through the outputs, its derivative is ⟨da_next, h⟩. *)
Variables (J : (nat -> nat -> real) -> R) (da_next : nat -> nat -> real).
Hypothesis J_is_differentiable : forall (c : R -> nat -> nat -> real) (h : nat -> nat -> R),
  (forall i j, (i < m)%N -> (j < n_next)%N -> follows (fun t => c t i j) (layer n n_next g r p a w b i j +ε h i j)) ->
  derivable_pt_lim (fun t => J (c t)) 0 (inner m n_next da_next h).

(** Along any line, the derivative of the loss is what the gradients of equations 38 to 42 say. *)
Theorem step_is_derivative_in_calculus (ha hw : nat -> nat -> R) (hb : nat -> R) :
  let dz := scalar.dz n_next da_next z g in
  derivable_pt_lim
    (fun t => J (layer n n_next g r p
      (fun i k => a i k + t * ha i k) (fun k j => w k j + t * hw k j) (fun j => b j + t * hb j)))
    0 (inner m n (scalar.da (scalar.da_tilde n_next dz w) r p) ha
       + inner n n_next (scalar.dw m dz (scalar.a_tilde r p a)) hw + inner_row n_next (scalar.db m dz) hb).
Proof.
move=> dz; have unit k : (k < n)%N -> (p k : R) \is a GRing.unit by move=> /invertible; rewrite unitfE.
have := inner_layer m n n_next g r a w p b ha hw hb da_next; rewrite /= -/z -/dz => <-.
apply: J_is_differentiable => i j im jn.
rewrite -(layer_moves unit Jg ha hw hb im jn); apply: followsG => // l ln.
apply: follows_add; last exact: follows_line.
apply: follows_sum => k kn; apply: follows_mul; first exact: follows_line.
have inverseE : div (one : D) (hold_row p k) = constant (1 / p k : R).
  by rewrite [LHS]dual_div_constant ?unit // mul0r.
rewrite /scalar.a_tilde inverseE; apply: follows_mul; last exact: follows_line.
by apply: follows_mul; exact: follows_constant.
Qed.

End Step.

(** exp and ln of the real numbers over the dual numbers, with their derivatives. *)
Definition Exp (x : D) : D := exp (dual.real x) +ε (exp (dual.real x) * slope x).
Definition ln_1p (x : real) : real := ln (1 + x).
Definition Ln_1p (x : D) : D := ln_1p (dual.real x) +ε (slope x / (1 + dual.real x)).

Lemma follows_ext X Y (d : D) : (forall t, X t = Y t) -> follows X d -> follows Y d.
Proof. by move=> e [X0 X']; split; [rewrite -e | apply: derivable_pt_lim_ext X']. Qed.

Lemma follows_exp X (x : D) : follows X x -> follows (fun t => exp (X t)) (Exp x).
Proof.
case=> X0 X'; split; first by rewrite X0.
have := derivable_pt_lim_comp _ _ _ _ _ X' (derivable_pt_lim_exp (X 0)).
by rewrite X0.
Qed.

Lemma follows_ln_1p X (x : D) : (0 < 1 + dual.real x)%R -> follows X x -> follows (fun t => ln_1p (X t)) (Ln_1p x).
Proof.
move=> positive [X0 X']; split; first by rewrite X0.
have one_more := derivable_pt_lim_plus _ _ _ _ _ (derivable_pt_lim_const 1%R 0%R) X'.
have at0 : Rlt 0 (Rplus 1 (X 0)) by rewrite X0; apply/RltP.
have := derivable_pt_lim_comp _ _ _ _ _ one_more (derivable_pt_lim_ln _ at0).
rewrite X0 /= => lim; move: lim; congr (derivable_pt_lim _ _ _).
by rewrite -RdivE ?lt0r_neq0 // [LHS]Rmult_comm Rplus_0_l.
Qed.

Section Activations.
Variables (n : nat) (c : R -> nat -> real) (d : nat -> D).
Hypothesis follows_row : forall l, (l < n)%N -> follows (c^~ l) (d l).

Lemma follows_at l : (l < n)%N -> follows (fun t => at_ (mkseq (c t) n) l) (at_ (mkseq d n) l).
Proof.
move=> ln; rewrite at_mkseq //; apply: follows_ext (follows_row ln) => t.
by rewrite at_mkseq.
Qed.

(** The conditions of the theorem on the step, for each activation in turn. *)
Theorem identity_follows j : (j < n)%N ->
  follows (fun t => value (identity real) (mkseq (c t) n) j) (value (identity D) (mkseq d n) j).
Proof. exact: follows_at. Qed.

Theorem cumulative_sum_follows j : (j < n)%N ->
  follows (fun t => value (cumulative_sum real) (mkseq (c t) n) j) (value (cumulative_sum D) (mkseq d n) j).
Proof. by move=> jn; apply: follows_sum => l lj; apply: follows_at; apply: leq_trans lj jn. Qed.

Theorem coupled_quadratic_follows j : (j < n)%N ->
  follows (fun t => value (coupled_quadratic real) (mkseq (c t) n) j) (value (coupled_quadratic D) (mkseq d n) j).
Proof.
move=> jn; have next_n : (j.+1 %% n < n)%N by rewrite ltn_mod; case: n jn.
apply: (follows_ext (X := fun t =>
  at_ (T := real) (mkseq (c t) n) j * at_ (T := real) (mkseq (c t) n) (j.+1 %% n)%N + at_ (T := real) (mkseq (c t) n) j)).
  by move=> t; rewrite /= /next size_mkseq.
rewrite /= /next size_mkseq.
by apply: follows_add; [apply: follows_mul|]; exact: follows_at.
Qed.

Variable largest : nat.
Hypothesis in_range : (largest < n)%N.

Lemma follows_e l : (l < n)%N ->
  follows (fun t => exp (at_ (T := real) (mkseq (c t) n) l - at_ (T := real) (mkseq (c t) n) largest))
          (Exp (add (at_ (mkseq d n) l) (opp (at_ (mkseq d n) largest)))).
Proof. by move=> ln; apply/follows_exp/follows_add; [|apply: follows_opp]; exact: follows_at. Qed.

Lemma follows_total : follows (fun t => total (T := real) exp largest (mkseq (c t) n)) (total Exp largest (mkseq d n)).
Proof.
have -> : total Exp largest (mkseq d n)
    = sum n (fun l => Exp (add (at_ (mkseq d n) l) (opp (at_ (mkseq d n) largest)))) by rewrite /total size_mkseq.
apply: follows_ext (follows_sum follows_e) => t.
by rewrite /total size_mkseq.
Qed.

Lemma exp_positive (x : R) : 0 < exp x.
Proof. by apply/RltP; exact: exp_pos. Qed.

Lemma total_positive (x : nat -> real) : total (T := real) exp largest (mkseq x n) != 0.
Proof.
by rewrite -unitfE softmax_divides ?size_mkseq ?(leq_ltn_trans _ in_range) // => y; exact: exp_positive.
Qed.

Theorem softmax_follows j : (j < n)%N ->
  follows (fun t => value (softmax (T := real) exp largest) (mkseq (c t) n) j) (value (softmax Exp largest) (mkseq d n) j).
Proof.
move=> jn; apply: follows_div (follows_e jn) follows_total _ => t.
exact: total_positive.
Qed.

Lemma follows_rest : follows (fun t => rest (T := real) exp largest (mkseq (c t) n)) (rest Exp largest (mkseq d n)).
Proof.
have -> : rest Exp largest (mkseq d n) = sum n (fun l => when (l != largest)
    (Exp (add (at_ (mkseq d n) l) (opp (at_ (mkseq d n) largest))))) by rewrite /rest size_mkseq.
apply: (follows_ext (X := fun t => sum n (fun l => when (T := real) (l != largest)
    (exp (at_ (T := real) (mkseq (c t) n) l - at_ (T := real) (mkseq (c t) n) largest))))) => [t|].
  by rewrite /rest size_mkseq.
apply: follows_sum => l ln; rewrite /when; case: (l != largest); last exact: follows_constant.
exact: follows_e.
Qed.

Theorem log_softmax_follows j : (j < n)%N ->
  follows (fun t => value (log_softmax (T := real) exp ln_1p largest) (mkseq (c t) n) j)
          (value (log_softmax Exp Ln_1p largest) (mkseq d n) j).
Proof.
move=> jn; apply: follows_add; first by apply: follows_add; [|apply: follows_opp]; exact: follows_at.
apply/follows_opp/follows_ln_1p; last exact: follows_rest.
case: follows_rest => <- _; apply: ltr_paddr; last exact: ltr01.
rewrite /rest sum_of_ring; apply: sumr_ge0 => l _; rewrite /when; case: ifP => // _.
exact: ltW (exp_positive _).
Qed.
End Activations.

Section Jacobians.
Variables (n largest : nat) (z : nat -> R).
Hypothesis in_range : (largest < n)%N.

Theorem softmax_of_reals_has_jacobian : has_jacobian n (softmax Exp largest) (softmax (T := real) exp largest) z.
Proof. by apply: softmax_has_jacobian => //; rewrite unitfE; exact: total_positive. Qed.

Theorem log_softmax_of_reals_has_jacobian :
  has_jacobian n (log_softmax Exp Ln_1p largest) (log_softmax (T := real) exp ln_1p largest) z.
Proof. by apply: log_softmax_has_jacobian => //; [exact: exp_0 | rewrite unitfE; exact: total_positive]. Qed.

End Jacobians.
