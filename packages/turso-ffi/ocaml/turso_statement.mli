(** A statement that is compiled once and run many times. *)

type t

val prepare :
  Turso_connection.t -> string -> (t, Turso_error.t) result
(** Compiles one statement. It reads or writes as its SQL does. Errors:
    [Sql_failed], [Connection_closed]. *)

val query :
  ?params:Turso_value.t list -> t -> (Turso_answer.rows, Turso_error.t) result
(** As {!Turso_connection.query}. *)

val execute :
  ?params:Turso_value.t list ->
  t ->
  (Turso_answer.changes, Turso_error.t) result
(** As {!Turso_connection.execute}. *)

val close : t -> (unit, Turso_error.t) result
(** Frees the statement. Closing the connection does too. *)

val with_statement :
  Turso_connection.t ->
  string ->
  (t -> ('a, Turso_error.t) result) ->
  ('a, Turso_error.t) result
(** Prepares, runs the function, and closes, also where the function raises.

    {[
      let names connection ids =
        Turso_statement.with_statement connection
          "SELECT name FROM contacts WHERE id = ?" (fun statement ->
            Ok
              (List.map
                 (fun id -> Turso_statement.query statement ~params:[ Int id ])
                 ids))
    ]} *)
