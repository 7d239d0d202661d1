(** Equation 2, the only random one: a mask is drawn cell by cell, each cell independently, and is 1 with the keep
    probability of its unit. There are finitely many masks, so a probability is a finite sum, over any field. Proved here:
    the division by p in equation 3 preserves the mean, the variance that dropout adds is a²(1 − p)/p, and all cells are
    independent, those of one row and those of one column alike. *)

From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number.
From dropout_oracle Require scalar.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Mask.
Variables (F : fieldType) (m n : nat).
Local Notation N := (of_ring F).
Local Notation cell := ('I_m * 'I_n)%type.
Local Notation mask := {ffun cell -> bool}.
Implicit Types (p : nat -> N) (a : nat -> nat -> N) (r : mask).

(** The probability of one bit of unit k, and of a whole mask: the product over all cells. *)
Definition bit_probability p (k : nat) (kept : bool) : F := if kept then p k else 1 - p k.
Definition probability p r : F := \prod_(c : cell) bit_probability p c.2 (r c).

(** The probability of an event, and the mean of a number that depends on the mask. *)
Definition Pr p (event : pred mask) : F := \sum_(r | event r) probability p r.
Definition E p (x : mask -> F) : F := \sum_r probability p r * x r.
Definition Var p (x : mask -> F) : F := E p (fun r => (x r - E p x) ^+ 2).

(** A mask as the matrix of 1s and 0s that the step reads. *)
Definition bits r (i k : nat) : N :=
  if insub i is Some i' then if insub k is Some k' then (r (i', k'))%:R else 0 else 0.

Lemma bits_at r (c : cell) : bits r c.1 c.2 = (r c)%:R.
Proof. by case: c => i k; rewrite /bits /= !valK. Qed.

(** The mean of a product over all cells is the product of the means. *)
Lemma mean_of_product p (f : cell -> bool -> F) :
  E p (fun r => \prod_(c : cell) f c (r c)) = \prod_(c : cell) (p c.2 * f c true + (1 - p c.2) * f c false).
Proof.
rewrite /E; under eq_bigr => r _ do rewrite -big_split /=.
rewrite -(bigA_distr_bigA (fun (c : cell) kept => bit_probability p c.2 kept * f c kept)).
by apply: eq_bigr => c _; rewrite big_bool.
Qed.

Lemma mean_of_cell p (c : cell) (f : bool -> F) : E p (fun r => f (r c)) = p c.2 * f true + (1 - p c.2) * f false.
Proof.
pose f' c' kept := if c' == c then f kept else 1.
transitivity (E p (fun r => \prod_(c' : cell) f' c' (r c'))).
  apply: eq_bigr => r _; congr (_ * _); rewrite (bigD1 c) //= /f' eqxx big1 ?mulr1 // => c' /negbTE ne.
  by rewrite ne.
rewrite mean_of_product (bigD1 c) //= /f' eqxx big1 ?mulr1 // => c' /negbTE ne.
by rewrite ne !mulr1 addrC subrK.
Qed.

(** All masks together have the probability 1. *)
Theorem probability_is_1 p : \sum_r probability p r = 1.
Proof.
have := mean_of_product p (fun _ _ => 1); rewrite [RHS]big1 => [<-|c _]; last by rewrite !mulr1 addrC subrK.
by apply: eq_bigr => r _; rewrite big1 // mulr1.
Qed.

Lemma mean_linear p (x y : mask -> F) (c d : F) : E p (fun r => c * x r + d * y r) = c * E p x + d * E p y.
Proof.
rewrite /E !mulr_sumr -big_split; apply: eq_bigr => r _ /=.
by rewrite mulrDr !(mulrCA (probability p r)).
Qed.

(*= forward.scalar.r *)
Theorem forward_scalar_r_is_bernoulli p (c : cell) :
  Pr p (fun r => bits r c.1 c.2 == 1) = p c.2 /\ Pr p (fun r => bits r c.1 c.2 == 0) = 1 - p c.2.
Proof.
have event (b : bool) : Pr p (fun r => r c == b) = bit_probability p c.2 b.
  transitivity (E p (fun r => (r c == b)%:R)).
    rewrite /Pr big_mkcond; apply: eq_bigr => r _.
    by case: (r c == b); rewrite ?mulr1 ?mulr0.
  by rewrite (mean_of_cell p c (fun kept => (kept == b)%:R)); case: b; rewrite /= ?mulr1 ?mulr0 ?addr0 ?add0r.
split.
  rewrite -[RHS](event true); apply: eq_bigl => r; rewrite bits_at.
  by case: (r c); rewrite ?eqxx // eq_sym oner_eq0.
rewrite -[RHS](event false); apply: eq_bigl => r; rewrite bits_at.
by case: (r c); rewrite ?eqxx // oner_eq0.
Qed.

