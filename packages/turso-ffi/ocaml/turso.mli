(** A live connection to a Turso (libSQL) database: writes go to the primary,
    reads come from a replica that is current.

    {[
      let ( let* ) = Result.bind

      let notes connection =
        let* _ =
          Turso.Connection.execute connection
            "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text \
             TEXT)"
        in
        let* _ =
          Turso.Connection.execute connection
            "INSERT INTO notes (text) VALUES (?)" ~params:[ Text "hello" ]
        in
        Turso.Connection.query connection "SELECT id, text FROM notes"

      (* The environment or .env has TURSO_DATABASE_URL and TURSO_AUTH_TOKEN. *)
      let run () =
        let* config = Turso.Config.of_environment () in
        Turso.Config.with_connection config notes
    ]}

    Every function may be called from any thread. None raises or prints: each
    failure is an {!Error.t}. *)

(** {1 Connections} *)

module Connection = Connection
module Config = Config
module Statement = Statement
module Cursor = Cursor
module Transaction = Transaction
module Retry = Retry

(** {1 Values and answers} *)

module Value = Value
module Answer = Answer
module Event = Event
module Error = Error

(** {1 How things stand} *)

module Database_stats = Database_stats
module Health = Health

(** {1 For [open Turso]} *)

type value = Value.t =
  | Null
  | Int of int64
  | Real of float
  | Text of string
  | Blob of string

type error = Error.t = {
  code : Error.code;
  message : string;
  hint : string option;
  retryable : bool;
}
