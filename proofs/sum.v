(** The bound of a sum in any order and grouping, as spec/tolerance.md uses it: |ŝ − s| ≤ Σ e + γ·Σ M with
    γ = k·u / (1 − k·u) and k = n − 1, where n counts the terms that are not 0. Each term may be off by e, and M bounds the
    size of the term that is added. An addition is known only by the standard model: its result is off by at most u times
    the exact one, or it is flushed to 0, which adds k times the least normal number. Each addition may choose anew. All of
    this over any ordered field, the rationals included. rounding.v proves that rounding to nearest obeys the model. *)

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

(** The standard model. [rounds x c] says that c may be the result of an operation whose exact result is x; [eta] is the
    least normal number of the format, or 0 if nothing is flushed. *)
Variables (u eta : F) (is_number : F -> Prop) (rounds : F -> F -> Prop).
Hypotheses (u_ge0 : 0 <= u) (eta_ge0 : 0 <= eta).
Hypothesis rounds_to_number : forall x c, rounds x c -> is_number c.
Hypothesis rounds_number : forall x c, is_number x -> rounds x c -> c = x \/ c = 0 /\ `|x| < eta.
Hypothesis rounds_sum : forall x y c, is_number x -> is_number y -> rounds (x + y) c ->
  `|c - (x + y)| <= u * `|x + y| \/ c = 0 /\ `|x + y| <= eta.

Section Terms.
Variables (I : eqType) (term : I -> F).
Hypothesis term_is_number : forall i, is_number (term i).
Hypothesis term_is_normal : forall i, term i = 0 \/ eta <= `|term i|.

(** ŝ may be the sum in this order and grouping: each addition is rounded. *)
Inductive computes : grouping I -> F -> Prop :=
| computes_term i : computes (Term i) (term i)
| computes_plus l r x y c : computes l x -> computes r y -> rounds (x + y) c -> computes (Plus l r) c.

Let count_terms (t : grouping I) := count (fun i => term i != 0) (terms t).
Let exact (t : grouping I) := \sum_(i <- terms t) term i.
Let size_of (t : grouping I) := \sum_(i <- terms t) `|term i|.

