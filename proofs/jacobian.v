(** The Jacobian of each activation is its derivative, as gradient.v asks for: G(z + ε·v) = g(z) + ε·Jg(z)·v, where G is
    the formula of activation.v over the dual numbers. Divisors must have an inverse; over the real numbers they do. exp
    and ln are any functions with the stated derivatives. *)

From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number dual gradient activation.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section Jacobians.
Variable R : comUnitRingType.
Local Notation N := (of_ring R).
Local Notation D := (dual_number R).
Variable n : nat.
Implicit Types (z v : nat -> R).

Lemma at_mkseq (T : number) (x : nat -> T) j : (j < n)%N -> at_ (mkseq x n) j = x j.
Proof. exact: nth_mkseq. Qed.

Lemma sum_when (x : nat -> R) j :
  sum n (fun l => when (l != j) (x l : N)) = \sum_(l < n | (l : nat) != j) x l.
Proof. by rewrite sum_of_ring [RHS]big_mkcond. Qed.

(** A sum over all l of which the term j is special. *)
Lemma sum_but_one (x y : nat -> R) j (jn : (j < n)%N) :
  \sum_(l < n) (if j == l then x l else y l) = x j + \sum_(l < n | (l : nat) != j) y l.
Proof.
rewrite (bigD1 (Ordinal jn)) //= eqxx; congr (_ + _).
by apply: eq_bigr => l ne; rewrite (_ : (j == l) = false) // eq_sym; exact: negbTE.
Qed.

Lemma sum_all (x : nat -> R) j (jn : (j < n)%N) : \sum_(l < n) x l = x j + \sum_(l < n | (l : nat) != j) x l.
Proof. by rewrite (bigD1 (Ordinal jn)). Qed.

Lemma twice (x c y : R) : x * c * (y * c) + y * c * (x * c) = (1 + 1) * (x * c) * c * y.
Proof.
have e : x * c * (y * c) = x * c * c * y by rewrite (mulrC y) mulrA.
by rewrite (mulrC (y * c)) e !mulrDl !mul1r.
Qed.

Lemma quotients (x y o d : R) : x / d * (o / d) * y = x * y * o / d / d.
Proof. by rewrite -!mulrA; congr (_ * _); rewrite mulrCA [RHS]mulrC -!mulrA. Qed.

