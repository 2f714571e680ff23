(** {!Turso.Config} as promises.

    @canonical Turso_lwt.Config *)

open Turso

val of_environment :
  ?directory:string -> unit -> (Config.t, Error.t) Lwt_result.t
(** As {!Turso.Config.of_environment}. *)

val connect : Config.t -> (Connection.t, Error.t) Lwt_result.t
(** As {!Turso.Config.connect}. A connection that opens after the promise was
    cancelled is closed. *)

val with_connection :
  Config.t ->
  (Connection.t -> ('a, Error.t) Lwt_result.t) ->
  ('a, Error.t) Lwt_result.t
(** Connects, runs the function, and closes, also if the function fails or is
    cancelled. *)
