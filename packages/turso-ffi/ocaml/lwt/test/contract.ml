(* The contract of direct access, as the promises keep it. *)

let now = Lwt_main.run

module Contract = Testing.Behaviours.Make (struct
  module Connection = struct
    open Turso_lwt.Connection

    type t = Turso.Connection.t

    let connect ?db_path ?token ?timeout_ms ?offline_start ?slow_statement_ms
        ?on_event ~auto_sync url =
      now
        (connect ?db_path ?token ?timeout_ms ?offline_start ?slow_statement_ms
           ?on_event ~auto_sync url)

    let close connection = now (close connection)
    let query ~params connection sql = now (query ~params connection sql)
    let execute ~params connection sql = now (execute ~params connection sql)

    let execute_batch connection statements =
      now (execute_batch connection statements)

    let insert_rows connection ~table ~columns rows =
      now (insert_rows connection ~table ~columns rows)

    let set_token connection token = now (set_token connection token)
    let sync connection = now (sync connection)
    let stats connection = now (stats connection)
  end

  module Transaction = struct
    open Turso_lwt.Transaction

    type t = Turso.Transaction.t

    let begin_ connection = now (begin_ connection)
    let query ~params transaction sql = now (query ~params transaction sql)
    let execute ~params transaction sql = now (execute ~params transaction sql)
    let commit transaction = now (commit transaction)
    let rollback transaction = now (rollback transaction)
  end
end)

let () = Contract.run "contract by lwt"