(** Independence: for any functions of the bits, the mean of the product is the product of the means. *)
(*= forward.scalar.r *)
Theorem forward_scalar_r_is_independent p (f : cell -> F -> F) :
  E p (fun r => \prod_(c : cell) f c (bits r c.1 c.2)) = \prod_(c : cell) E p (fun r => f c (bits r c.1 c.2)).
Proof.
transitivity (E p (fun r => \prod_(c : cell) f c (r c)%:R)).
  by apply: eq_bigr => r _; congr (_ * _); apply: eq_bigr => c _; rewrite bits_at.
rewrite (mean_of_product p (fun c kept => f c kept%:R)); apply: eq_bigr => c _.
by rewrite -(mean_of_cell p c (fun kept => f c kept%:R)); apply: eq_bigr => r _; rewrite bits_at.
Qed.

Definition a_tilde p a r : nat -> nat -> F := scalar.a_tilde (bits r) p a.

Lemma a_tilde_at p a r (c : cell) : a_tilde p a r c.1 c.2 = (r c)%:R * (1 / p c.2) * a c.1 c.2.
Proof. by rewrite /a_tilde /scalar.a_tilde /= bits_at. Qed.

(*= forward.scalar.a_tilde *)
Theorem forward_scalar_a_tilde_has_mean_a p a (c : cell) : p c.2 != 0 :> F ->
  E p (fun r => a_tilde p a r c.1 c.2) = a c.1 c.2.
Proof.
move=> p0; transitivity (E p (fun r => (r c)%:R * (1 / p c.2) * a c.1 c.2)).
  by apply: eq_bigr => r _; rewrite a_tilde_at.
rewrite (mean_of_cell p c (fun kept : bool => kept%:R * (1 / p c.2) * a c.1 c.2)).
by rewrite !mul0r mulr0 addr0 !mul1r mulVKf.
Qed.

Lemma variance_of_bit (q x : F) : q != 0 -> q * (q^-1 * x - x) ^+ 2 + (1 - q) * x ^+ 2 = x ^+ 2 * (1 - q) / q.
Proof.
move=> q0; set u := 1 - q; have -> : q^-1 * x - x = q^-1 * (u * x) by rewrite mulrA mulrBr mulr1 mulVf // mulrBl mul1r.
have -> : q * (q^-1 * (u * x)) ^+ 2 = x ^+ 2 * u / q * u.
  rewrite !expr2 -mulrA mulVKf // [u * x in X in _ * X]mulrC !mulrA; congr (_ * u).
  by rewrite mulrAC -(mulrA u) (mulrC u).
have -> : u * x ^+ 2 = x ^+ 2 * u / q * q by rewrite mulfVK // mulrC.
by rewrite -mulrDr subrK mulr1.
Qed.

(*= forward.scalar.a_tilde *)
Theorem forward_scalar_a_tilde_has_variance p a (c : cell) : p c.2 != 0 :> F ->
  Var p (fun r => a_tilde p a r c.1 c.2) = a c.1 c.2 ^+ 2 * (1 - p c.2) / p c.2.
Proof.
move=> p0; rewrite /Var forward_scalar_a_tilde_has_mean_a //.
transitivity (E p (fun r => ((r c)%:R * (1 / p c.2) * a c.1 c.2 - a c.1 c.2) ^+ 2)).
  by apply: eq_bigr => r _; rewrite a_tilde_at.
rewrite (mean_of_cell p c (fun kept : bool => (kept%:R * (1 / p c.2) * a c.1 c.2 - a c.1 c.2) ^+ 2)).
by rewrite !mul0r sub0r sqrrN !mul1r; exact: variance_of_bit.
Qed.

(*= forward.scalar.a_tilde *)
Theorem forward_scalar_a_tilde_is_independent p a (f : cell -> F -> F) :
  E p (fun r => \prod_(c : cell) f c (a_tilde p a r c.1 c.2))
  = \prod_(c : cell) E p (fun r => f c (a_tilde p a r c.1 c.2)).
Proof. exact: (forward_scalar_r_is_independent p (fun c x => f c (x * (1 / p c.2) * a c.1 c.2))). Qed.

End Mask.

(** In an ordered field no probability is negative, if keep probabilities lie between 0 and 1. *)
Theorem probability_is_not_negative (F : realFieldType) m n (p : nat -> F) (r : {ffun 'I_m * 'I_n -> bool}) :
  (forall k, 0 <= p k <= 1) -> 0 <= probability p r.
Proof.
move=> p01; apply: prodr_ge0 => c _; case/andP: (p01 c.2) => p0 p1.
by rewrite /bit_probability; case: (r c); rewrite // subr_ge0.
Qed.
