module Statements = Turso_integration__statements

type value = Turso.Value.t =
  | Null
  | Int of int64
  | Real of float
  | Text of string
  | Blob of string

type error = Turso.Error.t = {
  code : Turso.Error.code;
  message : string;
  hint : string option;
  retryable : bool;
}

module Value = Turso.Value
module Error = Turso.Error
module Answer = Turso.Answer
module Connection = Turso.Connection
module Statement = Turso.Statement
module Cursor = Turso.Cursor
module Transaction = Turso.Transaction

let connection_id connection = string_of_int (Connection.id connection)

(* No connection has the id 0. *)
let connection id =
  let is_decimal =
    String.for_all (function '0' .. '9' -> true | _ -> false) id
  in
  let number = if is_decimal then int_of_string_opt id else None in
  Connection.of_id (Option.value number ~default:0)

let told result = Result.map_error Error.to_string result
let turso_init_runtime = Connection.init_runtime

let turso_create_synced_db db_path url token =
  told (Result.map connection_id (Connection.connect ~db_path ~token url))

let turso_sync id = told (Result.map ignore (Connection.sync (connection id)))

let turso_query id sql =
  told (Result.map Turso.Answer.texts (Connection.query (connection id) sql))

let rows_changed { Answer.rows_changed; _ } = rows_changed

let turso_execute id sql =
  told (Result.map rows_changed (Connection.execute (connection id) sql))

let turso_execute_batch id statements =
  told
    (Result.map rows_changed
       (Connection.execute_batch (connection id)
          (Statements.without_params statements)))

let turso_close_connection id = told (Connection.close (connection id))
