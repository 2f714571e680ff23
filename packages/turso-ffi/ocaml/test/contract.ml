(* The contract of direct access, as this library keeps it. *)

module Contract = Testing.Behaviours.Make (struct
  module Connection = struct
    include Turso.Connection

    let connect ?db_path ?token ?timeout_ms ?offline_start ?slow_statement_ms
        ?on_event ~auto_sync url =
      connect ?db_path ?token ?timeout_ms ?offline_start ?slow_statement_ms
        ?on_event ~auto_sync url

    let query ~params connection sql = query ~params connection sql
    let execute ~params connection sql = execute ~params connection sql
  end

  module Transaction = struct
    include Turso.Transaction

    let query ~params transaction sql = query ~params transaction sql
    let execute ~params transaction sql = execute ~params transaction sql
  end
end)

let () =
  (* The bytecode machine has the same library below. *)
  Contract.run "contract" ~also_json:(Sys.backend_type = Native)
