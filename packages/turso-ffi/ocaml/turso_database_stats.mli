(** What is in a database, and what its connection has done. *)

type t = {
  tables : (string * int64) list;
      (** every table with the number of its rows, by name; without virtual tables
          and SQLite's own *)
  bytes : int64;  (** size of the database *)
  connection : Turso_answer.stats;
}

val read : Turso_connection.t -> (t, Turso_error.t) result
(** Counts on the replica, where there is one; else every row is read on the
    primary. *)
