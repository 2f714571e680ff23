(** What is in a database, and what its connection has done.

    @canonical Turso.Database_stats *)

type t = {
  tables : (string * int64) list;
      (** every table with the number of its rows, by name; without virtual
          tables and SQLite's own *)
  bytes : int64;  (** size of the database *)
  connection : Answer.stats;
}

val read : Connection.t -> (t, Error.t) result
(** Counts on the replica, where there is one; else every row is read on the
    primary. *)
