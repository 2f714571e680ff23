(** {!Turso.Cursor} as promises.

    @canonical Turso_lwt.Cursor *)

open Turso

type t = Cursor.t

val open_ :
  ?params:Value.t list -> Connection.t -> string -> (t, Error.t) Lwt_result.t
(** As {!Turso.Cursor.open_}. *)

val next : ?max_rows:int -> t -> (Answer.rows option, Error.t) Lwt_result.t
(** As {!Turso.Cursor.next}. *)

val close : t -> (unit, Error.t) Lwt_result.t
(** As {!Turso.Cursor.close}. *)

val fold :
  ?params:Value.t list ->
  ?max_rows:int ->
  Connection.t ->
  string ->
  init:'a ->
  f:('a -> Value.t array -> 'a Lwt.t) ->
  ('a, Error.t) Lwt_result.t
(** Folds over the rows of a query, in order, one after another. Holds
    [max_rows] of them at a time. The cursor is closed, also if [f] fails or is
    cancelled. *)

val iter :
  ?params:Value.t list ->
  ?max_rows:int ->
  Connection.t ->
  string ->
  f:(Value.t array -> unit Lwt.t) ->
  (unit, Error.t) Lwt_result.t
(** As {!fold}, for what [f] does. *)
