(** Ctrl-C, which is looked for between steps: as an exception that comes
    anywhere, it would also come where something is made or cleared away. *)

let is_asked = ref false

(** From now on, the first Ctrl-C asks for the end. The next one ends the
    process. *)
let catch () =
  let ask _ =
    is_asked := true;
    Sys.set_signal Sys.sigint Signal_default
  in
  Sys.set_signal Sys.sigint (Signal_handle ask)

(** Raises [Sys.Break] where the end was asked for. *)
let check () = if !is_asked then raise Sys.Break
