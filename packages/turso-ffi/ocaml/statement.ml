type t = int

let prepare connection sql =
  Result.map fst
    (Wire.made_answer Wire.read_nothing
       (Raw.prepare (Connection.id connection) sql))

let query ?(params = []) statement =
  Wire.(answer read_rows) (Raw.statement_query statement (Wire.values params))

let execute ?(params = []) statement =
  Wire.(answer read_executed)
    (Raw.statement_execute statement (Wire.values params))

let close statement = Wire.(answer read_nothing) (Raw.statement_close statement)

let with_statement connection sql use =
  Result.bind (prepare connection sql) (fun statement ->
      Fun.protect
        ~finally:(fun () -> ignore (close statement))
        (fun () -> use statement))
