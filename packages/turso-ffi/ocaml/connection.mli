(** A live connection: reads from the replica, writes to the primary.

    All functions may be called from any thread, on the same connection too, and
    let other threads run while they wait. None raises; failures are {!Error.t}.

    @canonical Turso.Connection *)

type t

(** When the replica is brought up to date by itself. *)
type auto_sync =
  | After_writes  (** before the call that wrote returns *)
  | Off  (** by {!sync} alone *)
  | Every of int
      (** in the background, every so many milliseconds, and after writes too *)

val connect :
  ?db_path:string ->
  ?token:string ->
  ?encryption_key:string ->
  ?auto_sync:auto_sync ->
  ?timeout_ms:int ->
  ?max_retries:int ->
  ?offline_start:bool ->
  ?slow_statement_ms:int ->
  ?on_event:(Event.t -> unit) ->
  string ->
  (t, Error.t) result
(** [connect url] opens a connection; its first sync is done when it returns.

    - [url]: [libsql:], [https:], [http:], [wss:], [ws:], or [file:] for a
      database in a file and no server
    - [db_path]: the replica's file, which is made where it is not there; its
      folder must be. Default: no replica, reads go to the primary too.
    - [token]: default is none
    - [encryption_key]: of a database that its server keeps encrypted, in
      base64; default is none
    - [auto_sync]: default is [After_writes]
    - [timeout_ms]: for every call, its retries included; default is 30,000. A
      query of the replica that takes longer ends with [Sql_failed].
    - [max_retries]: repetitions of what is surely safe to repeat, such as
      connecting or reading; default is 5
    - [offline_start]: whether an intact replica is enough to open the
      connection while the server is away; default is [false]. Reads use it
      then, and writes fail until the server is back.
    - [slow_statement_ms]: calls that take at least so long are events; default
      is none
    - [on_event]: receives each event, from the opening on. It runs on an OCaml
      thread of its own, so it may call everything, also {!close}. Its
      exceptions are ignored.

    Errors: [Url_missing], [Url_unsupported], [Config_has_secret],
    [Token_over_http], [Remote_unreachable], [Remote_tls], [Proxy_failed],
    [Remote_unauthorized], [Remote_redirected], [Remote_not_libsql],
    [Sync_failed], [Replica_locked], [File_inaccessible], [Disk_full], [Usage].

    {[
      let contacts url token =
        Result.bind (Turso.Connection.connect ~db_path:"replica.db" ~token url)
          (fun connection ->
            Turso.Connection.query connection
              "SELECT name FROM contacts WHERE state = ?" ~params:[ Text "CA" ])
    ]} *)

val with_connection :
  ?db_path:string ->
  ?token:string ->
  ?encryption_key:string ->
  ?auto_sync:auto_sync ->
  ?timeout_ms:int ->
  ?max_retries:int ->
  ?offline_start:bool ->
  ?slow_statement_ms:int ->
  ?on_event:(Event.t -> unit) ->
  string ->
  (t -> ('a, Error.t) result) ->
  ('a, Error.t) result
(** Connects, runs the function, and closes, also where the function raises. *)

val close : t -> (unit, Error.t) result
(** Closes the connection with its statements, cursors and transactions, which
    are rolled back. Calls under way on other threads end with
    [Connection_closed]; so does a second [close]. *)

val closing : t -> (t -> 'a) -> 'a
(** Runs the function, and closes the connection, also if the function raises.
*)

val notice : t -> string option
(** What was found when the connection was opened, for example that a damaged
    replica was fetched again. *)

val query : ?params:Value.t list -> t -> string -> (Answer.rows, Error.t) result
(** Runs one statement that reads, on the replica where there is one. [params]
    are bound to [?], [?1], [:name] in the order of their numbers.

    Errors: [Sql_failed], also for no statement or several; [Usage] for a
    statement that writes, the wrong number of parameters, SQL that is not
    UTF-8; [Response_too_large]: use {!Cursor}. *)

val execute :
  ?params:Value.t list -> t -> string -> (Answer.changes, Error.t) result
(** Runs one statement that writes, on the primary. Unless auto-sync is [Off],
    the next read sees it. [returned] has the rows of a RETURNING clause.

    {[
      let add connection name =
        Turso.Connection.execute connection
          "INSERT INTO contacts (name) VALUES (?) RETURNING id"
          ~params:[ Text name ]
        |> Result.map (fun (changes : Turso.Answer.changes) ->
               changes.returned.rows)
    ]}

    Errors: [Constraint_failed], [Sql_failed], [Remote_busy],
    [Remote_unreachable], [Value_too_large]: nothing was changed.
    [Remote_interrupted]: nobody knows; look before you repeat it.
    [Committed_not_synced]: it {e is} written, {!sync} makes it visible. *)

val execute_batch :
  t -> (string * Value.t list) list -> (Answer.changes, Error.t) result
(** Runs statements with their parameters in one transaction, sent as one
    request: all of them or none. [rows_changed] is the sum. Errors as of
    {!execute}; the message names the statement, counted from 1. *)

val insert_rows :
  t ->
  table:string ->
  columns:string list ->
  Value.t array list ->
  (Answer.changes, Error.t) result
(** Inserts rows in one transaction and as few statements as may be. Values
    arrive exactly. Names need no quoting. Errors as of {!execute}, and [Usage]
    for a row that has not one value a column. *)

val sync : t -> (Answer.synced, Error.t) result
(** Brings the replica up to date. Without a replica there is nothing to do.
    Errors: [Sync_failed], [Disk_full], [File_inaccessible], [Replica_locked].
*)

val set_token : t -> string -> (unit, Error.t) result
(** Renews the token. Calls that begin from now on use it, and so do repetitions
    and syncs in the background. Running calls keep theirs. A [file:] connection
    has no token. Errors: [Remote_unauthorized] for a token that cannot be sent,
    [Token_over_http]. The old token stays then. *)

val set_auto_sync : t -> auto_sync -> (unit, Error.t) result

val stats : t -> (Answer.stats, Error.t) result
(** What the connection has done since it was opened. Costs no round trip. *)

val version : unit -> string
(** Version of the native library, such as ["0.1.0"]. *)

val init_runtime : unit -> unit
(** Starts the threads that do the work, so that the first call need not. *)

(** {1 Ids}

    A connection is a number that is never used again. Pass the number on if a
    program keeps its connections as texts. *)

val id : t -> int

val of_id : int -> t
(** The connection of an id. If no connection has the id, or it is closed, every
    call fails with [Connection_closed]. *)
