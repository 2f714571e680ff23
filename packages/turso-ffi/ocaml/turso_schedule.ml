type t = {
  id : int64 option;
  contact_id : int64;
  email_type : string;
  scheduled_send_date : string;
  scheduled_send_time : string;
  priority : int64;
  status : string;
  skip_reason : string option;
}

let ( let* ) = Result.bind

let columns =
  [
    "id";
    "contact_id";
    "email_type";
    "scheduled_send_date";
    "scheduled_send_time";
    "priority";
    "status";
    "skip_reason";
  ]

let values schedule : Turso_value.t array =
  let or_null wrap = Option.fold ~none:Turso_value.Null ~some:wrap in
  [|
    or_null (fun id -> Turso_value.Int id) schedule.id;
    Int schedule.contact_id;
    Text schedule.email_type;
    Text schedule.scheduled_send_date;
    Text schedule.scheduled_send_time;
    Int schedule.priority;
    Text schedule.status;
    or_null (fun reason -> Turso_value.Text reason) schedule.skip_reason;
  |]

let columns_of connection table =
  let* { rows; _ } =
    Turso_connection.query connection "SELECT name FROM pragma_table_info(?)"
      ~params:[ Text table ]
  in
  Ok
    (List.filter_map
       (function [| Turso_value.Text name |] -> Some name | _ -> None)
       rows)

let no_such_column table column =
  Error
    (Turso_error.make Usage
       (Printf.sprintf "The table %s has no column %s for the run id." table
          column)
       ~hint:
         "Add the column, or leave run_id_column out: then the run id is kept \
          where the table has run_id or batch_id.")

(* Where the run id goes: a column that was asked for must be there. *)
let column_of_run_id connection table wanted =
  let* present = columns_of connection table in
  match wanted with
  | Some column when List.mem column present -> Ok (Some column)
  | Some column -> no_such_column table column
  | None ->
      Ok
        (List.find_opt
           (fun column -> List.mem column present)
           [ "run_id"; "batch_id" ])

let insert ?(table = "email_schedules") ?run_id_column connection schedules
    run_id =
  let* run_id_column = column_of_run_id connection table run_id_column in
  let columns, last =
    match run_id_column with
    | None -> (columns, [||])
    | Some column -> (columns @ [ column ], [| Turso_value.Text run_id |])
  in
  let rows =
    List.rev
      (List.rev_map
         (fun schedule -> Array.append (values schedule) last)
         schedules)
  in
  Turso_connection.insert_rows connection ~table ~columns rows
