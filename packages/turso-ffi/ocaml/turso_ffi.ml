type value = Turso_value.t =
  | Null
  | Int of int64
  | Real of float
  | Text of string
  | Blob of string

type error = Turso_error.t = {
  code : Turso_error.code;
  message : string;
  hint : string option;
  retryable : bool;
}

module Value = Turso_value
module Error = Turso_error
module Answer = Turso_answer
module Connection = Turso_connection
module Statement = Turso_statement
module Cursor = Turso_cursor
module Transaction = Turso_transaction

let connection_id connection = string_of_int (Connection.id connection)

(* No connection has the id 0. *)
let connection id =
  let is_decimal =
    String.for_all (function '0' .. '9' -> true | _ -> false) id
  in
  let number = if is_decimal then int_of_string_opt id else None in
  Connection.of_id (Option.value number ~default:0)

let told result = Result.map_error Error.to_string result

(* A failure shows in the first call that needs the threads. *)
let turso_init_runtime () = ignore (Turso_raw.init_runtime ())

let turso_create_synced_db db_path url token =
  told
    (Result.map
       (fun (id, _notice) -> string_of_int id)
       Turso_wire.(
         made_answer read_text (Turso_raw.create_synced_db db_path url token)))

let turso_sync id =
  told (Result.map ignore (Connection.sync (connection id)))

let turso_query id sql =
  told (Result.map Turso_answer_text.rows (Connection.query (connection id) sql))

let rows_changed { Answer.rows_changed; _ } = rows_changed

let turso_execute id sql =
  told (Result.map rows_changed (Connection.execute (connection id) sql))

let turso_execute_batch id statements =
  told
    (Result.map rows_changed
       (Connection.execute_batch (connection id)
          (Turso_answer_text.statements statements)))

let turso_close_connection id = told (Connection.close (connection id))
