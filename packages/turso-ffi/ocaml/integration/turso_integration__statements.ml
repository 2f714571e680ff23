(* List.map uses up the stack on lists of many thousands. *)
let without_params statements =
  List.rev (List.rev_map (fun sql -> (sql, [])) statements)