Theorem elementwise_has_jacobian (f slope : nat -> N -> N) (F slope' : nat -> D -> D) z :
  (forall j x h, (j < n)%N -> x = z j -> F j (x +ε h) = f j x +ε (slope j x * h)) ->
  has_jacobian n (elementwise F slope') (elementwise f slope) z.
Proof.
move=> derivative v j jn; rewrite /= !at_mkseq // derivative //; congr (_ +ε _).
rewrite (sum_all (fun l => when (T := N) (j == l) (slope l (at_ (T := N) (mkseq z n) l)) * v l) jn) eqxx /= at_mkseq //.
by rewrite big1 ?addr0 // => l /negbTE ne; rewrite eq_sym ne mul0r.
Qed.

Theorem identity_has_jacobian z : has_jacobian n (identity D) (identity N) z.
Proof. by apply: elementwise_has_jacobian => j x h _ _; rewrite mul1r. Qed.

(** The sign of x + ε·h is that of x. At a kink, where x is 0, the derivative is the slope that the code takes there. *)
Definition over_dual (s : scalar_activation N) : scalar_activation D :=
  match s with
  | Identity => Identity | Relu => Relu | LeakyRelu slope => LeakyRelu (constant slope : D) | Softsign => Softsign
  end.

Theorem per_unit_has_jacobian (is_positive : N -> bool) (s : nat -> scalar_activation N) z :
  (forall x : R, 1 + size_of is_positive x \is a GRing.unit) ->
  has_jacobian n (per_unit (T := D) (fun x => is_positive (real x)) (fun j => over_dual (s j))) (per_unit is_positive s) z.
Proof.
move=> US; apply: elementwise_has_jacobian => j x h _ _; case: (s j) => [||slope|] /=.
- by rewrite mul1r.
- by case: (is_positive x); rewrite ?mul1r ?mul0r.
- by case: (is_positive x); rewrite ?mul1r //= [LHS]dual_mul mul0r addr0.
- have squared (d : R) : h / d / d = 1 / d * (1 / d) * h by rewrite !mul1r [RHS]mulrC mulrA.
  have := US x; rewrite /inverse /size_of /=; case: (is_positive x) => Ux; rewrite [LHS]dual_div //; congr (_ +ε _).
    by rewrite mulrDr mulr1 add0r (mulrC x) addrK squared.
  by rewrite mulrBr mulr1 add0r mulrN opprK (mulrC x) subrK squared.
Qed.

Theorem cumulative_sum_has_jacobian z : has_jacobian n (cumulative_sum D) (cumulative_sum N) z.
Proof.
move=> v j jn /=; rewrite !sum_of_ring.
have -> : \sum_(l < n) when (T := N) (l <= j)%N 1 * v l = \sum_(l < j.+1) v l.
  rewrite (big_ord_widen n v jn) [RHS]big_mkcond; apply: eq_bigr => l _.
  by rewrite ltnS /when; case: ifP => _; rewrite ?mul1r ?mul0r.
have at_jn (l : 'I_j.+1) : (l < n)%N by apply: leq_trans (ltn_ord l) jn.
rewrite (eq_bigr (fun l : 'I_j.+1 => z l +ε v l)) => [|l _]; last exact: (@at_mkseq D).
rewrite [in RHS](eq_bigr (fun l : 'I_j.+1 => z l)) => [|l _]; last exact: (@at_mkseq N).
exact: dual_sum.
Qed.

Theorem coupled_quadratic_has_jacobian z : has_jacobian n (coupled_quadratic D) (coupled_quadratic N) z.
Proof.
move=> v j jn; rewrite /= /next !size_mkseq.
have kn : (j.+1 %% n < n)%N by rewrite ltn_mod; case: n jn.
move: (j.+1 %% n)%N kn => k kn; rewrite !at_mkseq //.
under eq_bigr => l _ do rewrite mulrDl.
rewrite big_split /=; congr (_ +ε _).
have only (i : nat) (x : R) : (i < n)%N -> \sum_(l < n) when (T := N) (l == i :> nat) x * v l = x * v i.
  move=> i_n; rewrite (sum_all (fun l => when (T := N) (l == i) x * v l) i_n) eqxx /=.
  by rewrite big1 ?addr0 // => l /negbTE ne; rewrite ne mul0r.
by rewrite !only // mulrDl mul1r [RHS]addrC addrA (mulrC (z k)).
Qed.

Theorem normalized_square_has_jacobian (scale : R) z : scale \is a GRing.unit ->
  denominator (T := N) scale (mkseq z n) \is a GRing.unit ->
  has_jacobian n (normalized_square (T := D) (constant scale)) (normalized_square (T := N) scale) z.
Proof.
move=> Us; set Dn := denominator _ _ => UD v j jn.
set c : R := 1 / scale; pose q l := z l * c * (z l * c); pose u l := z l * c * (v l * c) + v l * c * (z l * c).
pose Z := mkseq (move_row z v) n.
have oneE : div (one : D) (constant scale) = c +ε 0 by rewrite [LHS]dual_div_constant // mul0r.
have scaledE l : (l < n)%N -> mul (at_ Z l) (div (one : D) (constant scale)) = (z l * c) +ε (v l * c).
  by move=> ln; rewrite oneE at_mkseq // [LHS]dual_mul mulr0 add0r.
have squaredE l : (l < n)%N -> square (mul (at_ Z l) (div (one : D) (constant scale))) = q l +ε u l.
  by move=> ln; rewrite scaledE.
have squareE l : (l < n)%N -> square (mul (at_ (T := N) (mkseq z n) l) (div (one : N) scale)) = q l.
  by move=> ln; rewrite at_mkseq.
have DnE : Dn = c * c + \sum_(l < n) q l.
  rewrite /Dn /denominator sum_of_ring size_mkseq; congr (_ + _).
  by apply: eq_bigr => l _; rewrite squareE.
have DnZ : denominator (T := D) (constant scale) Z = Dn +ε (\sum_(l < n) u l).
  rewrite DnE /denominator sum_of_ring size_mkseq oneE.
  rewrite (eq_bigr (fun l : 'I_n => q l +ε u l)) => [|l _]; last by rewrite -oneE squaredE.
  by rewrite dual_sum /square [LHS]dual_add mulr0 mul0r addr0 add0r.
have othersE l : (l < n)%N ->
    square (T := N) c + sum (size (mkseq z n))
      (fun i => when (T := N) (i != l) (square (T := N) (at_ (T := N) (mkseq z n) i * c))) = Dn - q l.
  move=> ln; rewrite DnE (sum_all q ln) [q l + _]addrC addrA addrK sum_of_ring size_mkseq.
  rewrite [in RHS]big_mkcond /=; congr (_ + _); apply: eq_bigr => i _.
  by rewrite /when at_mkseq.
rewrite /normalized_square /= -/Z squaredE // DnZ squareE // [LHS]dual_div //; congr (_ +ε _).
have uE l : u l = (1 + 1) * (z l * c) * c * v l.
  exact: twice.
transitivity (\sum_(l < n) (if j == l then u l * (Dn - q l) / Dn / Dn else - (u l * q j / Dn / Dn))); last first.
  apply: eq_bigr => l _; rewrite -/Dn at_mkseq // -/c uE; case: eqP => [jl|_].
    by rewrite othersE // quotients.
  by rewrite mulNr quotients.
rewrite (sum_but_one (fun l => u l * (Dn - q l) / Dn / Dn) (fun l => - (u l * q j / Dn / Dn)) jn) (sum_all u jn).
rewrite sumrN -!mulr_suml -!mulrBl; congr (_ / _ / _).
by rewrite mulrBr (mulrDr (q j)) opprD addrA (mulrC (q j)) [q j * _]mulrC.
Qed.



(** exp and ln are given, by no more than their derivatives; reals.v shows that those of the real numbers fit. *)
Section Exponential.
Variables (exp ln_1p : N -> N) (Exp Ln_1p : D -> D) (largest : nat) (z : nat -> R).
Hypothesis Exp_derivative : forall x h, Exp (x +ε h) = exp x +ε (exp x * h).
Hypothesis Ln_1p_derivative : forall x h, 1 + x \is a GRing.unit -> Ln_1p (x +ε h) = ln_1p x +ε (h / (1 + x)).
Hypothesis exp0 : exp 0 = 1.
Hypothesis in_range : (largest < n)%N.
Let S := total exp largest (mkseq z n).
Hypothesis invertible : S \is a GRing.unit.

Let e l := exp (z l - z largest).
Let s l := e l / S.

Lemma expE l : (l < n)%N -> exp (at_ (T := N) (mkseq z n) l - at_ (T := N) (mkseq z n) largest) = e l.
Proof. by move=> ln; rewrite !at_mkseq. Qed.

Lemma totalE : S = \sum_(l < n) e l.
Proof. by rewrite /S /total sum_of_ring size_mkseq; apply: eq_bigr => l _; rewrite expE. Qed.

Lemma sum_softmax l : (l < n)%N -> \sum_(i < n | (i : nat) != l) s i = 1 - s l.
Proof.
move=> ln; have -> : 1 = \sum_(i < n) s i by rewrite -mulr_suml -totalE mulrV.
by rewrite (sum_all s ln) [s l + _]addrC addrK.
Qed.

Lemma complementE l : (l < n)%N -> sum (size (mkseq z n))
    (fun i => when (T := N) (i != l) (exp (at_ (T := N) (mkseq z n) i - at_ (T := N) (mkseq z n) largest) / S)) = 1 - s l.
Proof.
move=> ln; rewrite -sum_softmax // sum_of_ring size_mkseq [in RHS]big_mkcond; apply: eq_bigr => i _.
by rewrite /when expE.
Qed.

Variable v : nat -> R.
Let w l := v l - v largest.
Let Z := mkseq (move_row z v) n.

Lemma Exp_move l : (l < n)%N -> Exp (at_ (T := D) Z l - at_ (T := D) Z largest) = e l +ε (e l * w l).
Proof. by move=> ln; rewrite !at_mkseq // [X in Exp X](_ : _ = (z l - z largest) +ε w l) // Exp_derivative. Qed.

Lemma total_move : total (T := D) Exp largest Z = S +ε \sum_(l < n) e l * w l.
Proof.
rewrite totalE /total sum_of_ring size_mkseq (eq_bigr (fun l : 'I_n => e l +ε (e l * w l))) => [|l _].
  exact: dual_sum.
exact: Exp_move.
Qed.

Lemma mean_move : (\sum_(l < n) e l * w l) / S = \sum_(l < n) s l * v l - v largest.
Proof.
rewrite mulr_suml -[v largest]mul1r -{1}(mulrV invertible) totalE mulr_suml mulr_suml -sumrB -totalE.
by apply: eq_bigr => l _; rewrite /w mulrBr mulrBl mulrAC [X in _ - X]mulrAC.
Qed.

Lemma softmax_move j : (j < n)%N ->
  value (softmax (T := D) Exp largest) Z j
  = value (softmax (T := N) exp largest) (mkseq z n) j
    +ε \sum_(l < n) jacobian (softmax (T := N) exp largest) (mkseq z n) j l * v l.
Proof.
move=> jn; rewrite /= Exp_move // total_move [LHS]dual_div // expE //; congr (_ +ε _).
transitivity (\sum_(l < n) (if j == l then s l * (1 - s l) * v l else - (s j * (s l * v l)))); last first.
  apply: eq_bigr => l _; case: eqP => [jl|_].
    by rewrite complementE // expE // jl.
  by rewrite !expE // mulNr -mulrA.
rewrite (sum_but_one (fun l => s l * (1 - s l) * v l) (fun l => - (s j * (s l * v l))) jn) sumrN -mulr_sumr.
have -> : (e j * w j * S - e j * (\sum_(l < n) e l * w l)) / S / S = s j * (w j - (\sum_(l < n) e l * w l) / S).
  rewrite mulrBl mulrK // mulrBl (mulrBr (s j)) (mulrA (s j)) /s.
  by rewrite (mulrAC (e j) (w j)) (mulrAC (e j) (\sum_(l < n) _)).
rewrite mean_move /w opprB addrA subrK (sum_all (fun l => s l * v l) jn).
by rewrite -mulrA -mulrBr mulrBl mul1r opprD addrA.
Qed.

Lemma rest_total : 1 + rest exp largest (mkseq z n) = S.
Proof.
rewrite totalE (sum_all e in_range) {1}/e subrr exp0 /rest sum_of_ring size_mkseq [in RHS]big_mkcond /=.
by congr (_ + _); apply: eq_bigr => l _; rewrite /when expE.
Qed.

Lemma rest_move : rest (T := D) Exp largest Z = rest exp largest (mkseq z n) +ε \sum_(l < n) e l * w l.
Proof.
rewrite (sum_all (fun l => e l * w l) in_range) /w subrr mulr0 add0r [in X in _ +ε X]big_mkcond.
rewrite /rest !sum_of_ring !size_mkseq -dual_sum; apply: eq_bigr => l _.
by rewrite /when; case: ifP => // _; rewrite Exp_move // expE.
Qed.

Lemma log_softmax_move j : (j < n)%N ->
  value (log_softmax (T := D) Exp Ln_1p largest) Z j
  = value (log_softmax (T := N) exp ln_1p largest) (mkseq z n) j
    +ε \sum_(l < n) jacobian (log_softmax (T := N) exp ln_1p largest) (mkseq z n) j l * v l.
Proof.
move=> jn; rewrite /= rest_move Ln_1p_derivative ?rest_total //.
transitivity ((at_ (T := N) (mkseq z n) j - at_ (T := N) (mkseq z n) largest - ln_1p (rest exp largest (mkseq z n)))
  +ε (v j - v largest - (\sum_(l < n) e l * w l) / S)); first by rewrite /Z !at_mkseq.
congr (_ +ε _).
transitivity (\sum_(l < n) (if j == l then (1 - s l) * v l else - (s l * v l))); last first.
  apply: eq_bigr => l _; case: eqP => [jl|_].
    by rewrite complementE.
  by rewrite !expE // mulNr.
rewrite (sum_but_one (fun l => (1 - s l) * v l) (fun l => - (s l * v l)) jn) sumrN.
by rewrite mean_move opprB addrA subrK (sum_all (fun l => s l * v l) jn) mulrBl mul1r opprD addrA.
Qed.

End Exponential.

Theorem softmax_has_jacobian (exp : N -> N) (Exp : D -> D) largest z :
  (forall x h, Exp (x +ε h) = exp x +ε (exp x * h)) ->
  (largest < n)%N -> total exp largest (mkseq z n) \is a GRing.unit ->
  has_jacobian n (softmax Exp largest) (softmax exp largest) z.
Proof. by move=> ExpE cn US v j; exact: softmax_move. Qed.

Theorem log_softmax_has_jacobian (exp ln_1p : N -> N) (Exp Ln_1p : D -> D) largest z :
  (forall x h, Exp (x +ε h) = exp x +ε (exp x * h)) -> exp 0 = 1 ->
  (forall x h, 1 + x \is a GRing.unit -> Ln_1p (x +ε h) = ln_1p x +ε (h / (1 + x))) ->
  (largest < n)%N -> total exp largest (mkseq z n) \is a GRing.unit ->
  has_jacobian n (log_softmax Exp Ln_1p largest) (log_softmax exp ln_1p largest) z.
Proof. by move=> ExpE exp0 LnE cn US v j; exact: log_softmax_move. Qed.

End Jacobians.

(** In an ordered field, such as the rationals or the reals, the divisors above have an inverse. *)
Section Divisors.
Import Order.TTheory Num.Theory.
Variable F : realFieldType.
Local Notation N := (of_ring F).
Local Open Scope ring_scope.

Theorem normalized_square_divides (scale : F) (z : seq F) : scale != 0 -> denominator (T := N) scale z \is a GRing.unit.
Proof.
move=> scale0; rewrite unitfE lt0r_neq0 // /denominator sum_of_ring /square /= -expr2.
apply: ltr_paddr; last by rewrite exprn_even_gt0 // mul1r invr_eq0.
by apply: sumr_ge0 => l _; rewrite -expr2 sqr_ge0.
Qed.

Theorem softsign_divides (x : F) : 1 + size_of (T := N) (fun x => 0 < x) x \is a GRing.unit.
Proof.
rewrite unitfE lt0r_neq0 // /size_of /=; apply: ltr_paddr; last exact: ltr01.
by case: ifP => [/ltW //|/negbT]; rewrite -leNgt oppr_ge0.
Qed.

Theorem softmax_divides (exp : F -> F) largest (z : seq F) :
  (forall x, 0 < exp x) -> (0 < size z)%N -> total (T := N) exp largest z \is a GRing.unit.
Proof.
move=> exp0; case: z => // x z _; rewrite unitfE lt0r_neq0 // /total sum_of_ring /= big_ord_recl.
by apply: ltr_paddr => //; apply: sumr_ge0 => l _; exact: ltW.
Qed.

End Divisors.
