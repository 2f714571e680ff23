(** What went wrong, for programs and for people.

    @canonical Turso.Error *)

(** The kind of a failure; the same words as in [turso-sync]'s errors, see
    {!word}. *)
type code =
  | Usage  (** an argument is not of the form described *)
  | Internal  (** a defect of this library *)
  | Connection_closed
      (** there is no such connection, statement, cursor or transaction, or it
          was closed, also while the call ran *)
  | Url_missing  (** no URL: neither the environment nor [.env] has one *)
  | Url_unsupported
      (** [libsql:], [https:], [http:], [wss:], [ws:] and [file:] are supported
      *)
  | Config_has_secret  (** the URL carries a credential *)
  | Remote_unreachable
      (** no connection, or no answer in time; nothing was written *)
  | Remote_unauthorized  (** the token is refused *)
  | Remote_read_only  (** the token may not write *)
  | Remote_not_libsql  (** something else answers at the URL *)
  | Remote_interrupted
      (** the answer was lost or is unreadable; a write may have been committed
          or not *)
  | Remote_busy  (** another writer was let in; nothing was changed *)
  | Remote_failed  (** the server failed for a reason of its own *)
  | Response_too_large  (** read less at once, or with a cursor *)
  | Sql_failed  (** SQL that does not compile, or fails as it runs *)
  | Constraint_failed  (** a constraint of the schema; nothing was changed *)
  | Value_too_large  (** a row over the server's limit of 5,000,000 bytes *)
  | Sync_failed
      (** the replica could not be brought up to date; nothing was written *)
  | Committed_not_synced
      (** the write {e is} on the primary; the replica does not have it yet *)
  | Replica_locked  (** another program uses the replica's file *)
  | File_inaccessible
      (** a file or folder cannot be read or written: the replica's, the
          database's, or [.env] *)
  | Disk_full
  | Token_over_http
      (** the token would go to another machine over plain HTTP, for all on the
          way to read; nothing was sent *)
  | Remote_blocked  (** the limit of a plan is used up; nothing was changed *)
  | Remote_refuses_size
      (** the request is too large for the server or a proxy; nothing was
          changed *)
  | Remote_redirected
      (** the server names another place to go on with; nothing was sent there
      *)
  | Remote_tls
      (** the server's certificate is not trusted, or it speaks no TLS; nothing
          was sent *)
  | Proxy_failed  (** the proxy opens no connection; nothing was sent *)
  | Answer_not_exact
      (** a statement of a transaction was carried out, but its answer cannot
          tell an infinity *)
  | Other of string  (** the word of a code that this version does not know *)

type t = {
  code : code;
  message : string;  (** what happened; one sentence *)
  hint : string option;  (** what to do *)
  retryable : bool;
      (** whether the same call may succeed later: in a transaction, all of it
      *)
}

val word : code -> string
(** The stable word of a code, such as ["REMOTE_BUSY"]. *)

val of_word : string -> code
(** The code of a word; [Other] for one that is not known. *)

val make : ?hint:string -> ?retryable:bool -> code -> string -> t
(** [make code message]; not retryable by default. *)

val to_string : t -> string
(** The error in one line: word, message, hint. *)

val pp : Format.formatter -> t -> unit
(** Prints {!to_string}. *)
