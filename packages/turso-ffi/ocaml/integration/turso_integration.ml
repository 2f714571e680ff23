module Registry = Turso_integration__registry
module Statements = Turso_integration__statements
module Workflow = Turso_integration__workflow

type db_error = Turso.Error.t = {
  code : Turso.Error.code;
  message : string;
  hint : string option;
  retryable : bool;
}

type schedule = Turso_schedule.t = {
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
let string_of_db_error = Turso.Error.to_string
let default_name = "default"

let config_of name () =
  if name = default_name then Turso.Config.of_environment ()
  else
    Error
      (Turso.Error.make Usage
         (Printf.sprintf "There is no connection of the name %S." name)
         ~hint:"Call Turso_integration.configure for it first.")

let get_connection ?(name = default_name) () =
  Registry.get name ~config:(config_of name)

let configure ?(name = default_name) config = Registry.configure name config
let close_connection ?(name = default_name) () = Registry.close name
let connection_names = Registry.names

let with_connection name use =
  let* connection = get_connection ?name () in
  use connection

let rows_changed (changes : Turso.Answer.changes) =
  Int64.to_int changes.rows_changed

let execute_sql_safe ?name ?params sql =
  with_connection name (fun connection ->
      Result.map Turso.Answer.texts
        (Turso.Connection.query ?params connection sql))

let execute_sql_no_result ?name ?params sql =
  with_connection name (fun connection ->
      Result.map ignore (Turso.Connection.execute ?params connection sql))

let execute_transaction ?name statements =
  with_connection name (fun connection ->
      Result.map rows_changed
        (Turso.Connection.execute_batch connection
           (Statements.without_params statements)))

let with_transaction ?name use =
  with_connection name (fun connection ->
      Turso.Transaction.with_transaction connection use)

let with_retry = Turso.Retry.with_backoff

let manual_sync ?name () =
  with_connection name (fun connection ->
      Result.map ignore (Turso.Connection.sync connection))

let insert_rows ?name ~table ~columns rows =
  with_connection name (fun connection ->
      Result.map rows_changed
        (Turso.Connection.insert_rows connection ~table ~columns rows))

let batch_insert_schedules ?name ?table ?run_id_column schedules run_id =
  with_connection name (fun connection ->
      Result.map rows_changed
        (Turso_schedule.insert ?table ?run_id_column connection schedules run_id))

let get_database_stats ?name () = with_connection name Turso.Database_stats.read
let health_check ?name () = with_connection name Turso.Health.check

let detect_workflow_mode ?(directory = Filename.current_dir_name) () =
  Workflow.mode directory
