(** A query whose rows are fetched as they are wanted, for results that are too
    large to hold. All rows are of one state of the database.

    @canonical Turso.Cursor *)

type t

val open_ :
  ?params:Value.t list -> Connection.t -> string -> (t, Error.t) result
(** Begins a query; {!close} it. Errors as of {!Connection.query}. *)

val next : ?max_rows:int -> t -> (Answer.rows option, Error.t) result
(** The next rows, up to [max_rows] of them (default is 1,000), or [None] after
    the last. After an error, every further call fails with it: if it is
    retryable, open another cursor and read all rows again. *)

val close : t -> (unit, Error.t) result
(** Ends the query. Closing the connection does too. *)

val fold :
  ?params:Value.t list ->
  ?max_rows:int ->
  Connection.t ->
  string ->
  init:'a ->
  f:('a -> Value.t array -> 'a) ->
  ('a, Error.t) result
(** Folds over the rows of a query, in order, holding [max_rows] of them at a
    time. The cursor is closed, also where [f] raises.

    {[
      let total connection =
        Turso.Cursor.fold connection "SELECT amount FROM payments" ~init:0L
          ~f:(fun sum row ->
            match row with [| Int amount |] -> Int64.add sum amount | _ -> sum)
    ]} *)

val iter :
  ?params:Value.t list ->
  ?max_rows:int ->
  Connection.t ->
  string ->
  f:(Value.t array -> unit) ->
  (unit, Error.t) result
(** As {!fold}, for what [f] does. *)
