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

let values schedule : Turso.Value.t array =
  let or_null wrap = Option.fold ~none:Turso.Value.Null ~some:wrap in
  [|
    or_null (fun id -> Turso.Value.Int id) schedule.id;
    Int schedule.contact_id;
    Text schedule.email_type;
    Text schedule.scheduled_send_date;
    Text schedule.scheduled_send_time;
    Int schedule.priority;
    Text schedule.status;
    or_null (fun reason -> Turso.Value.Text reason) schedule.skip_reason;
  |]

let no_such_column table column =
  Error
    (Turso.Error.make Usage
       (Printf.sprintf "The table %s has no column %s for the run id." table
          column)
       ~hint:
         "Add the column, or leave run_id_column out: then the run id is kept \
          where the table has run_id or batch_id.")

let contains text part =
  let length = String.length part in
  let rec go at =
    at + length <= String.length text
    && (String.sub text at length = part || go (at + 1))
  in
  go 0

(* What the primary says of a column that the table does not have. *)
let lacks column (error : Turso.Error.t) =
  error.code = Sql_failed
  && contains error.message ("has no column named " ^ column)

let insert_with connection table schedules extra =
  let columns, last =
    match extra with
    | None -> (columns, [||])
    | Some (column, run_id) ->
        (columns @ [ column ], [| Turso.Value.Text run_id |])
  in
  let rows =
    List.rev
      (List.rev_map
         (fun schedule -> Array.append (values schedule) last)
         schedules)
  in
  Turso.Connection.insert_rows connection ~table ~columns rows

(* Whether a column is there tells the insert itself: a replica may not know yet
   that the table has it, and then the run id would be lost. *)
let insert ?(table = "email_schedules") ?run_id_column connection schedules
    run_id =
  let insert_with = insert_with connection table schedules in
  let rec first_that_is_there = function
    | [] -> insert_with None
    | column :: others -> (
        match insert_with (Some (column, run_id)) with
        | Error error when lacks column error -> first_that_is_there others
        | outcome -> outcome)
  in
  match run_id_column with
  | None -> first_that_is_there [ "run_id"; "batch_id" ]
  | Some column -> (
      match insert_with (Some (column, run_id)) with
      | Error error when lacks column error -> no_such_column table column
      | outcome -> outcome)
