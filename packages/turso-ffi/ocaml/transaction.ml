type t = int

let ( let* ) = Result.bind

let begin_ connection =
  Result.map fst
    (Wire.made_answer Wire.read_nothing (Raw.begin_ (Connection.id connection)))

let query ?(params = []) transaction sql =
  Wire.(answer read_rows)
    (Raw.transaction_query transaction sql (Wire.values params))

let execute ?(params = []) transaction sql =
  Wire.(answer read_executed)
    (Raw.transaction_execute transaction sql (Wire.values params))

let commit transaction = Wire.(answer read_nothing) (Raw.commit transaction)
let rollback transaction = Wire.(answer read_nothing) (Raw.rollback transaction)

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
