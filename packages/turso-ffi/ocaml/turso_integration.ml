type db_error = Turso_error.t = {
  code : Turso_error.code;
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
let string_of_db_error = Turso_error.to_string
let default_name = "default"

let config_of name () =
  if name = default_name then Turso_config.of_environment ()
  else
    Error
      (Turso_error.make Usage
         (Printf.sprintf "There is no connection of the name %S." name)
         ~hint:"Call Turso_integration.configure for it first.")

let get_connection ?(name = default_name) () =
  Turso_registry.get name ~config:(config_of name)

let configure ?(name = default_name) config =
  Turso_registry.configure name config

let close_connection ?(name = default_name) () = Turso_registry.close name
let connection_names = Turso_registry.names

let with_connection name use =
  let* connection = get_connection ?name () in
  use connection

let rows_changed (changes : Turso_answer.changes) =
  Int64.to_int changes.rows_changed

let execute_sql_safe ?name ?params sql =
  with_connection name (fun connection ->
      Result.map Turso_answer_text.rows
        (Turso_connection.query ?params connection sql))

let execute_sql_no_result ?name ?params sql =
  with_connection name (fun connection ->
      Result.map ignore (Turso_connection.execute ?params connection sql))

let execute_transaction ?name statements =
  with_connection name (fun connection ->
      Result.map rows_changed
        (Turso_connection.execute_batch connection
           (Turso_answer_text.statements statements)))

let with_transaction ?name use =
  with_connection name (fun connection ->
      Turso_transaction.with_transaction connection use)

let with_retry = Turso_retry.with_backoff

let manual_sync ?name () =
  with_connection name (fun connection ->
      Result.map ignore (Turso_connection.sync connection))

let insert_rows ?name ~table ~columns rows =
  with_connection name (fun connection ->
      Result.map rows_changed
        (Turso_connection.insert_rows connection ~table ~columns rows))

let batch_insert_schedules ?name ?table ?run_id_column schedules run_id =
  with_connection name (fun connection ->
      Result.map rows_changed
        (Turso_schedule.insert ?table ?run_id_column connection schedules
           run_id))

let get_database_stats ?name () =
  with_connection name Turso_database_stats.read

let health_check ?name () = with_connection name Turso_health.check

let detect_workflow_mode ?(directory = Filename.current_dir_name) () =
  Turso_workflow.mode directory
