type code =
  | Usage
  | Internal
  | Connection_closed
  | Url_missing
  | Url_unsupported
  | Config_has_secret
  | Remote_unreachable
  | Remote_unauthorized
  | Remote_read_only
  | Remote_not_libsql
  | Remote_interrupted
  | Remote_busy
  | Remote_failed
  | Response_too_large
  | Sql_failed
  | Constraint_failed
  | Value_too_large
  | Sync_failed
  | Committed_not_synced
  | Replica_locked
  | File_inaccessible
  | Disk_full
  | Token_over_http
  | Remote_blocked
  | Remote_refuses_size
  | Remote_redirected
  | Remote_tls
  | Proxy_failed
  | Answer_not_exact
  | Other of string

type t = {
  code : code;
  message : string;
  hint : string option;
  retryable : bool;
}

let words =
  [
    (Usage, "USAGE");
    (Internal, "INTERNAL");
    (Connection_closed, "CONNECTION_CLOSED");
    (Url_missing, "URL_MISSING");
    (Url_unsupported, "URL_UNSUPPORTED");
    (Config_has_secret, "CONFIG_HAS_SECRET");
    (Remote_unreachable, "REMOTE_UNREACHABLE");
    (Remote_unauthorized, "REMOTE_UNAUTHORIZED");
    (Remote_read_only, "REMOTE_READ_ONLY");
    (Remote_not_libsql, "REMOTE_NOT_LIBSQL");
    (Remote_interrupted, "REMOTE_INTERRUPTED");
    (Remote_busy, "REMOTE_BUSY");
    (Remote_failed, "REMOTE_FAILED");
    (Response_too_large, "RESPONSE_TOO_LARGE");
    (Sql_failed, "SQL_FAILED");
    (Constraint_failed, "CONSTRAINT_FAILED");
    (Value_too_large, "VALUE_TOO_LARGE");
    (Sync_failed, "SYNC_FAILED");
    (Committed_not_synced, "COMMITTED_NOT_SYNCED");
    (Replica_locked, "REPLICA_LOCKED");
    (File_inaccessible, "FILE_INACCESSIBLE");
    (Disk_full, "DISK_FULL");
    (Token_over_http, "TOKEN_OVER_HTTP");
    (Remote_blocked, "REMOTE_BLOCKED");
    (Remote_refuses_size, "REMOTE_REFUSES_SIZE");
    (Remote_redirected, "REMOTE_REDIRECTED");
    (Remote_tls, "REMOTE_TLS");
    (Proxy_failed, "PROXY_FAILED");
    (Answer_not_exact, "ANSWER_NOT_EXACT");
  ]

let word = function Other word -> word | code -> List.assoc code words

let of_word word =
  match List.find_opt (fun (_, known) -> String.equal known word) words with
  | Some (code, _) -> code
  | None -> Other word

let make ?hint ?(retryable = false) code message =
  { code; message; hint; retryable }

(* SQLite's own messages end without a point. *)
let ended message =
  match message.[String.length message - 1] with
  | '.' | '!' | '?' -> message
  | _ | (exception Invalid_argument _) -> message ^ "."

let to_string { code; message; hint; _ } =
  let told = word code ^ ": " ^ ended message in
  match hint with None -> told | Some hint -> told ^ " " ^ hint

let pp formatter error = Format.pp_print_string formatter (to_string error)
