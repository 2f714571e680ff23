(** A query whose rows are fetched as they are wanted, for results that are too
    large to hold. All rows are of one state of the database. *)

type t

val open_ :
  ?params:Turso_value.t list ->
  Turso_connection.t ->
  string ->
  (t, Turso_error.t) result
(** Begins a query; {!close} it. Errors as of {!Turso_connection.query}. *)

val next :
  ?max_rows:int -> t -> (Turso_answer.rows option, Turso_error.t) result
(** The next rows, up to [max_rows] of them (default is 1,000), or [None] after the
    last. *)

val close : t -> (unit, Turso_error.t) result
(** Ends the query. Closing the connection does too. *)

val fold :
  ?params:Turso_value.t list ->
  ?max_rows:int ->
  Turso_connection.t ->
  string ->
  init:'a ->
  f:('a -> Turso_value.t array -> 'a) ->
  ('a, Turso_error.t) result
(** Folds over the rows of a query, in order, holding [max_rows] of them at a time.
    The cursor is closed, also where [f] raises.

    {[
      let total connection =
        Turso_cursor.fold connection "SELECT amount FROM payments" ~init:0L
          ~f:(fun sum row ->
            match row with [| Int amount |] -> Int64.add sum amount | _ -> sum)
    ]} *)

val iter :
  ?params:Turso_value.t list ->
  ?max_rows:int ->
  Turso_connection.t ->
  string ->
  f:(Turso_value.t array -> unit) ->
  (unit, Turso_error.t) result
(** As {!fold}, for what [f] does. *)
