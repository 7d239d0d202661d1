(* Runs the extracted rules (rules.ml): one step a line, its eight results on one line. A line in is

     m n n_next ACTIVATION A p R W b dA_next

   where ACTIVATION is cumulative_sum, coupled_quadratic, normalized_square, or the word units and, for each unit,
   identity, relu, softsign or leaky_relu with its slope. Matrices are written row by row. A number is a fraction in
   binary digits, such as -101/10. examples/subjects/rocq_layer.py speaks the protocol and translates. *)

open Rules

let rec nat k = if k = 0 then O else S (nat (k - 1))

(* Whole numbers of Rocq start with the last bit. *)
let positive digits =
  let add p digit = match p, digit with
    | None, '1' -> Some XH
    | None, _ -> None
    | Some p, '1' -> Some (XI p)
    | Some p, _ -> Some (XO p) in
  String.fold_left add None digits

let whole text =
  let negative = text.[0] = '-' in
  let digits = if negative then String.sub text 1 (String.length text - 1) else text in
  match positive digits with
  | None -> Z0
  | Some p -> if negative then Zneg p else Zpos p

let number text =
  match String.split_on_char '/' text with
  | [num; den] -> fraction_of (whole num) (Option.get (positive den))
  | _ -> failwith ("no fraction: " ^ text)

let rec digits = function XH -> "1" | XO p -> digits p ^ "0" | XI p -> digits p ^ "1"
let written x =
  let num = match numerator_of x with Z0 -> "0" | Zpos p -> digits p | Zneg p -> "-" ^ digits p in
  num ^ "/" ^ digits (denominator_of x)

let answer line =
  let words = ref (String.split_on_char ' ' line) in
  let next () = match !words with
    | word :: rest -> words := rest; word
    | [] -> failwith "the line is too short" in
  let list length read = List.init length (fun _ -> read ()) in
  let row length = list length (fun () -> number (next ())) in
  let m = int_of_string (next ()) in
  let n = int_of_string (next ()) in
  let n_next = int_of_string (next ()) in
  let unit () = match next () with
    | "identity" -> unit_identity
    | "relu" -> unit_relu
    | "leaky_relu" -> unit_leaky_relu (number (next ()))
    | "softsign" -> unit_softsign
    | other -> failwith ("no activation of a unit: " ^ other) in
  let g = match next () with
    | "cumulative_sum" -> g_cumulative_sum
    | "coupled_quadratic" -> g_coupled_quadratic
    | "normalized_square" -> g_normalized_square
    | "units" -> g_per_unit (list n_next unit)
    | other -> failwith ("no activation: " ^ other) in
  let matrix rows cols = list rows (fun () -> row cols) in
  let a = matrix m n in
  let p = row n in
  let r = matrix m n in
  let w = matrix n n_next in
  let b = row n_next in
  let da_next = matrix m n_next in
  all_results (nat m) (nat n) (nat n_next) g a p r w b da_next
  |> List.concat |> List.concat |> List.map written |> String.concat " "

let () =
  try
    while true do
      print_endline (answer (input_line stdin))
    done
  with End_of_file -> ()
