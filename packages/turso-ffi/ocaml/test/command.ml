(** turso-core's command, [turso-sync]. *)

let script =
  lazy
    (match Sys.getenv_opt "TURSO_SYNC_COMMAND" with
    | Some path -> path
    | None ->
        Temp_dir.find_above "node_modules/turso-core/bin/turso-sync.js")

(** Runs a command of it in a folder, with the server as its remote. *)
let run server ~directory command =
  let printed = Temp_dir.file "printed" in
  let file = Unix.openfile printed [ O_WRONLY; O_CREAT; O_CLOEXEC ] 0o600 in
  let pid =
    Unix.create_process_env "node"
      [| "node"; Lazy.force script; command; "--cwd"; directory |]
      [| "TURSO_DATABASE_URL=" ^ Sqld.url server; "PATH=" ^ Sys.getenv "PATH" |]
      Unix.stdin file file
  in
  Unix.close file;
  match snd (Unix.waitpid [] pid) with
  | WEXITED 0 -> ()
  | _ -> failwith ("turso-sync " ^ command ^ ": " ^ Temp_dir.read printed)
