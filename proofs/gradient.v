(** The gradient is the derivative. J is any function of the outputs whose derivative at them is the upstream gradient:
    over the dual numbers, J(x + ε·h) = J(x) + ε·⟨gradient, h⟩. Then the results of equations 38 to 42 are the gradients
    of J as a function of Z, W, b, Ã and A, for all directions h and all sizes, and through two layers. g is any function
    with a Jacobian; activation.v proves it of those of this project. agreement.v carries all of it to the matrix form. *)

From mathcomp Require Import all_ssreflect all_algebra.
From dropout_oracle Require Import number dual.
From dropout_oracle Require scalar.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

(** The dual numbers over R, as a kind of number. *)
Notation dual_number R := (of_ring [comUnitRingType of dual R]).

Section Definitions.
Variable R : comUnitRingType.
Local Notation D := (dual_number R).

(** Matrices and vectors as functions of their indices, moved by ε times a direction or held constant. *)
Definition move (x h : nat -> nat -> R) i j : D := x i j +ε h i j.
Definition move_row (x h : nat -> R) j : D := x j +ε h j.
Definition hold (x : nat -> nat -> R) i j : D := constant (x i j).
Definition hold_row (x : nat -> R) j : D := constant (x j).

(** ⟨d, h⟩, the sum of the products of all entries. *)
Definition inner m n (d h : nat -> nat -> R) := \sum_(i < m) \sum_(j < n) d i j * h i j.
Definition inner_row n (d h : nat -> R) := \sum_(j < n) d j * h j.

(** J looks at m × n entries, and at nothing else. *)
Definition looks_at m n (J : (nat -> nat -> D) -> D) :=
  forall x x', (forall i j, (i < m)%N -> (j < n)%N -> x i j = x' i j) -> J x = J x'.

(** J has the value y and the gradient d at x: J(x + ε·h) = y + ε·⟨d, h⟩ for every direction h. *)
Definition is_gradient m n (J : (nat -> nat -> D) -> D) x y d :=
  forall h, J (move x h) = y +ε inner m n d h.
Definition is_gradient_row n (J : (nat -> D) -> D) x y d :=
  forall h, J (move_row x h) = y +ε inner_row n d h.

(** G, which is g over the dual numbers, has at the row z the derivative that the Jacobian of g states:
    G(z + ε·v) = g(z) + ε·Jg(z)·v. *)
Definition has_jacobian n (G : vector_function D) (g : vector_function (of_ring R)) z :=
  forall v j, (j < n)%N ->
    value G (mkseq (move_row z v) n) j = value g (mkseq z n) j +ε \sum_(l < n) jacobian g (mkseq z n) j l * v l.

(** The direction in which one entry grows: 1 at i, j and 0 elsewhere. *)
Definition entry i j : nat -> nat -> R := fun i' j' => ((i' == i) && (j' == j))%:R.
Definition entry_row j : nat -> R := fun j' => (j' == j)%:R.

End Definitions.

Section Inner.
Variables (R : comUnitRingType) (m n : nat).

