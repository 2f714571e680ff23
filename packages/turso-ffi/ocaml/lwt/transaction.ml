open Turso

type t = Transaction.t

let begin_ connection =
  Detached.opened ~close:Transaction.rollback (fun () ->
      Transaction.begin_ connection)

let query ?params transaction sql =
  Detached.run (fun () -> Transaction.query ?params transaction sql)

let execute ?params transaction sql =
  Detached.run (fun () -> Transaction.execute ?params transaction sql)

let commit transaction = Detached.run (fun () -> Transaction.commit transaction)

let rollback transaction =
  Detached.run (fun () -> Transaction.rollback transaction)

let with_transaction connection use =
  Lwt_result.bind (begin_ connection) (fun transaction ->
      let rolled_back outcome =
        Lwt.bind (Lwt.no_cancel (rollback transaction)) (fun _ -> outcome ())
      in
      let failed error = rolled_back (fun () -> Lwt_result.fail error) in
      Lwt.try_bind
        (fun () -> use transaction)
        (function
          | Error error -> failed error
          | Ok result ->
              Lwt.bind
                (Lwt.no_cancel (commit transaction))
                (function
                  | Ok () -> Lwt_result.return result
                  (* A deferred foreign key that is broken leaves it open. *)
                  | Error error -> failed error))
        (fun raised -> rolled_back (fun () -> Lwt.fail raised)))
