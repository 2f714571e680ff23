(** A value as SQLite has it, exactly.

    @canonical Turso.Value *)

type t =
  | Null
  | Int of int64
  | Real of float
      (** infinities too; SQLite has no NaN, and takes it for NULL *)
  | Text of string  (** UTF-8, NUL allowed; what is read may be any bytes *)
  | Blob of string  (** any bytes *)

val equal : t -> t -> bool
(** Whether two values are the same to the bit: [Real (-0.)] is not [Real 0.],
    [Int 1L] is not [Real 1.], and an empty blob is neither [Null] nor an empty
    text. *)

val to_string : t -> string
(** The value as text. NULL is [NULL], integers are decimal, reals have the
    fewest digits that read back as the same real (with a point or an exponent),
    texts and blobs are as they are. So the text [NULL] looks like NULL. *)

val pp : Format.formatter -> t -> unit
(** Prints the value as an SQL literal, such as [X'00ff'] or ['it''s']: for
    people, and exact but for texts that hold NUL. *)
