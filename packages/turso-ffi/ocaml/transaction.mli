(** A write transaction of several calls, on the primary.

    @canonical Turso.Transaction *)

type t

val begin_ : Connection.t -> (t, Error.t) result
(** Begins a transaction. Its reads see its writes; other calls on the
    connection are not part of it. It must go on within the server's limits
    (libsql-server: 10 seconds without a call, 5 where others wait to write):
    afterwards every call fails with [Remote_busy], and nothing of it is
    written. *)

val query : ?params:Value.t list -> t -> string -> (Answer.rows, Error.t) result
(** As {!Connection.query}, on the primary within the transaction. *)

val execute :
  ?params:Value.t list -> t -> string -> (Answer.changes, Error.t) result
(** As {!Connection.execute}. One that fails leaves the transaction open and as
    it was. *)

val commit : t -> (unit, Error.t) result
(** Puts everything on the primary. Errors: [Remote_busy]: nothing was written.
    [Remote_interrupted]: nobody knows. [Committed_not_synced]: it {e is}
    written. *)

val rollback : t -> (unit, Error.t) result
(** Ends the transaction; nothing of it was ever there. *)

val with_transaction :
  Connection.t -> (t -> ('a, Error.t) result) -> ('a, Error.t) result
(** Begins, runs the function, and commits where it gives [Ok]. Where it gives
    [Error] or raises, everything is rolled back.

    {[
      let transfer connection ~from ~into amount =
        let ( let* ) = Result.bind in
        let add transaction account amount =
          Turso.Transaction.execute transaction
            "UPDATE accounts SET balance = balance + ? WHERE id = ?"
            ~params:[ Int amount; Int account ]
        in
        Turso.Transaction.with_transaction connection (fun transaction ->
            let* _ = add transaction from (Int64.neg amount) in
            let* _ = add transaction into amount in
            Ok ())
    ]} *)
