open Turso

type t = Cursor.t

let close cursor = Detached.run (fun () -> Cursor.close cursor)

let open_ ?params connection sql =
  Detached.opened ~close:Cursor.close (fun () ->
      Cursor.open_ ?params connection sql)

let next ?max_rows cursor =
  Detached.run (fun () -> Cursor.next ?max_rows cursor)

let fold ?params ?max_rows connection sql ~init ~f =
  let rec go cursor so_far =
    Lwt_result.bind (next ?max_rows cursor) (function
      | None -> Lwt_result.return so_far
      | Some { Answer.rows; _ } ->
          Lwt.bind (Lwt_list.fold_left_s f so_far rows) (go cursor))
  in
  Detached.using ~close
    (fun cursor -> go cursor init)
    (open_ ?params connection sql)

let iter ?params ?max_rows connection sql ~f =
  fold ?params ?max_rows connection sql ~init:() ~f:(fun () row -> f row)
