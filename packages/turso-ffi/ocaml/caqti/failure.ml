(* Errors of the library turso in those of Caqti. *)

type Caqti.Error.msg += Turso_error of Turso.Error.t

let contains text part =
  let length = String.length part in
  let rec at start =
    start + length <= String.length text
    && (String.sub text start length = part || at (start + 1))
  in
  at 0

(* The messages of SQLite, which has them in English only. *)
let violations =
  [
    ("NOT NULL constraint failed", `Not_null_violation);
    ("FOREIGN KEY constraint failed", `Foreign_key_violation);
    ("UNIQUE constraint failed", `Unique_violation);
    ("CHECK constraint failed", `Check_violation);
  ]

let cause { Turso.Error.code; message; _ } =
  match code with
  | Constraint_failed ->
      List.find_opt (fun (text, _) -> contains message text) violations
      |> Option.fold ~none:`Integrity_constraint_violation__don't_match
           ~some:snd
  | Disk_full -> `Disk_full
  | _ -> `Unspecified__don't_match

let () =
  let of_msg = function
    | Turso_error error -> error
    | _ -> invalid_arg "not an error of the library turso"
  in
  Caqti.Error.define_msg
    ~pp:(fun ppf msg -> Turso.Error.pp ppf (of_msg msg))
    ~cause:(fun msg -> cause (of_msg msg))
    [%extension_constructor Turso_error]

let error (error : [> Caqti.Error.t ]) =
  match error with
  | `Load_rejected { msg = Turso_error error; _ }
  | `Load_failed { msg = Turso_error error; _ } ->
      Some error
  | `Connect_rejected { msg = Turso_error error; _ }
  | `Connect_failed { msg = Turso_error error; _ } ->
      Some error
  | `Request_failed { msg = Turso_error error; _ }
  | `Response_failed { msg = Turso_error error; _ } ->
      Some error
  | _ -> None
