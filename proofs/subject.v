(** The step that runs. [step] evaluates the rules of scalar.v, equations 3 to 5 and 38 to 42, and stores each result as a
    table, so that nothing is computed twice. The theorem says that the tables hold what the rules give. It is extracted
    to a program over the rationals (extract.v), which `dropout-oracle check` judges like any other layer. *)

From mathcomp Require Import all_ssreflect.
From dropout_oracle Require Import number.
From dropout_oracle Require scalar.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Section Step.
Variable T : number.

(** The entry of a table, and of a list. *)
Definition entry (x : seq (seq T)) i j : T := nth zero (nth [::] x i) j.
Definition entry_row (x : seq T) j : T := nth zero x j.

(** The eight results, in the order of the equations; the vector db is a table of one row. *)
Record results := Results {
  A_tilde : seq (seq T); Z : seq (seq T); A_next : seq (seq T);
  dZ : seq (seq T); dW : seq (seq T); db : seq T; dA_tilde : seq (seq T); dA : seq (seq T)
}.

Variables (m n n_next : nat) (g : vector_function T).
Variables (a : seq (seq T)) (p : seq T) (r w : seq (seq T)) (b : seq T) (da_next : seq (seq T)).

Definition step : results :=
  let a_tilde := grid_cells m n (scalar.a_tilde (entry r) (entry_row p) (entry a)) in
  let z := grid_cells m n_next (scalar.z n (entry w) (entry a_tilde) (entry_row b)) in
  let a_next := grid_cells m n_next (scalar.a_next n_next g (entry z)) in
  let dz := grid_cells m n_next (scalar.dz n_next (entry da_next) (entry z) g) in
  let dw := grid_cells n n_next (scalar.dw m (entry dz) (entry a_tilde)) in
  let db := mkseq (scalar.db m (entry dz)) n_next in
  let da_tilde := grid_cells m n (scalar.da_tilde n_next (entry dz) (entry w)) in
  let da := grid_cells m n (scalar.da (entry da_tilde) (entry r) (entry_row p)) in
  Results a_tilde z a_next dz dw db da_tilde da.

Lemma entry_of_cells m' n' (x : nat -> nat -> T) i j : (i < m')%N -> (j < n')%N -> entry (grid_cells m' n' x) i j = x i j.
Proof. by move=> im jn; rewrite /entry nth_mkseq // nth_mkseq. Qed.

Lemma eq_sum k (x x' : nat -> T) : (forall i, (i < k)%N -> x i = x' i) -> sum k x = sum k x'.
Proof.
elim: k => [//|k IH] e; rewrite -[LHS]/(add (sum k x) (x k)) -[RHS]/(add (sum k x') (x' k)) e // IH // => i ik.
by rewrite e // ltnW.
Qed.

Lemma eq_cells m' n' (x x' : nat -> nat -> T) :
  (forall i j, (i < m')%N -> (j < n')%N -> x i j = x' i j) -> grid_cells m' n' x = grid_cells m' n' x'.
Proof.
move=> e; apply/eq_in_map => i; rewrite mem_iota add0n => im.
by apply/eq_in_map => j; rewrite mem_iota add0n => jn; exact: e.
Qed.

Theorem step_evaluates_the_rules :
  let a_tilde := scalar.a_tilde (entry r) (entry_row p) (entry a) in
  let z := scalar.z n (entry w) a_tilde (entry_row b) in
  let dz := scalar.dz n_next (entry da_next) z g in
  let da_tilde := scalar.da_tilde n_next dz (entry w) in
  step = Results
    (grid_cells m n a_tilde) (grid_cells m n_next z) (grid_cells m n_next (scalar.a_next n_next g z))
    (grid_cells m n_next dz) (grid_cells n n_next (scalar.dw m dz a_tilde)) (mkseq (scalar.db m dz) n_next)
    (grid_cells m n da_tilde) (grid_cells m n (scalar.da da_tilde (entry r) (entry_row p))).
Proof.
move=> a_tilde z dz da_tilde; rewrite /step -/a_tilde.
have zE : grid_cells m n_next (scalar.z n (entry w) (entry (grid_cells m n a_tilde)) (entry_row b)) = grid_cells m n_next z.
  apply: eq_cells => i j im _; congr add; apply: eq_sum => k kn.
  by rewrite entry_of_cells.
have rowE i : (i < m)%N -> row_cells n_next (entry (grid_cells m n_next z)) i = row_cells n_next z i.
  by move=> im; apply/eq_in_map => j; rewrite mem_iota add0n => jn; rewrite entry_of_cells.
rewrite zE.
have -> : grid_cells m n_next (scalar.a_next n_next g (entry (grid_cells m n_next z)))
        = grid_cells m n_next (scalar.a_next n_next g z).
  by apply: eq_cells => i j im _; rewrite /scalar.a_next rowE.
have -> : grid_cells m n_next (scalar.dz n_next (entry da_next) (entry (grid_cells m n_next z)) g) = grid_cells m n_next dz.
  by apply: eq_cells => i j im _; rewrite /dz /scalar.dz rowE.
have -> : grid_cells n n_next (scalar.dw m (entry (grid_cells m n_next dz)) (entry (grid_cells m n a_tilde)))
        = grid_cells n n_next (scalar.dw m dz a_tilde).
  by apply: eq_cells => k j kn jn; apply: eq_sum => i im; rewrite !entry_of_cells.
have -> : mkseq (scalar.db m (entry (grid_cells m n_next dz))) n_next = mkseq (scalar.db m dz) n_next.
  apply/eq_in_map => j; rewrite mem_iota add0n => jn.
  by apply: eq_sum => i im; rewrite entry_of_cells.
have -> : grid_cells m n (scalar.da_tilde n_next (entry (grid_cells m n_next dz)) (entry w)) = grid_cells m n da_tilde.
  by apply: eq_cells => i k im kn; apply: eq_sum => j jn; rewrite entry_of_cells.
congr Results; apply: eq_cells => i k im kn.
by rewrite /scalar.da entry_of_cells.
Qed.

End Step.
