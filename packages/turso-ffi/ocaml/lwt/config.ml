open Turso

let of_environment ?directory () =
  Detached.run (Config.of_environment ?directory)

let connect config =
  Detached.opened ~close:Turso.Connection.close (fun () ->
      Config.connect config)

let close connection =
  Detached.run (fun () -> Turso.Connection.close connection)

let with_connection config use = Detached.using ~close use (connect config)
