type rows = { columns : string array; rows : Value.t array list }

(* List.map uses up the stack on lists of many thousands. *)
let texts { rows; _ } =
  List.rev
    (List.rev_map
       (fun row -> List.map Value.to_string (Array.to_list row))
       rows)

type changes = {
  rows_changed : int64;
  last_insert_rowid : int64;
  returned : rows;
}

type synced = { frames : int64; frame_no : int64 }
type latency = { count : int64; p50_ms : float; p95_ms : float; max_ms : float }
type latencies = { reads : latency; writes : latency; syncs : latency }

type stats = {
  writes : int64;
  reads : int64;
  syncs : int64;
  requests : int64;
  retries : int64;
  reconnects : int64;
  rebuilds : int64;
  frame_no : int64;
  last_sync_ms_ago : int64 option;
  replica_age_ms : int64 option;
  rows_written : int64;
  open_statements : int64;
  open_cursors : int64;
  latencies : latencies;
}
