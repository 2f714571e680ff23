(* The functions of turso.h as they are: ids are integers, everything else is
   encoded. All of them release the runtime lock while they work. *)

type reply = { status : int; id : int; bytes : string }

(* The stub reads the fields by their order. *)
type options = {
  db_path : string;
  url : string;
  token : string;
  auto_sync : int;
  sync_interval_ms : int;
  timeout_ms : int;
  max_retries : int;
  encryption_key : string;
  offline_start : bool;
  slow_statement_ms : int;
}

external version : unit -> string = "caml_turso_version"
external init_runtime : unit -> reply = "caml_turso_init_runtime"
external open_ : options -> reply = "caml_turso_open"
external set_auto_sync : int -> int -> int -> reply = "caml_turso_set_auto_sync"
external set_token : int -> string -> reply = "caml_turso_set_token"
external next_event : int -> reply = "caml_turso_next_event"
external sync : int -> reply = "caml_turso_sync"
external close_connection : int -> reply = "caml_turso_close_connection"
external stats : int -> reply = "caml_turso_stats"
external query : int -> string -> string -> reply = "caml_turso_query"
external execute : int -> string -> string -> reply = "caml_turso_execute"
external execute_batch : int -> string -> reply = "caml_turso_execute_batch"

external insert_rows : int -> string -> string -> reply
  = "caml_turso_insert_rows"

external prepare : int -> string -> reply = "caml_turso_prepare"
external statement_query : int -> string -> reply = "caml_turso_statement_query"

external statement_execute : int -> string -> reply
  = "caml_turso_statement_execute"

external statement_close : int -> reply = "caml_turso_statement_close"

external cursor_open : int -> string -> string -> reply
  = "caml_turso_cursor_open"

external cursor_next : int -> int -> reply = "caml_turso_cursor_next"
external cursor_close : int -> reply = "caml_turso_cursor_close"
external begin_ : int -> reply = "caml_turso_begin"

external transaction_query : int -> string -> string -> reply
  = "caml_turso_transaction_query"

external transaction_execute : int -> string -> string -> reply
  = "caml_turso_transaction_execute"

external commit : int -> reply = "caml_turso_commit"
external rollback : int -> reply = "caml_turso_rollback"
