open Turso

type t = Statement.t

let close statement = Detached.run (fun () -> Statement.close statement)

let prepare connection sql =
  Detached.opened ~close:Statement.close (fun () ->
      Statement.prepare connection sql)

let query ?params statement =
  Detached.run (fun () -> Statement.query ?params statement)

let execute ?params statement =
  Detached.run (fun () -> Statement.execute ?params statement)

let with_statement connection sql use =
  Detached.using ~close use (prepare connection sql)
