(** What the document's formulas ask of a number: the four operations and Σ. As in the code, every formula is written
    once, for any kind of number; a theorem then speaks about one kind, and the program that is extracted runs on another.
    A row is a list of numbers, a matrix a function of its indices, which start at 0. Read scalar.v next. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Record number := Number {
  carrier :> Type;
  zero : carrier;
  one : carrier;
  opp : carrier -> carrier;
  add : carrier -> carrier -> carrier;
  mul : carrier -> carrier -> carrier;
  div : carrier -> carrier -> carrier
}.
Arguments zero {n}.
Arguments one {n}.

Declare Scope number_scope.
Delimit Scope number_scope with number.
Notation "0" := zero : number_scope.
Notation "1" := one : number_scope.
Notation "- x" := (opp x) : number_scope.
Notation "x + y" := (add x y) : number_scope.
Notation "x - y" := (add x (opp y)) : number_scope.
Notation "x * y" := (mul x y) : number_scope.
Notation "x / y" := (div x y) : number_scope.

(** Σ over the indices 0, …, n − 1, added from the first to the last. *)
Fixpoint sum (T : number) n (term : nat -> T) : T :=
  if n is k.+1 then (sum k term + term k)%number else 0%number.
Notation "'Σ_' ( k < n ) term" := (sum n (fun k => term%number))
  (at level 41, k name, n at level 50, term at level 41, format "'Σ_' ( k  <  n )  term") : number_scope.

(** The row i of a matrix of n columns, as a list. *)
Definition row_cells (T : Type) n (x : nat -> nat -> T) i : seq T := mkseq (x i) n.

(** All m rows of a matrix of n columns. *)
Definition grid_cells (T : Type) m n (x : nat -> nat -> T) : seq (seq T) := mkseq (row_cells n x) m.

(** The activation function g (equations 5 and 16): the value of output jj at a row, and its derivative with respect to
    weighted sum j there. Rows of the Jacobian are outputs, its columns are inputs. *)
Record vector_function (T : number) := VectorFunction {
  value : seq T -> nat -> T;
  jacobian : seq T -> nat -> nat -> T
}.

(** The numbers of a commutative ring, in which whatever has an inverse can be divided by: the rationals, the reals, any
    field, and the dual numbers over each of these. *)
Definition of_ring (R : comUnitRingType) : number :=
  @Number R 0%R 1%R -%R%R +%R *%R (fun x y => (x / y)%R).

Lemma sum_of_ring (R : comUnitRingType) n (term : nat -> of_ring R) :
  sum n term = (\sum_(k < n) term k)%R.
Proof. by elim: n => [|n IH]; rewrite ?big_ord0 // big_ord_recr /= IH. Qed.

(** So that Σ stays Σ in proofs. *)
Arguments sum : simpl never.
