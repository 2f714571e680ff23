open Turso

type t = Connection.t

let close connection = Detached.run (fun () -> Connection.close connection)

let connect ?db_path ?token ?encryption_key ?auto_sync ?timeout_ms ?max_retries
    ?offline_start ?slow_statement_ms ?on_event url =
  Detached.opened ~close:Connection.close (fun () ->
      Connection.connect ?db_path ?token ?encryption_key ?auto_sync ?timeout_ms
        ?max_retries ?offline_start ?slow_statement_ms ?on_event url)

let with_connection ?db_path ?token ?encryption_key ?auto_sync ?timeout_ms
    ?max_retries ?offline_start ?slow_statement_ms ?on_event url use =
  Detached.using ~close use
    (connect ?db_path ?token ?encryption_key ?auto_sync ?timeout_ms ?max_retries
       ?offline_start ?slow_statement_ms ?on_event url)

let query ?params connection sql =
  Detached.run (fun () -> Connection.query ?params connection sql)

let execute ?params connection sql =
  Detached.run (fun () -> Connection.execute ?params connection sql)

let execute_batch connection statements =
  Detached.run (fun () -> Connection.execute_batch connection statements)

let insert_rows connection ~table ~columns rows =
  Detached.run (fun () ->
      Connection.insert_rows connection ~table ~columns rows)

let sync connection = Detached.run (fun () -> Connection.sync connection)

let set_auto_sync connection auto_sync =
  Detached.run (fun () -> Connection.set_auto_sync connection auto_sync)

let set_token connection token =
  Detached.run (fun () -> Connection.set_token connection token)

let stats connection = Detached.run (fun () -> Connection.stats connection)
