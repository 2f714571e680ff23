type t = int

let prepare connection sql =
  Result.map fst
    (Turso_wire.made_answer Turso_wire.read_nothing
       (Turso_raw.prepare (Turso_connection.id connection) sql))

let query ?(params = []) statement =
  Turso_wire.(answer read_rows)
    (Turso_raw.statement_query statement (Turso_wire.values params))

let execute ?(params = []) statement =
  Turso_wire.(answer read_changes)
    (Turso_raw.statement_execute statement (Turso_wire.values params))

let close statement =
  Turso_wire.(answer read_nothing) (Turso_raw.statement_close statement)

let with_statement connection sql use =
  Result.bind (prepare connection sql) (fun statement ->
      Fun.protect
        ~finally:(fun () -> ignore (close statement))
        (fun () -> use statement))
