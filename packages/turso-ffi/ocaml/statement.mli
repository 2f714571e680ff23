(** A statement that is compiled once and run many times.

    @canonical Turso.Statement *)

type t

val prepare : Connection.t -> string -> (t, Error.t) result
(** Compiles one statement. It reads or writes as its SQL does. Errors:
    [Sql_failed], [Connection_closed]. *)

val query : ?params:Value.t list -> t -> (Answer.rows, Error.t) result
(** As {!Connection.query}. *)

val execute : ?params:Value.t list -> t -> (Answer.changes, Error.t) result
(** As {!Connection.execute}. *)

val close : t -> (unit, Error.t) result
(** Frees the statement. Closing the connection does too. *)

val with_statement :
  Connection.t -> string -> (t -> ('a, Error.t) result) -> ('a, Error.t) result
(** Prepares, runs the function, and closes, also where the function raises.

    {[
      let names connection ids =
        Turso.Statement.with_statement connection
          "SELECT name FROM contacts WHERE id = ?" (fun statement ->
            Ok
              (List.map
                 (fun id -> Turso.Statement.query statement ~params:[ Int id ])
                 ids))
    ]} *)
