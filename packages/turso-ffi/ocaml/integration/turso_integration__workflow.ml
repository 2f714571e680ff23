(* Which way of working a folder is set up for, by what is there. Files are looked
   at from outside alone: opening and closing one drops the locks that SQLite holds
   on it in this process. *)

let size path =
  match Unix.stat path with
  | { st_kind = S_REG; st_size; _ } -> Some st_size
  | _ | (exception Unix.Unix_error _) -> None

let is_file path = size path <> None

(* libSQL's note beside a replica; the replica itself is empty as long as the
   primary is. *)
let is_replica path =
  is_file path
  &&
  match size (path ^ "-client_wal_index") with
  | Some bytes -> bytes > 0
  | None -> false

let has_replica directory =
  match Turso.Config.replica_path ~directory () with
  | Ok path -> is_replica path
  | Error _ -> false

let mode directory =
  let has path = is_file (Filename.concat directory path) in
  if has_replica directory then "ffi"
  else if
    has "working_copy.db"
    (* turso-sync 0.1 kept the base in the state folder itself. *)
    && List.exists has
         [ ".turso/default/base/baseline.db"; ".turso/base/baseline.db" ]
  then "legacy"
  else "uninitialized"
