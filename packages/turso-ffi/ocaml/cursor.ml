(* [more] may be read by several threads, and is only ever set to false. *)
type t = { id : int; mutable more : bool }

let ( let* ) = Result.bind
let default_max_rows = 1_000

let open_ ?(params = []) connection sql =
  let* id, () =
    Wire.made_answer Wire.read_nothing
      (Raw.cursor_open (Connection.id connection) sql (Wire.values params))
  in
  Ok { id; more = true }

let rec next ?(max_rows = default_max_rows) cursor =
  let* max_rows = Count.checked "max_rows" max_rows in
  if not cursor.more then Ok None
  else
    let* more, page =
      Wire.(answer read_page) (Raw.cursor_next cursor.id max_rows)
    in
    cursor.more <- more;
    if page.rows = [] then next ~max_rows cursor else Ok (Some page)

let close { id; _ } = Wire.(answer read_nothing) (Raw.cursor_close id)

let fold ?params ?max_rows connection sql ~init ~f =
  let* cursor = open_ ?params connection sql in
  let rec go so_far =
    let* page = next ?max_rows cursor in
    match page with
    | None -> Ok so_far
    | Some { rows; _ } -> go (List.fold_left f so_far rows)
  in
  Fun.protect ~finally:(fun () -> ignore (close cursor)) (fun () -> go init)

let iter ?params ?max_rows connection sql ~f =
  fold ?params ?max_rows connection sql ~init:() ~f:(fun () row -> f row)
