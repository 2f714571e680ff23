type t = int

let ( let* ) = Result.bind

let begin_ connection =
  Result.map fst
    (Turso_wire.made_answer Turso_wire.read_nothing
       (Turso_raw.begin_ (Turso_connection.id connection)))

let query ?(params = []) transaction sql =
  Turso_wire.(answer read_rows)
    (Turso_raw.transaction_query transaction sql (Turso_wire.values params))

let execute ?(params = []) transaction sql =
  Turso_wire.(answer read_changes)
    (Turso_raw.transaction_execute transaction sql (Turso_wire.values params))

let commit transaction =
  Turso_wire.(answer read_nothing) (Turso_raw.commit transaction)

let rollback transaction =
  Turso_wire.(answer read_nothing) (Turso_raw.rollback transaction)

let with_transaction connection use =
  let* transaction = begin_ connection in
  let rolled_back error =
    ignore (rollback transaction);
    Error error
  in
  match use transaction with
  | Error error -> rolled_back error
  | Ok result -> (
      match commit transaction with
      | Ok () -> Ok result
      (* A deferred foreign key that is broken leaves the transaction open. *)
      | Error error -> rolled_back error)
  | exception raised ->
      let backtrace = Printexc.get_raw_backtrace () in
      ignore (rollback transaction);
      Printexc.raise_with_backtrace raised backtrace
