(** The working copy: a snapshot by [turso-sync dump-init], an edit of the plain
    SQLite file, then [turso-sync diff] and [turso-sync dump-push]. *)

open Plan

let environment plan =
  let is_ours entry =
    let name = List.hd (String.split_on_char '=' entry) in
    List.mem name [ "TURSO_DATABASE_URL"; "TURSO_AUTH_TOKEN" ]
  in
  let others =
    List.filter
      (fun entry -> not (is_ours entry))
      (Array.to_list (Unix.environment ()))
  in
  let token =
    Option.fold ~none:[]
      ~some:(fun token -> [ "TURSO_AUTH_TOKEN=" ^ token ])
      plan.token
  in
  Array.of_list ((("TURSO_DATABASE_URL=" ^ plan.url) :: token) @ others)

let read_all path =
  let channel = open_in_bin path in
  Fun.protect
    ~finally:(fun () -> close_in channel)
    (fun () -> really_input_string channel (in_channel_length channel))

(* A script is run by node, so that nothing need be installed. *)
let words command =
  if Filename.check_suffix command ".js" then [ "node"; command ]
  else [ command ]

(* The command ends before the demo does, also by Ctrl-C. *)
let rec outcome pid =
  match Unix.waitpid [] pid with
  | _, status -> status
  | exception Unix.Unix_error (EINTR, _, _) ->
      if !Interrupt.is_asked then Unix.kill pid Sys.sigterm;
      outcome pid

let run plan folder command =
  let log = Filename.concat folder "command.log" in
  let file =
    Unix.openfile log [ O_WRONLY; O_CREAT; O_TRUNC; O_CLOEXEC ] 0o600
  in
  let words = words plan.command @ [ command; "--cwd"; folder ] in
  match
    Fun.protect
      ~finally:(fun () -> Unix.close file)
      (fun () ->
        Unix.create_process_env (List.hd words) (Array.of_list words)
          (environment plan) Unix.stdin file file)
  with
  | exception Unix.Unix_error (reason, _, _) ->
      raise
        (Failed
           (Printf.sprintf
              "%s cannot be run: %s. Name turso-core's command with \
               --turso-sync or in TURSO_SYNC_COMMAND."
              plan.command
              (Unix.error_message reason)))
  | pid -> (
      let status = outcome pid in
      Interrupt.check ();
      match status with
      | WEXITED 0 -> ()
      | _ ->
          raise
            (Failed
               (Printf.sprintf "%s %s failed:\n%s" plan.command command
                  (read_all log))))

let measure plan folder ~from =
  let connect () =
    Turso.Connection.connect ("file:" ^ Filename.concat folder "working_copy.db")
  in
  with_lazy_connection connect (fun working_copy ->
      Plan.measure plan ~from
        ~set_up:(fun () -> run plan folder "dump-init")
        ~write:(fun rows ->
          insert plan (working_copy ()) rows;
          run plan folder "diff";
          run plan folder "dump-push")
        ~read:(fun id -> query plan (working_copy ()) id))
