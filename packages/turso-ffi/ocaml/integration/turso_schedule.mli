(** Rows of [email_schedules], the table of the example. *)

type t = {
  id : int64 option;  (** [None]: the database chooses *)
  contact_id : int64;
  email_type : string;
  scheduled_send_date : string;  (** ISO date *)
  scheduled_send_time : string;  (** such as [08:30:00] *)
  priority : int64;  (** 1 is the most important *)
  status : string;  (** [pre-scheduled] or [skipped] in the example *)
  skip_reason : string option;
}

val insert :
  ?table:string ->
  ?run_id_column:string ->
  Turso.Connection.t ->
  t list ->
  string ->
  (Turso.Answer.changes, Turso.Error.t) result
(** [insert connection schedules run_id]: see
    {!Turso_integration.batch_insert_schedules}. *)
