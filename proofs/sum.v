(** The bound of a sum in any order and grouping, as spec/tolerance.md uses it: |ŝ − s| ≤ Σ e + γ·Σ M with
    γ = k·u / (1 − k·u) and k = n − 1, where n counts the terms that are not 0. Each term may be off by e, and M bounds the
    size of the term that is added. One operation is only known by the standard model: its result is off by at most u
    times the exact one, or it is flushed to 0. All of this over any ordered field, the rationals included.
    rounding.v proves that rounding to nearest obeys the model. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** An order and a grouping of the terms I: the terms are the leaves, and each node is one addition. *)
Inductive grouping (I : Type) := Term of I | Plus of grouping I & grouping I.

Fixpoint terms I (t : grouping I) : seq I :=
  match t with Term i => [:: i] | Plus l r => terms l ++ terms r end.

Section Sum.
Variable F : realFieldType.

(** γₖ *)
Definition gamma (u : F) k := k%:R * u / (1 - k%:R * u).

Lemma power_below_gamma (u : F) k : 0 <= u -> k%:R * u < 1 -> (1 + u) ^+ k - 1 <= gamma u k.
Proof.
move=> u0 ku1; have below : forall j, j%:R * u < 1 -> (1 + u) ^+ j * (1 - j%:R * u) <= 1.
  elim=> [|j IH] ju1; first by rewrite expr0 mul1r mul0r subr0.
  have ju : j%:R * u < 1 by apply: le_lt_trans ju1; rewrite ler_wpmul2r // ler_nat.
  apply: le_trans (IH ju); rewrite exprSr -mulrA ler_wpmul2l ?exprn_ge0 ?addr_ge0 ?ler01 //.
  have -> : (1 + u) * (1 - j.+1%:R * u) = 1 - j%:R * u - u * (j.+1%:R * u).
    rewrite -[X in X%:R]addn1 natrD [(_ + 1) * u]mulrDl mul1r; set v := j%:R * u.
    by rewrite mulrDl mul1r mulrBr mulr1 opprD !addrA addrNK.
  by rewrite ler_subl_addr ler_addl mulr_ge0 // mulr_ge0 // ler0n.
rewrite /gamma ler_pdivl_mulr ?subr_gt0 // mulrBl mul1r ler_subl_addr.
by rewrite [_ + (1 - _)]addrC subrK below.
Qed.

Variables (u eta : F) (fl : F -> F) (is_number : F -> Prop).
Hypotheses (u_ge0 : 0 <= u) (eta_ge0 : 0 <= eta).

(** The standard model of an addition of two numbers of a format; [eta] is the least normal number if results may be
    flushed to 0, and 0 if not. *)
Hypothesis fl_is_number : forall x, is_number (fl x).
Hypothesis fl_of_number : forall x, is_number x -> fl x = x.
Hypothesis fl_of_sum : forall x y, is_number x -> is_number y ->
  `|fl (x + y) - (x + y)| <= u * `|x + y| \/ fl (x + y) = 0 /\ `|x + y| <= eta.

Section Terms.
Variables (I : eqType) (term : I -> F).
Hypothesis term_is_number : forall i, is_number (term i).

(** ŝ, with one rounding at each addition. *)
Fixpoint computed (t : grouping I) : F :=
  match t with Term i => term i | Plus l r => fl (computed l + computed r) end.

Let count_terms (t : grouping I) := count (fun i => term i != 0) (terms t).
Let exact (t : grouping I) := \sum_(i <- terms t) term i.
Let size_of (t : grouping I) := \sum_(i <- terms t) `|term i|.

Lemma computed_is_number t : is_number (computed t).
Proof. by case: t => [i|l r] /=. Qed.

Lemma no_terms t : count_terms t = 0%N -> [/\ computed t = 0, exact t = 0 & size_of t = 0].
Proof.
rewrite /exact /size_of; elim: t => [i|l IHl r IHr]; rewrite /count_terms /=.
  by rewrite addn0 !big_seq1; case: eqP => // -> _; rewrite normr0.
rewrite count_cat => /eqP; rewrite addn_eq0 => /andP[/eqP/IHl[cl el sl] /eqP/IHr[cr er sr]].
rewrite !big_cat /= el er sl sr !addr0 cl cr; split=> //.
by rewrite addr0 fl_of_number // -cl; exact: computed_is_number.
Qed.

Let power k : F := (1 + u) ^+ k.

Lemma power_ge1 k : 1 <= power k.
Proof. by rewrite /power exprn_ege1 // ler_addl. Qed.

Lemma power_le j k : (j <= k)%N -> power j <= power k.
Proof. by move=> jk; rewrite /power ler_weexpn2l // ler_addl. Qed.

Lemma size_ge0 t : 0 <= size_of t.
Proof. by apply: sumr_ge0. Qed.

(** The claim of the induction, with (1 + u)^k − 1 in place of γ. *)
Lemma computed_sum t : let k := (count_terms t).-1 in
  `|computed t - exact t| <= (power k - 1) * size_of t + k%:R * eta /\ `|computed t| <= power k * size_of t.
Proof.
elim: t => [i|l IHl r IHr] k.
  rewrite /k /exact /size_of /count_terms /= addn0 !big_seq1 subrr normr0.
  by case: eqP => _; rewrite /power expr0 subrr !mul0r addr0 mul1r.
