(** Whether a database can be worked with.

    @canonical Turso.Health *)

type t = {
  read_ms : float;  (** time of a query that reads nothing; milliseconds *)
  sync_ms : float;
      (** time of a sync, which asks the primary; about 0 where there is no
          replica *)
  frame_no : int64;  (** the replica's place in the primary's log *)
}

val check : Connection.t -> (t, Error.t) result
(** Reads and syncs. The error is what stands in the way: [Sync_failed] where
    the replica answers but the primary does not. *)
