(** What happens to a connection: the argument [~on_event] of
    {!Connection.connect}.

    @canonical Turso.Event *)

type t =
  | Sync of { frames : int64; frame_no : int64; duration_ms : float }
      (** a sync succeeded, also one in the background *)
  | Retry of { code : Error.code; message : string; pause_ms : float }
      (** a call or a request is repeated after a pause *)
  | Rebuild of { reason : string }  (** the replica was fetched again *)
  | Slow of { sql : string; duration_ms : float }
      (** a call took at least [~slow_statement_ms]. The text has a [?] in place
          of each value, and at most 1,000 bytes of the statement. *)
