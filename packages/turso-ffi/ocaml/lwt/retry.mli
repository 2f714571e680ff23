(** {!Turso.Retry} as promises.

    @canonical Turso_lwt.Retry *)

open Turso

val with_backoff :
  ?attempts:int ->
  ?delay_ms:int ->
  ?repeat_unsure:bool ->
  (unit -> ('a, Error.t) Lwt_result.t) ->
  ('a, Error.t) Lwt_result.t
(** As {!Turso.Retry.with_backoff}. *)
