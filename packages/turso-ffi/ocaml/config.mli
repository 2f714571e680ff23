(** Where a database is, and how to connect to it.

    @canonical Turso.Config *)

type t = {
  url : string;
  auth_token : string option;
  encryption_key : string option;
      (** of a database that its server keeps encrypted, in base64 *)
  replica : string option;
      (** the replica's file; [None]: reads go to the primary too. A folder that
          is missing is made: only its user may read it, and git ignores the
          replica. *)
  auto_sync : Connection.auto_sync;
  timeout_ms : int option;  (** [None]: 30,000 *)
  max_retries : int option;  (** [None]: 5 *)
  offline_start : bool;
  slow_statement_ms : int option;  (** [None]: no statement is an event *)
  on_event : (Event.t -> unit) option;
}

val make :
  ?auth_token:string ->
  ?encryption_key:string ->
  ?replica:string ->
  ?auto_sync:Connection.auto_sync ->
  ?timeout_ms:int ->
  ?max_retries:int ->
  ?offline_start:bool ->
  ?slow_statement_ms:int ->
  ?on_event:(Event.t -> unit) ->
  string ->
  t
(** [make url]; the defaults are those of {!Connection.connect}. *)

val of_environment : ?directory:string -> unit -> (t, Error.t) result
(** What the environment says, or the file [.env] in [directory] (default is the
    current one) where the environment says nothing: [TURSO_DATABASE_URL],
    [TURSO_AUTH_TOKEN], and [TURSO_REPLICA_PATH] for {!replica_path}. A variable
    that is empty counts as one that is not set. [file:] databases have no
    replica.

    Errors: [Url_missing]; [File_inaccessible] for a [.env] that cannot be read.
*)

val replica_path : ?directory:string -> unit -> (string, Error.t) result
(** The replica's file that {!of_environment} gives: [TURSO_REPLICA_PATH] as the
    environment or [.env] has it, taken from [directory]; default is
    [.turso/live/replica.db] there. *)

val connect : t -> (Connection.t, Error.t) result
(** Connects as the configuration says: {!Connection.connect}. Creates the
    folder of the replica. Errors: those of {!Connection.connect}, and
    [File_inaccessible] if the folder cannot be created. *)

val with_connection :
  t -> (Connection.t -> ('a, Error.t) result) -> ('a, Error.t) result
(** Connects, runs the function, and closes, also if the function raises.

    {[
      let count () =
        Result.bind (Turso.Config.of_environment ()) (fun config ->
            Turso.Config.with_connection config (fun connection ->
                Turso.Connection.query connection
                  "SELECT count(*) FROM contacts"))
    ]} *)
