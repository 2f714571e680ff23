(** Connections by name, credentials from the environment, and the calls that
    most programs need.

    Every function that can fail gives a [result] with a {!db_error}. None
    raises or prints, and all may be called from any thread. [?name] chooses
    between several connections; without it, it is the one that the environment
    describes.

    {[
      let ( let* ) = Result.bind

      let pending () =
        let* () =
          Turso_integration.execute_sql_no_result
            "CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, name \
             TEXT)"
        in
        let* () =
          Turso_integration.execute_sql_no_result
            "INSERT INTO jobs (name) VALUES (?)" ~params:[ Text "nightly" ]
        in
        Turso_integration.execute_sql_safe "SELECT id, name FROM jobs"
    ]} *)

type db_error = Turso.Error.t = {
  code : Turso.Error.code;
  message : string;
  hint : string option;
  retryable : bool;
}

val string_of_db_error : db_error -> string
(** The error in one line: its word, what happened, what to do. Never a token.
*)

(** {1 Connections} *)

val get_connection :
  ?name:string -> unit -> (Turso.Connection.t, db_error) result
(** The connection of a name, opened where it is not open. Without a name it is
    opened as {!Turso.Config.of_environment} says: [TURSO_DATABASE_URL] and
    [TURSO_AUTH_TOKEN] from the environment or [.env] in the current folder,
    replica in [.turso/live/replica.db]. Other names are to be {!configure}d
    first.

    Errors: [Usage] for a name that is not configured; [Url_missing], and those
    of {!Turso.Connection.connect}. *)

val configure : ?name:string -> Turso.Config.t -> unit
(** Says how a name is to be opened. A connection that it has is closed. *)

val close_connection : ?name:string -> unit -> (unit, db_error) result
(** Closes the connection of a name, where it is open. {!get_connection} opens
    it again. *)

val connection_names : unit -> string list
(** The names with a connection, in order; the one without a name is
    ["default"]. *)

(** {1 SQL} *)

val execute_sql_safe :
  ?name:string ->
  ?params:Turso.Value.t list ->
  string ->
  (string list list, db_error) result
(** Runs one statement that reads, and gives its rows as texts: see
    {!Turso_ffi.turso_query}. Typed rows: {!Turso.Connection.query}. *)

val execute_sql_no_result :
  ?name:string ->
  ?params:Turso.Value.t list ->
  string ->
  (unit, db_error) result
(** Runs one statement that writes. Errors: see {!Turso.Connection.execute}. *)

val execute_transaction : ?name:string -> string list -> (int, db_error) result
(** Runs statements in one transaction and one round trip, all or none. Gives
    the number of rows changed. *)

val with_transaction :
  ?name:string ->
  (Turso.Transaction.t -> ('a, db_error) result) ->
  ('a, db_error) result
(** Runs the function in a transaction: {!Turso.Transaction.with_transaction}.
*)

val with_retry :
  ?attempts:int ->
  ?delay_ms:int ->
  ?repeat_unsure:bool ->
  (unit -> ('a, db_error) result) ->
  ('a, db_error) result
(** Repeats what failed for a passing reason: {!Turso.Retry.with_backoff}. *)

val manual_sync : ?name:string -> unit -> (unit, db_error) result
(** Brings the replica up to date: what others wrote is seen. *)

(** {1 Rows in bulk} *)

val insert_rows :
  ?name:string ->
  table:string ->
  columns:string list ->
  Turso.Value.t array list ->
  (int, db_error) result
(** Inserts rows into any table, all or none: {!Turso.Connection.insert_rows}.
    Gives their number. *)

type schedule = Turso_schedule.t = {
  id : int64 option;
  contact_id : int64;
  email_type : string;
  scheduled_send_date : string;
  scheduled_send_time : string;
  priority : int64;
  status : string;
  skip_reason : string option;
}
(** A row of [email_schedules]. *)

val batch_insert_schedules :
  ?name:string ->
  ?table:string ->
  ?run_id_column:string ->
  schedule list ->
  string ->
  (int, db_error) result
(** [batch_insert_schedules schedules run_id] inserts rows of [email_schedules]
    in one transaction, and gives their number. Rows that are there already are
    an error ([Constraint_failed]), and then none is inserted.

    [run_id] goes into [run_id_column]. Without that argument it goes into the
    column [run_id], or [batch_id], where the table has one, and is not kept
    where it has neither, as in the example. [table] is another table with the
    same columns. *)

(** {1 How things stand} *)

val get_database_stats :
  ?name:string -> unit -> (Turso.Database_stats.t, db_error) result
(** Tables with the numbers of their rows, size, and what the connection has
    done. *)

val health_check : ?name:string -> unit -> (Turso.Health.t, db_error) result
(** Reads and syncs: whether the database can be worked with, and how long it
    takes. *)

val detect_workflow_mode : ?directory:string -> unit -> string
(** How a folder (default is the current one) is set up, by the files that are
    there; none is opened:

    - ["ffi"]: the replica of a live connection, {!Turso.Config.replica_path},
      with libSQL's note beside it ([-client_wal_index], not empty)
    - ["legacy"]: no replica, but a working copy: [working_copy.db] and
      [.turso/default/base/baseline.db], as [turso-sync init] makes them
    - ["uninitialized"]: neither

    [turso-sync status] follows the same rule, and calls the modes
    [live-connection], [working-copy] and [uninitialized]. *)
