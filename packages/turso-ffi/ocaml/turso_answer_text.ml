(* Answers and statements for those who work with texts. *)

(* List.map uses up the stack on lists of many thousands. *)
let map f list = List.rev (List.rev_map f list)

let rows { Turso_answer.rows; _ } =
  map (fun row -> List.map Turso_value.to_string (Array.to_list row)) rows

let statements statements = map (fun sql -> (sql, [])) statements