Lemma computes_number t c : computes t c -> is_number c.
Proof. by case=> [i|l r x y c' _ _ /rounds_to_number]. Qed.

Lemma no_terms t c : computes t c -> count_terms t = 0%N -> [/\ c = 0, exact t = 0 & size_of t = 0].
Proof.
rewrite /exact /size_of /count_terms; elim=> [i|l r x y {}c cl IHl cr IHr rc] /=.
  by rewrite addn0 !big_seq1; case: eqP => // -> _; rewrite normr0.
rewrite count_cat => /eqP; rewrite addn_eq0 => /andP[/eqP/IHl[x0 el sl] /eqP/IHr[y0 er sr]].
rewrite !big_cat /= el er sl sr !addr0; split=> //.
have x_number := computes_number cl; rewrite y0 addr0 in rc.
by case: (rounds_number x_number rc) => [->|[-> _]].
Qed.

(** A result between 0 and the least normal number has not been flushed yet: it costs at most one flush later on. *)
Let pending (c : F) : F := if (c != 0) && (`|c| < eta) then eta else 0.

Lemma pending_ge0 c : 0 <= pending c. Proof. by rewrite /pending; case: ifP. Qed.
Lemma pending_le c : pending c <= eta. Proof. by rewrite /pending; case: ifP. Qed.
Lemma pending0 : pending 0 = 0. Proof. by rewrite /pending eqxx. Qed.

Let power k : F := (1 + u) ^+ k.

Lemma power_ge1 k : 1 <= power k.
Proof. by rewrite /power exprn_ege1 // ler_addl. Qed.

Lemma power_le j k : (j <= k)%N -> power j <= power k.
Proof. by move=> jk; rewrite /power ler_weexpn2l // ler_addl. Qed.

Lemma size_ge0 t : 0 <= size_of t.
Proof. by apply: sumr_ge0. Qed.

(** The claim of the induction, with (1 + u)^k − 1 in place of γ. *)
Let claim k (S exact c : F) := `|c - exact| + pending c <= (power k - 1) * S + k%:R * eta /\ `|c| <= power k * S.

(** Adding 0 rounds nothing, but may flush what is pending. *)
Lemma claim_after_zero k S s x c : is_number x -> rounds x c -> claim k S s x -> 0 <= S -> claim k S s c.
Proof.
move=> x_number rc [close size] S0; case: (rounds_number x_number rc) => [-> //|[-> small]].
split; last by rewrite normr0 mulr_ge0 // (le_trans _ (power_ge1 k)).
rewrite pending0 addr0; apply: le_trans close; apply: le_trans (ler_dist_add x _ _) _.
rewrite addrC ler_add2l sub0r normrN /pending small andbT.
by case: eqP => [->|_]; rewrite ?normr0 // ltW.
Qed.

Lemma claim_after_sum kl kr Sl Sr sl sr x y c :
  is_number x -> is_number y -> rounds (x + y) c -> 0 <= Sl -> 0 <= Sr ->
  claim kl Sl sl x -> claim kr Sr sr y -> claim (kl + kr).+1 (Sl + Sr) (sl + sr) c.
Proof.
move=> x_number y_number rc Sl0 Sr0 [dx cx] [dy cy]; set K := (kl + kr)%N.
have [Kl Kr] : (kl <= K)%N /\ (kr <= K)%N by rewrite leq_addr leq_addl.
set z := x + y; set s := sl + sr; set S := Sl + Sr.
have S0 : 0 <= S by rewrite addr_ge0.
have power0 k : 0 <= power k by apply: le_trans (power_ge1 k).
have zS : `|z| <= power K * S.
  rewrite mulrDr; apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
    by apply: le_trans cx _; rewrite ler_wpmul2r ?power_le.
  by apply: le_trans cy _; rewrite ler_wpmul2r ?power_le.
have without_pending (d : F) k S' q :
    d + pending q <= (power k - 1) * S' + k%:R * eta -> d <= (power k - 1) * S' + k%:R * eta.
  by apply: le_trans; rewrite ler_addl pending_ge0.
have zs : `|z - s| <= (power K - 1) * S + K%:R * eta.
  rewrite /z /s opprD addrACA mulrDr natrD mulrDl [X in _ <= X]addrACA.
  apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
    by apply: le_trans (without_pending _ _ _ _ dx) _; rewrite ler_add2r ler_wpmul2r // ler_add2r power_le.
  by apply: le_trans (without_pending _ _ _ _ dy) _; rewrite ler_add2r ler_wpmul2r // ler_add2r power_le.
have powerS : power K.+1 = power K + u * power K by rewrite /power exprS mulrDl mul1r.
have up0 : 0 <= u * power K * S by rewrite !mulr_ge0.
have KS : K.+1%:R * eta = K%:R * eta + eta by rewrite -addn1 natrD mulrDl mul1r.
have boundE : (power K.+1 - 1) * S + K.+1%:R * eta = u * power K * S + ((power K - 1) * S + K%:R * eta) + eta.
  by rewrite powerS KS addrAC mulrDl (addrC ((power K - 1) * S)) !addrA.
rewrite /claim boundE; case: (rounds_sum x_number y_number rc) => [close|[-> small]].
  have rounded : `|c - z| <= u * power K * S by apply: le_trans close _; rewrite -mulrA ler_wpmul2l.
  split.
    apply: ler_add (pending_le c); apply: le_trans (ler_dist_add z _ _) _.
    by apply: ler_add.
  rewrite powerS mulrDl -[c](subrK z) [X in _ <= X]addrC.
  by apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
split; last by rewrite normr0 mulr_ge0.
rewrite pending0 addr0; apply: le_trans (ler_dist_add z _ _) _; rewrite sub0r normrN addrC; apply: ler_add => //.
by rewrite -[X in X <= _]add0r; apply: ler_add.
Qed.

Lemma computed_sum t c : computes t c -> claim (count_terms t).-1 (size_of t) (exact t) c.
Proof.
elim=> [i|l r x y {}c cl IHl cr IHr rc].
  rewrite /claim /exact /size_of /count_terms /= addn0 !big_seq1 subrr normr0 add0r.
  have -> : pending (term i) = 0.
    rewrite /pending; case: (term_is_normal i) => [->|normal]; first by rewrite eqxx.
    by rewrite ltNge normal andbF.
  by case: eqP => _; rewrite /power expr0 subrr !mul0r addr0 mul1r.
have exactE : exact (Plus l r) = exact l + exact r by rewrite /exact big_cat.
have sizeE : size_of (Plus l r) = size_of l + size_of r by rewrite /size_of big_cat.
have countE : count_terms (Plus l r) = (count_terms l + count_terms r)%N by rewrite /count_terms count_cat.
have [x_number y_number] := (computes_number cl, computes_number cr).
rewrite exactE sizeE countE.
case: (posnP (count_terms l)) => [l0|lpos].
  have [x0 -> ->] := no_terms cl l0; rewrite x0 add0r in rc.
  by rewrite l0 !add0r; apply: claim_after_zero rc IHr (size_ge0 r).
case: (posnP (count_terms r)) => [r0|rpos].
  have [y0 -> ->] := no_terms cr r0; rewrite y0 addr0 in rc.
  by rewrite r0 !addr0 addn0; apply: claim_after_zero rc IHl (size_ge0 l).
rewrite -(prednK lpos) -(prednK rpos) addSn addnS.
exact: (claim_after_sum x_number y_number rc (size_ge0 l) (size_ge0 r) IHl IHr).
Qed.

(** ŝ is the sum of the terms of s in any order and grouping, [x] are the exact terms, [e] and [M] bound the error and
    the size of each term, and n counts those that are not 0. *)
Theorem sum_in_any_order (x e M : I -> F) (t : grouping I) (s : seq I) (computed : F) :
  let n := count (fun i => term i != 0) s in
  perm_eq (terms t) s -> computes t computed -> n.-1%:R * u < 1 ->
  (forall i, `|term i - x i| <= e i) -> (forall i, `|term i| <= M i) ->
  `|computed - \sum_(i <- s) x i|
  <= \sum_(i <- s) e i + gamma u n.-1 * (\sum_(i <- s) M i) + n.-1%:R * eta.
Proof.
move=> n order computation nu1 error magnitude.
have [sum_error _] := computed_sum computation; move: sum_error.
rewrite /exact /size_of /count_terms (permP order) -/n !(perm_big _ order) /= => sum_error.
apply: le_trans (ler_dist_add (\sum_(i <- s) term i) _ _) _; rewrite addrC -addrA; apply: ler_add.
  rewrite -sumrB; apply: le_trans (ler_norm_sum _ _ _) _.
  by apply: ler_sum => i _; exact: error.
apply: le_trans (le_trans _ sum_error) _; first by rewrite ler_addl pending_ge0.
rewrite ler_add2r; apply: ler_pmul.
- by rewrite subr_ge0 power_ge1.
- exact: sumr_ge0.
- exact: power_below_gamma.
- by apply: ler_sum => i _; exact: magnitude.
Qed.

(** For terms that are exact, and without flushing: |ŝ − s| ≤ γ·Σ |x|. *)
Theorem sum_of_exact_terms (t : grouping I) (s : seq I) (computed : F) :
  let n := count (fun i => term i != 0) s in
  perm_eq (terms t) s -> computes t computed -> n.-1%:R * u < 1 -> eta = 0 ->
  `|computed - \sum_(i <- s) term i| <= gamma u n.-1 * \sum_(i <- s) `|term i|.
Proof.
move=> n order computation nu1 eta0.
have := sum_in_any_order (x := term) (e := fun=> 0) (M := fun i => `|term i|) order computation nu1.
rewrite eta0 mulr0 addr0 [\sum_(i <- s) 0]big1 // add0r; apply=> // i.
by rewrite subrr normr0.
Qed.

End Terms.
End Sum.