Lemma eq_inner (d h h' : nat -> nat -> R) :
  (forall i j, (i < m)%N -> (j < n)%N -> h i j = h' i j) -> inner m n d h = inner m n d h'.
Proof. by move=> e; apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite e. Qed.

Lemma inner_add (d h h' : nat -> nat -> R) :
  inner m n d (fun i j => h i j + h' i j) = inner m n d h + inner m n d h'.
Proof.
rewrite -big_split; apply: eq_bigr => i _; rewrite -big_split.
by apply: eq_bigr => j _; rewrite mulrDr.
Qed.

Lemma inner_entry (d : nat -> nat -> R) i j : (i < m)%N -> (j < n)%N -> inner m n d (entry R i j) = d i j.
Proof.
move=> im jn; rewrite /inner (bigD1 (Ordinal im)) //= (bigD1 (Ordinal jn)) //= /entry !eqxx mulr1.
rewrite big1 => [|l ne]; last by rewrite (_ : (l == j :> nat) = false) ?mulr0 //; apply: negbTE.
rewrite addr0 big1 ?addr0 // => l ne; apply: big1 => l' _.
by rewrite (_ : (l == i :> nat) = false) ?mulr0 //; apply: negbTE.
Qed.

Lemma inner_entry_row (d : nat -> R) j : (j < n)%N -> inner_row n d (entry_row R j) = d j.
Proof.
move=> jn; rewrite /inner_row (bigD1 (Ordinal jn)) //= /entry_row eqxx mulr1 big1 ?addr0 // => l ne.
by rewrite (_ : (l == j :> nat) = false) ?mulr0 //; apply: negbTE.
Qed.

End Inner.

Section Zero.
Variable R : comUnitRingType.

Lemma inner0 m n (d : nat -> nat -> R) : inner m n d (fun _ _ => 0) = 0.
Proof. by apply: big1 => i _; apply: big1 => j _; rewrite mulr0. Qed.

Lemma inner_row0 n (d : nat -> R) : inner_row n d (fun _ => 0) = 0.
Proof. by apply: big1 => j _; rewrite mulr0. Qed.

End Zero.

Section Layer.
Variables (R : comUnitRingType) (m n n_next : nat).
Local Notation D := (dual_number R).
Implicit Types (a r w a_tilde z da_next dz da_tilde : nat -> nat -> of_ring R) (p b : nat -> of_ring R).
Implicit Types (g : vector_function (of_ring R)) (G : vector_function D).
Implicit Types (h hw ha_tilde : nat -> nat -> R) (hb : nat -> R) (J : (nat -> nat -> D) -> D) (y : R).

(** How far each forward rule moves its result: ε times these. *)
Definition a_tilde_direction r p h i k := r i k * (1 / p k) * h i k.
Definition z_direction w a_tilde (hw ha_tilde : nat -> nat -> R) (hb : nat -> R) i j :=
  \sum_(k < n) (w k j * ha_tilde i k + hw k j * a_tilde i k) + hb j : R.
Definition a_next_direction g z h i j := \sum_(l < n_next) jacobian g (row_cells n_next z i) j l * h i l : R.

Lemma a_tilde_moves r p a h i k : p k \is a GRing.unit ->
  scalar.a_tilde (hold r) (hold_row p) (move a h) i k
  = scalar.a_tilde r p a i k +ε a_tilde_direction r p h i k.
Proof.
move=> Up; rewrite /scalar.a_tilde /move /hold /hold_row /= (dual_div_constant _ _ Up) mul0r.
by rewrite !dual_mul mulr0 mul0r addr0 mul0r addr0.
Qed.

Lemma z_moves w a_tilde b hw ha_tilde hb i j :
  scalar.z n (move w hw) (move a_tilde ha_tilde) (move_row b hb) i j
  = scalar.z n w a_tilde b i j +ε z_direction w a_tilde hw ha_tilde hb i j.
Proof.
rewrite /scalar.z /= !sum_of_ring /=.
by apply: dualE; rewrite /= raddf_sum.
Qed.

Lemma a_next_moves g G z h i j : (j < n_next)%N -> has_jacobian n_next G g (z i) ->
  scalar.a_next n_next G (move z h) i j = scalar.a_next n_next g z i j +ε a_next_direction g z h i j.
Proof. by move=> jn Jg; exact: (Jg (h i) j jn). Qed.

(** What the upstream gradient gives along these directions is what the backward rules give along those that came in. *)
Lemma inner_a_next g z h da_next :
  inner m n_next da_next (a_next_direction g z h) = inner m n_next (scalar.dz n_next da_next z g) h.
Proof.
apply: eq_bigr => i _; under eq_bigr => j _ do rewrite mulr_sumr.
rewrite exchange_big; apply: eq_bigr => l _ /=.
by rewrite /scalar.dz sum_of_ring mulr_suml; apply: eq_bigr => j _; rewrite mulrA.
Qed.

Lemma inner_z w a_tilde hw ha_tilde hb dz :
  inner m n_next dz (z_direction w a_tilde hw ha_tilde hb)
  = inner m n (scalar.da_tilde n_next dz w) ha_tilde
    + inner n n_next (scalar.dw m dz a_tilde) hw + inner_row n_next (scalar.db m dz) hb.
Proof.
rewrite /inner /inner_row /z_direction.
under eq_bigr => i _ do under eq_bigr => j _ do rewrite mulrDr big_split mulrDr /=.
under eq_bigr => i _ do rewrite !big_split /=.
rewrite !big_split /=; congr (_ + _ + _).
- apply: eq_bigr => i _; under eq_bigr => j _ do rewrite mulr_sumr.
  rewrite exchange_big; apply: eq_bigr => k _ /=.
  by rewrite /scalar.da_tilde sum_of_ring mulr_suml; apply: eq_bigr => j _; rewrite mulrA.
- under eq_bigr => i _ do under eq_bigr => j _ do rewrite mulr_sumr.
  under eq_bigr => i _ do rewrite exchange_big.
  rewrite exchange_big; apply: eq_bigr => k _ /=.
  rewrite exchange_big; apply: eq_bigr => j _ /=.
  rewrite /scalar.dw sum_of_ring mulr_suml; apply: eq_bigr => i _.
  by rewrite /= (mulrC (hw k j)) mulrA.
- rewrite exchange_big; apply: eq_bigr => j _ /=.
  by rewrite /scalar.db sum_of_ring mulr_suml.
Qed.

Lemma inner_a_tilde r p h da_tilde :
  inner m n da_tilde (a_tilde_direction r p h) = inner m n (scalar.da da_tilde r p) h.
Proof.
apply: eq_bigr => i _; apply: eq_bigr => k _.
by rewrite /scalar.da /= !mulrA.
Qed.

(** There are such J for every gradient: the sum of the outputs, each times its entry of d. *)
Theorem linear_loss_has_gradient (d x : nat -> nat -> R) :
  let J (X : nat -> nat -> D) : D := \sum_(i < m) \sum_(j < n_next) constant (d i j) * (X i j : dual R) in
  looks_at m n_next J /\ is_gradient m n_next J x (inner m n_next d x) d.
Proof.
split=> [X X' e|h]; first by apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite e.
rewrite /inner -dual_sum; apply: eq_bigr => i _; rewrite -dual_sum; apply: eq_bigr => j _.
by rewrite /move dual_mul mul0r addr0.
Qed.

(** Each backward rule reverses a forward rule: given the gradient of J at its result, it gives that at an argument. *)

(*= backward.scalar.dz *)
Theorem backward_scalar_dz_is_derivative g G z J y da_next :
  looks_at m n_next J -> (forall i, (i < m)%N -> has_jacobian n_next G g (z i)) ->
  is_gradient m n_next J (scalar.a_next n_next g z) y da_next ->
  is_gradient m n_next (fun Z : nat -> nat -> D => J (scalar.a_next n_next G Z)) z y (scalar.dz n_next da_next z g).
Proof.
move=> look Jg grad h.
rewrite (look _ (move (scalar.a_next n_next g z) (a_next_direction g z h))) => [|i j im jn].
  by rewrite grad inner_a_next.
exact: a_next_moves (Jg i im).
Qed.

(*= backward.scalar.dw *)
Theorem backward_scalar_dw_is_derivative w a_tilde b J y dz :
  looks_at m n_next J -> is_gradient m n_next J (scalar.z n w a_tilde b) y dz ->
  is_gradient n n_next (fun W : nat -> nat -> D => J (scalar.z n W (hold a_tilde) (hold_row b))) w y
    (scalar.dw m dz a_tilde).
Proof.
move=> look grad h.
rewrite (look _ (move (scalar.z n w a_tilde b) (z_direction w a_tilde h (fun _ _ => 0) (fun _ => 0)))) => [|i j _ _].
  by rewrite grad inner_z inner0 inner_row0 add0r addr0.
exact: z_moves.
Qed.

(*= backward.scalar.db *)
Theorem backward_scalar_db_is_derivative w a_tilde b J y dz :
  looks_at m n_next J -> is_gradient m n_next J (scalar.z n w a_tilde b) y dz ->
  is_gradient_row n_next (fun B : nat -> D => J (scalar.z n (hold w) (hold a_tilde) B)) b y (scalar.db m dz).
Proof.
move=> look grad h.
rewrite (look _ (move (scalar.z n w a_tilde b) (z_direction w a_tilde (fun _ _ => 0) (fun _ _ => 0) h))) => [|i j _ _].
  by rewrite grad inner_z !inner0 !add0r.
exact: z_moves.
Qed.

(*= backward.scalar.da_tilde *)
Theorem backward_scalar_da_tilde_is_derivative w a_tilde b J y dz :
  looks_at m n_next J -> is_gradient m n_next J (scalar.z n w a_tilde b) y dz ->
  is_gradient m n (fun A_tilde : nat -> nat -> D => J (scalar.z n (hold w) A_tilde (hold_row b))) a_tilde y
    (scalar.da_tilde n_next dz w).
Proof.
move=> look grad h.
rewrite (look _ (move (scalar.z n w a_tilde b) (z_direction w a_tilde (fun _ _ => 0) h (fun _ => 0)))) => [|i j _ _].
  by rewrite grad inner_z inner0 inner_row0 !addr0.
exact: z_moves.
Qed.

(*= backward.scalar.da *)
Theorem backward_scalar_da_is_derivative r p a J y da_tilde :
  looks_at m n J -> (forall k, (k < n)%N -> p k \is a GRing.unit) ->
  is_gradient m n J (scalar.a_tilde r p a) y da_tilde ->
  is_gradient m n (fun A : nat -> nat -> D => J (scalar.a_tilde (hold r) (hold_row p) A)) a y (scalar.da da_tilde r p).
Proof.
move=> look Up grad h.
rewrite (look _ (move (scalar.a_tilde r p a) (a_tilde_direction r p h))) => [|i k _ kn].
  by rewrite grad inner_a_tilde.
exact: a_tilde_moves (Up k kn).
Qed.

(** The derivations, equations 25 to 36, move one number alone: by how much each later quantity moves, which is the
    local derivative, and by how much J does. *)

(*= derivation.scalar.dz *)
Theorem derivation_scalar_dz_is_partial_derivative g G z J y da_next i j :
  looks_at m n_next J -> (forall i, (i < m)%N -> has_jacobian n_next G g (z i)) ->
  is_gradient m n_next J (scalar.a_next n_next g z) y da_next -> (i < m)%N -> (j < n_next)%N ->
  (forall jj, (jj < n_next)%N -> scalar.a_next n_next G (move z (entry R i j)) i jj
    = scalar.a_next n_next g z i jj +ε jacobian g (row_cells n_next z i) jj j) /\
  J (scalar.a_next n_next G (move z (entry R i j))) = y +ε scalar.dz n_next da_next z g i j.
Proof.
move=> look Jg grad im jn; split=> [jj jjn|].
  rewrite (a_next_moves _ jjn (Jg i im)) /a_next_direction; congr (_ +ε _).
  rewrite (bigD1 (Ordinal jn)) //= /entry !eqxx mulr1 big1 ?addr0 // => l ne.
  by rewrite (_ : (l == j :> nat) = false) ?mulr0 //; apply: negbTE.
by rewrite (backward_scalar_dz_is_derivative look Jg grad) inner_entry.
Qed.

(*= derivation.scalar.dw *)
Theorem derivation_scalar_dw_is_partial_derivative w a_tilde b J y dz k j :
  looks_at m n_next J -> is_gradient m n_next J (scalar.z n w a_tilde b) y dz -> (k < n)%N -> (j < n_next)%N ->
  (forall i, scalar.z n (move w (entry R k j)) (hold a_tilde) (hold_row b) i j
    = scalar.z n w a_tilde b i j +ε a_tilde i k) /\
  J (scalar.z n (move w (entry R k j)) (hold a_tilde) (hold_row b)) = y +ε scalar.dw m dz a_tilde k j.
Proof.
move=> look grad kn jn; split=> [i|].
  rewrite (z_moves w a_tilde b (entry R k j) (fun _ _ => 0) (fun _ => 0) i j) /z_direction; congr (_ +ε _).
  rewrite (bigD1 (Ordinal kn)) //= /entry !eqxx mulr0 add0r mul1r big1 ?addr0 // => l ne.
  by rewrite (_ : (l == k :> nat) = false) ?mulr0 ?mul0r ?addr0 //; apply: negbTE.
by rewrite (backward_scalar_dw_is_derivative look grad) inner_entry.
Qed.

(*= derivation.scalar.db *)
Theorem derivation_scalar_db_is_partial_derivative w a_tilde b J y dz j :
  looks_at m n_next J -> is_gradient m n_next J (scalar.z n w a_tilde b) y dz -> (j < n_next)%N ->
  (forall i, scalar.z n (hold w) (hold a_tilde) (move_row b (entry_row R j)) i j
    = scalar.z n w a_tilde b i j +ε 1) /\
  J (scalar.z n (hold w) (hold a_tilde) (move_row b (entry_row R j))) = y +ε scalar.db m dz j.
Proof.
move=> look grad jn; split=> [i|].
  rewrite (z_moves w a_tilde b (fun _ _ => 0) (fun _ _ => 0) (entry_row R j) i j) /z_direction; congr (_ +ε _).
  by rewrite /entry_row eqxx big1 ?add0r // => l _; rewrite mulr0 mul0r addr0.
by rewrite (backward_scalar_db_is_derivative look grad) inner_entry_row.
Qed.

(*= derivation.scalar.da_tilde *)
Theorem derivation_scalar_da_tilde_is_partial_derivative w a_tilde b J y dz i k :
  looks_at m n_next J -> is_gradient m n_next J (scalar.z n w a_tilde b) y dz -> (i < m)%N -> (k < n)%N ->
  (forall j, scalar.z n (hold w) (move a_tilde (entry R i k)) (hold_row b) i j
    = scalar.z n w a_tilde b i j +ε w k j) /\
  J (scalar.z n (hold w) (move a_tilde (entry R i k)) (hold_row b)) = y +ε scalar.da_tilde n_next dz w i k.
Proof.
move=> look grad im kn; split=> [j|].
  rewrite (z_moves w a_tilde b (fun _ _ => 0) (entry R i k) (fun _ => 0) i j) /z_direction; congr (_ +ε _).
  rewrite (bigD1 (Ordinal kn)) //= /entry !eqxx mul0r addr0 mulr1 big1 ?addr0 // => l ne.
  by rewrite (_ : (l == k :> nat) = false) ?mulr0 ?mul0r ?addr0 //; apply: negbTE.
by rewrite (backward_scalar_da_tilde_is_derivative look grad) inner_entry.
Qed.

(*= derivation.scalar.da *)
Theorem derivation_scalar_da_is_partial_derivative r p a J y da_tilde i k :
  looks_at m n J -> (forall k, (k < n)%N -> p k \is a GRing.unit) ->
  is_gradient m n J (scalar.a_tilde r p a) y da_tilde -> (i < m)%N -> (k < n)%N ->
  scalar.a_tilde (hold r) (hold_row p) (move a (entry R i k)) i k
    = scalar.a_tilde r p a i k +ε (r i k * (1 / p k)) /\
  J (scalar.a_tilde (hold r) (hold_row p) (move a (entry R i k))) = y +ε scalar.da da_tilde r p i k.
Proof.
move=> look Up grad im kn; split.
  by rewrite (a_tilde_moves r a (entry R i k) i (Up k kn)) /a_tilde_direction /entry !eqxx mulr1.
by rewrite (backward_scalar_da_is_derivative look Up grad) inner_entry.
Qed.

End Layer.

(** The whole layer, with A, W and b moved in any directions at once. *)
Section Step.
Variable R : comUnitRingType.
Local Notation D := (dual_number R).

Definition layer (T : number) n n_next (g : vector_function T) r p a w b :=
  scalar.a_next n_next g (scalar.z n w (scalar.a_tilde r p a) b).

Variables (m n n_next : nat).
Variables (g : vector_function (of_ring R)) (G : vector_function D).
Variables (r a w : nat -> nat -> of_ring R) (p b : nat -> of_ring R).
Hypothesis invertible : forall k, (k < n)%N -> p k \is a GRing.unit.
Let a_tilde := scalar.a_tilde r p a.
Let z := scalar.z n w a_tilde b.
Hypothesis Jg : forall i, (i < m)%N -> has_jacobian n_next G g (z i).

(** How far the outputs move. *)
Definition layer_direction ha hw hb := a_next_direction n_next g z
  (z_direction n w a_tilde hw (a_tilde_direction r p ha) hb).

Lemma layer_moves (ha hw : nat -> nat -> R) (hb : nat -> R) i j : (i < m)%N -> (j < n_next)%N ->
  layer n n_next G (hold r) (hold_row p) (move a ha) (move w hw) (move_row b hb) i j
  = layer n n_next g r p a w b i j +ε layer_direction ha hw hb i j.
Proof.
move=> im jn; rewrite -(a_next_moves _ jn (Jg im)) /layer /scalar.a_next; congr (value G _ _).
apply: (@eq_from_nth _ 0) => [|l]; rewrite ?size_mkseq // => ln; rewrite !nth_mkseq //.
rewrite -[RHS]z_moves /scalar.z; congr (_ + _); rewrite !sum_of_ring; apply: eq_bigr => k _.
by rewrite (a_tilde_moves r a ha i (invertible (ltn_ord k))).
Qed.

Lemma inner_layer (ha hw : nat -> nat -> R) (hb : nat -> R) da_next :
  let dz := scalar.dz n_next da_next z g in
  inner m n_next da_next (layer_direction ha hw hb)
  = inner m n (scalar.da (scalar.da_tilde n_next dz w) r p) ha
    + inner n n_next (scalar.dw m dz a_tilde) hw + inner_row n_next (scalar.db m dz) hb.
Proof. by rewrite /= inner_a_next inner_z inner_a_tilde. Qed.

Theorem step_is_derivative (J : (nat -> nat -> D) -> D) (y : R) da_next :
  let dz := scalar.dz n_next da_next z g in
  looks_at m n_next J -> is_gradient m n_next J (layer n n_next g r p a w b) y da_next ->
  forall (ha hw : nat -> nat -> R) (hb : nat -> R),
    J (layer n n_next G (hold r) (hold_row p) (move a ha) (move w hw) (move_row b hb))
    = y +ε (inner m n (scalar.da (scalar.da_tilde n_next dz w) r p) ha
            + inner n n_next (scalar.dw m dz a_tilde) hw + inner_row n_next (scalar.db m dz) hb).
Proof.
move=> dz look grad ha hw hb.
rewrite (look _ (move (layer n n_next g r p a w b) (layer_direction ha hw hb))) => [|i j im jn].
  by rewrite grad inner_layer.
exact: layer_moves.
Qed.

End Step.

(** Two layers, one upon the other: the dJ/dA of the upper one is the upstream gradient of the lower one. *)
Section TwoLayers.
Variable R : comUnitRingType.
Local Notation D := (dual_number R).
Variables (m n n_next n_last : nat).
Variables (g g' : vector_function (of_ring R)) (G G' : vector_function D).
Variables (r r' a w w' : nat -> nat -> of_ring R) (p p' b b' : nat -> of_ring R).
Hypothesis invertible : forall k, (k < n)%N -> p k \is a GRing.unit.
Hypothesis invertible' : forall k, (k < n_next)%N -> p' k \is a GRing.unit.
Let a_tilde := scalar.a_tilde r p a.
Let z := scalar.z n w a_tilde b.
Let a_next := scalar.a_next n_next g z.
Let a_tilde' := scalar.a_tilde r' p' a_next.
Let z' := scalar.z n_next w' a_tilde' b'.
Hypothesis Jg : forall i, (i < m)%N -> has_jacobian n_next G g (z i).
Hypothesis Jg' : forall i, (i < m)%N -> has_jacobian n_last G' g' (z' i).

Theorem two_layers_compose (J : (nat -> nat -> D) -> D) (y : R) da_last :
  let dz' := scalar.dz n_last da_last z' g' in
  let da_next := scalar.da (scalar.da_tilde n_last dz' w') r' p' in
  let dz := scalar.dz n_next da_next z g in
  looks_at m n_last J -> is_gradient m n_last J (layer n_next n_last g' r' p' a_next w' b') y da_last ->
  forall (ha hw hw' : nat -> nat -> R) (hb hb' : nat -> R),
    J (layer n_next n_last G' (hold r') (hold_row p')
         (layer n n_next G (hold r) (hold_row p) (move a ha) (move w hw) (move_row b hb)) (move w' hw') (move_row b' hb'))
    = y +ε (inner m n (scalar.da (scalar.da_tilde n_next dz w) r p) ha
            + inner n n_next (scalar.dw m dz a_tilde) hw + inner_row n_next (scalar.db m dz) hb
            + inner n_next n_last (scalar.dw m dz' a_tilde') hw' + inner_row n_last (scalar.db m dz') hb').
Proof.
move=> dz' da_next dz look grad ha hw hw' hb hb'.
pose h := layer_direction n n_next g r a w p b ha hw hb.
have lower i k : (i < m)%N -> (k < n_next)%N ->
    layer n n_next G (hold r) (hold_row p) (move a ha) (move w hw) (move_row b hb) i k = move a_next h i k.
  exact: (layer_moves invertible Jg).
rewrite (look _ (layer n_next n_last G' (hold r') (hold_row p') (move a_next h) (move w' hw') (move_row b' hb'))).
  rewrite (step_is_derivative invertible' Jg' look grad); congr (_ +ε (_ + _ + _)).
  exact: (inner_layer m n n_next g r a w p b ha hw hb da_next).
move=> i j im jn; rewrite /layer /scalar.a_next; congr (value G' _ _).
apply: (@eq_from_nth _ 0) => [|l]; rewrite ?size_mkseq // => ln; rewrite !nth_mkseq //.
rewrite /scalar.z; congr (_ + _); rewrite !sum_of_ring; apply: eq_bigr => k _.
by rewrite /scalar.a_tilde -lower.
Qed.

End TwoLayers.
