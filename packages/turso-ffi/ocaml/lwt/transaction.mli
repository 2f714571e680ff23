(** {!Turso.Transaction} as promises.

    @canonical Turso_lwt.Transaction *)

open Turso

type t = Transaction.t

val begin_ : Connection.t -> (t, Error.t) Lwt_result.t
(** As {!Turso.Transaction.begin_}. A transaction that begins after the promise
    was cancelled is rolled back. *)

val query :
  ?params:Value.t list -> t -> string -> (Answer.rows, Error.t) Lwt_result.t
(** As {!Turso.Transaction.query}. *)

val execute :
  ?params:Value.t list -> t -> string -> (Answer.changes, Error.t) Lwt_result.t
(** As {!Turso.Transaction.execute}. *)

val commit : t -> (unit, Error.t) Lwt_result.t
(** As {!Turso.Transaction.commit}. *)

val rollback : t -> (unit, Error.t) Lwt_result.t
(** As {!Turso.Transaction.rollback}. *)

val with_transaction :
  Connection.t ->
  (t -> ('a, Error.t) Lwt_result.t) ->
  ('a, Error.t) Lwt_result.t
(** Begins, runs the function, and commits if it gives [Ok]. If it gives
    [Error], fails or is cancelled, everything is rolled back. The commit itself
    cannot be cancelled.

    {[
      let add connection amount =
        Turso_lwt.Transaction.with_transaction connection (fun transaction ->
            Turso_lwt.Transaction.execute transaction
              "UPDATE accounts SET balance = balance + ?" ~params:[ Int amount ])
    ]} *)
