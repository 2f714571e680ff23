(** The calls of {!Turso} as Lwt promises.

    Each call runs in a thread of Lwt's pool ([Lwt_preemptive]), and other
    promises go on. The pool has 4 threads by default, so more calls than that
    wait in turn. [Lwt_preemptive.set_bounds] changes the number.

    {[
      let count_all tables =
        Lwt_result.bind (Turso_lwt.Config.of_environment ()) (fun config ->
            Turso_lwt.Config.with_connection config (fun connection ->
                Lwt.map Result.ok
                  (Lwt_list.map_p
                     (fun table ->
                       Turso_lwt.Connection.query connection
                         ("SELECT count(*) FROM " ^ table))
                     tables)))
    ]}

    {1 Cancelling}

    A cancelled promise fails with [Lwt.Canceled] at once. Its call goes on
    until it ends or its time-out is over. So a write may still arrive: look
    before you repeat it. A connection, statement, cursor or transaction that
    opens later is closed. {!Connection.close} ends running calls. *)

module Connection = Connection
module Config = Config
module Statement = Statement
module Cursor = Cursor
module Transaction = Transaction
module Retry = Retry
