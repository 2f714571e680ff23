(** The functions of the native library for programs that work with texts, and
    the way to the typed ones.

    A connection is a text here, and so is every cell. What is exact, bound and
    typed is beside it: {!Connection}, {!Statement}, {!Cursor}, {!Transaction}.
    Both see the same connections: {!connection}.

    All functions may be called from any thread; none raises or prints. Errors
    are one line: a stable word, what happened, what to do, such as
    ["REMOTE_UNREACHABLE: ..."]. *)

(** {1 Texts} *)

val turso_init_runtime : unit -> unit
(** Starts the threads that do the work, so that the first call need not. Every
    other function does where nobody has. *)

val turso_create_synced_db :
  string -> string -> string -> (string, string) result
(** [turso_create_synced_db db_path url token] opens a connection and gives its
    id. The replica is the file [db_path], [""] for none; the token may be [""].
    Writes are visible to the next read. For more choices:
    {!Connection.connect}.

    {[
      match
        Turso_ffi.turso_create_synced_db "replica.db"
          (Sys.getenv "TURSO_DATABASE_URL")
          (Sys.getenv "TURSO_AUTH_TOKEN")
      with
      | Ok id -> Turso_ffi.turso_query id "SELECT id, name FROM contacts"
      | Error reason -> Error reason
    ]} *)

val turso_sync : string -> (unit, string) result
(** Brings the replica of a connection up to date. *)

val turso_query : string -> string -> (string list list, string) result
(** [turso_query id sql] runs one statement that reads, and gives its rows. NULL
    is ["NULL"], integers are decimal, reals have the fewest digits that read
    back as the same, texts and blobs are as they are. So the text [NULL] looks
    like NULL: {!Connection.query} tells them apart. *)

val turso_execute : string -> string -> (int64, string) result
(** [turso_execute id sql] runs one statement that writes, and gives the number
    of rows it has changed. Bind values with {!Connection.execute} rather than
    writing them into the SQL. *)

val turso_execute_batch : string -> string list -> (int64, string) result
(** [turso_execute_batch id statements] runs them in one transaction, all or
    none, and gives the number of rows they have changed. *)

val turso_close_connection : string -> (unit, string) result
(** Closes a connection. Its id is never used again. *)

(** {1 Types} *)

type value = Turso.Value.t =
  | Null
  | Int of int64
  | Real of float
  | Text of string
  | Blob of string

type error = Turso.Error.t = {
  code : Turso.Error.code;
  message : string;
  hint : string option;
  retryable : bool;
}

module Value = Turso.Value
module Error = Turso.Error
module Answer = Turso.Answer
module Connection = Turso.Connection
module Statement = Turso.Statement
module Cursor = Turso.Cursor
module Transaction = Turso.Transaction

val connection : string -> Connection.t
(** The connection of an id. One that does not exist answers
    [Connection_closed]. *)

val connection_id : Connection.t -> string
(** The id of a connection. *)
