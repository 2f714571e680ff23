(** Repeating what failed.

    @canonical Turso.Retry *)

val with_backoff :
  ?attempts:int ->
  ?delay_ms:int ->
  ?repeat_unsure:bool ->
  (unit -> ('a, Error.t) result) ->
  ('a, Error.t) result
(** Runs the function until it gives [Ok] or an error that is not retryable, up
    to [attempts] times (default is 5). Waits [delay_ms] (default is 100) before
    the second time, and twice as long before each further one, a random part of
    it off, so that many clients do not come back at once; 10 seconds at most.

    [Committed_not_synced] is never repeated: the write is there.
    [Remote_interrupted] of a write is repeated with [repeat_unsure] alone: give
    it where writing twice does no harm. *)

(** {1 For other loops} *)

val may_repeat : ?repeat_unsure:bool -> Error.t -> bool
(** Whether {!with_backoff} would repeat a call that failed so. *)

val pause : ?delay_ms:int -> int -> float
(** [pause attempt] is the time to wait after this attempt, counted from 1, in
    seconds. It is random within the limits of {!with_backoff}. *)