rewrite /k; have sumE : computed (Plus l r) = fl (computed l + computed r) by [].
have exactE : exact (Plus l r) = exact l + exact r by rewrite /exact big_cat.
have sizeE : size_of (Plus l r) = size_of l + size_of r by rewrite /size_of big_cat.
have countE : count_terms (Plus l r) = (count_terms l + count_terms r)%N by rewrite /count_terms count_cat.
rewrite sumE exactE sizeE countE.
case: (posnP (count_terms l)) => [l0|lpos].
  have [-> -> ->] := no_terms l0.
  by rewrite l0 add0r fl_of_number ?add0r ?add0n //; exact: computed_is_number.
case: (posnP (count_terms r)) => [r0|rpos].
  have [-> -> ->] := no_terms r0.
  by rewrite r0 addr0 fl_of_number ?addr0 ?addn0 //; exact: computed_is_number.
case: (count_terms l) (count_terms r) lpos rpos IHl IHr => [//|kl] [//|kr] _ _ [dl cl] [dr cr].
rewrite addSn addnS [_.-1]/=; rewrite [_.-1]/= in dl cl dr cr; set K := (kl + kr)%N.
have [Kl Kr] : (kl <= K)%N /\ (kr <= K)%N by rewrite leq_addr leq_addl.
set x := computed l + computed r; set s := exact l + exact r; set S := size_of l + size_of r.
have S0 : 0 <= S by rewrite addr_ge0 ?size_ge0.
have xS : `|x| <= power K * S.
  rewrite mulrDr; apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
    by apply: le_trans cl _; rewrite ler_wpmul2r ?size_ge0 ?power_le.
  by apply: le_trans cr _; rewrite ler_wpmul2r ?size_ge0 ?power_le.
have xs : `|x - s| <= (power K - 1) * S + K%:R * eta.
  rewrite /x /s opprD addrACA mulrDr natrD mulrDl [X in _ <= X]addrACA.
  apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
    by apply: le_trans dl _; rewrite ler_add2r ler_wpmul2r ?size_ge0 // ler_add2r power_le.
  by apply: le_trans dr _; rewrite ler_add2r ler_wpmul2r ?size_ge0 // ler_add2r power_le.
have powerS : power K.+1 = power K + u * power K by rewrite /power exprS mulrDl mul1r.
have up0 : 0 <= u * power K * S by rewrite !mulr_ge0 // (le_trans _ (power_ge1 K)).
have KS : K.+1%:R * eta = K%:R * eta + eta by rewrite -addn1 natrD mulrDl mul1r.
have boundE : (power K.+1 - 1) * S + K.+1%:R * eta = u * power K * S + ((power K - 1) * S + K%:R * eta) + eta.
  by rewrite powerS KS addrAC mulrDl (addrC ((power K - 1) * S)) !addrA.
rewrite boundE.
have : `|fl x - x| <= u * `|x| \/ fl x = 0 /\ `|x| <= eta by apply: fl_of_sum; exact: computed_is_number.
case=> [close|[-> small]].
  have rounded : `|fl x - x| <= u * power K * S by apply: le_trans close _; rewrite -mulrA ler_wpmul2l.
  split.
    apply: le_trans (ler_dist_add x _ _) _; rewrite -[X in X <= _]addr0.
    by apply: ler_add => //; apply: ler_add.
  rewrite powerS mulrDl -[fl x](subrK x) [X in _ <= X]addrC.
  by apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
split; last by rewrite normr0 mulr_ge0 // (le_trans _ (power_ge1 _)).
apply: le_trans (ler_dist_add x _ _) _; rewrite sub0r normrN addrC; apply: ler_add => //.
by rewrite -[X in X <= _]add0r; apply: ler_add.
Qed.

(** The bound for the grouping t of the terms s, in any order: the terms of t are those of s. [x] are the exact terms. *)
Theorem sum_in_any_order (x e M : I -> F) (t : grouping I) (s : seq I) :
  let n := count (fun i => term i != 0) s in
  perm_eq (terms t) s -> n.-1%:R * u < 1 ->
  (forall i, `|term i - x i| <= e i) -> (forall i, `|term i| <= M i) ->
  `|computed t - \sum_(i <- s) x i|
  <= \sum_(i <- s) e i + gamma u n.-1 * (\sum_(i <- s) M i) + n.-1%:R * eta.
Proof.
move=> n order nu1 error magnitude.
have [sum_error _] := computed_sum t; move: sum_error.
rewrite /exact /size_of /count_terms (permP order) -/n !(perm_big _ order) /= => sum_error.
apply: le_trans (ler_dist_add (\sum_(i <- s) term i) _ _) _; rewrite addrC -addrA; apply: ler_add.
  rewrite -sumrB; apply: le_trans (ler_norm_sum _ _ _) _.
  by apply: ler_sum => i _; exact: error.
apply: le_trans sum_error _; rewrite ler_add2r; apply: ler_pmul.
- by rewrite subr_ge0 power_ge1.
- exact: sumr_ge0.
- exact: power_below_gamma.
- by apply: ler_sum => i _; exact: magnitude.
Qed.

(** The same for terms that are exact, without flushing: |ŝ − s| ≤ γ·Σ |x|. *)
Corollary sum_of_exact_terms (t : grouping I) (s : seq I) :
  let n := count (fun i => term i != 0) s in
  perm_eq (terms t) s -> n.-1%:R * u < 1 -> eta = 0 ->
  `|computed t - \sum_(i <- s) term i| <= gamma u n.-1 * \sum_(i <- s) `|term i|.
Proof.
move=> n order nu1 eta0.
have := sum_in_any_order (x := term) (e := fun=> 0) (M := fun i => `|term i|) order nu1.
rewrite eta0 mulr0 addr0 [\sum_(i <- s) 0]big1 // add0r; apply=> // i.
by rewrite subrr normr0.
Qed.

End Terms.
End Sum.
