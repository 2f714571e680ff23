(** What calls answer.

    @canonical Turso.Answer *)

type rows = {
  columns : string array;  (** the names of the columns *)
  rows : Value.t array list;  (** as many values each as columns *)
}
(** The rows of a query. *)

val texts : rows -> string list list
(** Each row as texts, as {!Value.to_string} prints them. *)

type changes = {
  rows_changed : int64;
  last_insert_rowid : int64;
      (** the rowid of the row that was inserted last; 0 if none was *)
  returned : rows;
      (** the rows of the RETURNING clause of an [execute]; otherwise none *)
}
(** What a write has done. *)

type synced = {
  frames : int64;  (** pages that came; 0 where the replica was current *)
  frame_no : int64;  (** the replica's place in the primary's log *)
}
(** What a sync has brought. *)

type latency = { count : int64; p50_ms : float; p95_ms : float; max_ms : float }
(** The times of calls that succeeded. Each is at most 1/16 too long; all are 0
    if there were no calls. *)

type latencies = {
  reads : latency;
  writes : latency;  (** with the sync after each write *)
  syncs : latency;
}

type stats = {
  writes : int64;  (** calls that wrote *)
  reads : int64;  (** calls that read *)
  syncs : int64;
  requests : int64;  (** sent to the primary over HTTP *)
  retries : int64;  (** repetitions of what was safe to repeat *)
  reconnects : int64;
  rebuilds : int64;  (** times that a replica was fetched again *)
  frame_no : int64;  (** the replica's place in the primary's log *)
  last_sync_ms_ago : int64 option;  (** milliseconds; [None]: never synced *)
  replica_age_ms : int64 option;
      (** since the last sync, also by an earlier program; [None]: none *)
  rows_written : int64;
  open_statements : int64;
  open_cursors : int64;
  latencies : latencies;
}
(** What a connection has done since it was opened. *)
