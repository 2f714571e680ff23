(** turso-core's command, [turso-sync]. *)

let script =
  lazy
    (match Sys.getenv_opt "TURSO_SYNC_COMMAND" with
    | Some path -> path
    | None -> Temp_dir.find_above "node_modules/turso-core/bin/turso-sync.js")

(* What it prints, and whether it succeeds. *)
let printed environment words =
  let log = Temp_dir.file "printed" in
  let file = Unix.openfile log [ O_WRONLY; O_CREAT; O_CLOEXEC ] 0o600 in
  let pid =
    Unix.create_process_env "node"
      (Array.of_list ("node" :: Lazy.force script :: words))
      (Array.of_list (("PATH=" ^ Sys.getenv "PATH") :: environment))
      Unix.stdin file file
  in
  Unix.close file;
  match snd (Unix.waitpid [] pid) with
  | WEXITED 0 -> Temp_dir.read log
  | _ ->
      failwith
        (String.concat " " ("turso-sync" :: words) ^ ": " ^ Temp_dir.read log)

(** Runs a command of it in a folder, with the server as its remote. *)
let run server ~directory command =
  ignore
    (printed
       [ "TURSO_DATABASE_URL=" ^ Sqld.url server ]
       [ command; "--cwd"; directory ])

(** What [turso-sync status] says of a folder: the way of working that it is set
    up for. *)
let mode ~directory =
  let answer = printed [] [ "status"; "--json"; "--cwd"; directory ] in
  let key = {|"mode":"|} in
  let rec after at =
    if String.sub answer at (String.length key) = key then
      at + String.length key
    else after (at + 1)
  in
  let from = after 0 in
  String.sub answer from (String.index_from answer from '"' - from)
