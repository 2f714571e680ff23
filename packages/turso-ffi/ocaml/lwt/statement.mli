(** {!Turso.Statement} as promises.

    @canonical Turso_lwt.Statement *)

open Turso

type t = Statement.t

val prepare : Connection.t -> string -> (t, Error.t) Lwt_result.t
(** As {!Turso.Statement.prepare}. *)

val query : ?params:Value.t list -> t -> (Answer.rows, Error.t) Lwt_result.t
(** As {!Turso.Statement.query}. *)

val execute :
  ?params:Value.t list -> t -> (Answer.changes, Error.t) Lwt_result.t
(** As {!Turso.Statement.execute}. *)

val close : t -> (unit, Error.t) Lwt_result.t
(** As {!Turso.Statement.close}. *)

val with_statement :
  Connection.t ->
  string ->
  (t -> ('a, Error.t) Lwt_result.t) ->
  ('a, Error.t) Lwt_result.t
(** Prepares, runs the function, and closes, also if the function fails or is
    cancelled. *)
