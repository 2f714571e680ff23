(** {!Turso.Connection} as promises. A connection is the same in both: you may
    use it from Lwt and from other threads.

    @canonical Turso_lwt.Connection *)

open Turso

type t = Connection.t

val connect :
  ?db_path:string ->
  ?token:string ->
  ?encryption_key:string ->
  ?auto_sync:Connection.auto_sync ->
  ?timeout_ms:int ->
  ?max_retries:int ->
  ?offline_start:bool ->
  ?slow_statement_ms:int ->
  ?on_event:(Event.t -> unit) ->
  string ->
  (t, Error.t) Lwt_result.t
(** As {!Turso.Connection.connect}. A connection that opens after the promise
    was cancelled is closed. [on_event] runs on a thread of its own, not in the
    loop of Lwt: there, [Lwt_preemptive.run_in_main] makes promises. *)

val with_connection :
  ?db_path:string ->
  ?token:string ->
  ?encryption_key:string ->
  ?auto_sync:Connection.auto_sync ->
  ?timeout_ms:int ->
  ?max_retries:int ->
  ?offline_start:bool ->
  ?slow_statement_ms:int ->
  ?on_event:(Event.t -> unit) ->
  string ->
  (t -> ('a, Error.t) Lwt_result.t) ->
  ('a, Error.t) Lwt_result.t
(** Connects, runs the function, and closes, also if the function fails or is
    cancelled.

    {[
      let names url =
        Turso_lwt.Connection.with_connection url (fun connection ->
            Turso_lwt.Connection.query connection "SELECT name FROM contacts")
    ]} *)

val close : t -> (unit, Error.t) Lwt_result.t
(** As {!Turso.Connection.close}: running calls end with [Connection_closed]. *)

val query :
  ?params:Value.t list -> t -> string -> (Answer.rows, Error.t) Lwt_result.t
(** As {!Turso.Connection.query}. *)

val execute :
  ?params:Value.t list -> t -> string -> (Answer.changes, Error.t) Lwt_result.t
(** As {!Turso.Connection.execute}. *)

val execute_batch :
  t -> (string * Value.t list) list -> (Answer.changes, Error.t) Lwt_result.t
(** As {!Turso.Connection.execute_batch}. *)

val insert_rows :
  t ->
  table:string ->
  columns:string list ->
  Value.t array list ->
  (Answer.changes, Error.t) Lwt_result.t
(** As {!Turso.Connection.insert_rows}. *)

val sync : t -> (Answer.synced, Error.t) Lwt_result.t
(** As {!Turso.Connection.sync}. *)

val set_auto_sync : t -> Connection.auto_sync -> (unit, Error.t) Lwt_result.t
(** As {!Turso.Connection.set_auto_sync}. *)

val set_token : t -> string -> (unit, Error.t) Lwt_result.t
(** As {!Turso.Connection.set_token}. *)

val stats : t -> (Answer.stats, Error.t) Lwt_result.t
(** As {!Turso.Connection.stats}. *)
