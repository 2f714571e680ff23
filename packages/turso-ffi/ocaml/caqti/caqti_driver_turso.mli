(** A driver for Caqti 3 over {!Turso.Connection}: reads come from the replica,
    and writes go to the primary.

    A program that links this library can connect to URIs of the scheme [turso]:
    with [caqti.blocking], or with any other library of Caqti that has the
    functions of Unix, such as [caqti-lwt.unix].

    - [turso:] means {!Turso.Config.of_environment}: the database is
      [TURSO_DATABASE_URL], and the token is [TURSO_AUTH_TOKEN].
    - {!uri} makes the URI of a configuration of your own.

    No URI has a token in it, so none appears in logs and errors. *)

val uri : Turso.Config.t -> Uri.t
(** The URI that connects as the configuration says. It is valid in this program
    only.

    {[
      let contacts url =
        let open Caqti.Templater in
        let names =
          static
            T.(string -->* string)
            "SELECT name FROM contacts WHERE state = ?"
        in
        Caqti_blocking.with_connection
          (Caqti_driver_turso.uri (Turso.Config.make ~replica:"replica.db" url))
          (fun (module Db) -> Db.collect_list names "CA")
    ]} *)

val error : [> Caqti.Error.t ] -> Turso.Error.t option
(** The error of the library [turso] in an error of Caqti, or [None] if Caqti
    found the error. A write that failed with [Committed_not_synced] {e is}
    written. After [Remote_interrupted], look before you repeat it. *)

(** {1 The connection below}

    [driver_connection] of a connection of this driver is a [Driver_connection].
    It can do what Caqti has no function for, such as {!Turso.Connection.sync}.
*)

type Caqti.Connection.driver_connection +=
  | Driver_connection of Turso.Connection.t
