(* The folder of a replica: only the user may look into it, and git leaves the
   replica alone. The live connection of TypeScript makes the same. *)

let rec make_all path =
  if path <> "" && not (Sys.file_exists path) then (
    make_all (Filename.dirname path);
    try Unix.mkdir path 0o700
    with Unix.Unix_error (EEXIST, _, _) -> (* another process was first *) ())

(* A name as .gitignore has it. *)
let pattern name =
  String.concat ""
    (List.map
       (function
         | ('*' | '?' | '[' | '\\') as special -> Printf.sprintf "\\%c" special
         | other -> String.make 1 other)
       (List.of_seq (String.to_seq name)))

let ignored name =
  Printf.sprintf
    "# Made for the replica of a live connection.\n/%s*\n/.gitignore\n"
    (pattern name)

let write path text =
  match open_out_gen [ Open_wronly; Open_creat; Open_excl ] 0o600 path with
  | channel ->
      Fun.protect
        ~finally:(fun () -> close_out_noerr channel)
        (fun () -> output_string channel text)
  | exception Sys_error _ ->
      (* it is there, or the replica will not be either *) ()

(** Makes the folder of a replica where there is none. The library refuses a
    path that none can have. *)
let make replica =
  let folder = Filename.dirname replica in
  if String.contains replica '\000' then Ok ()
  else
    try
      if not (Sys.file_exists folder) then (
        make_all folder;
        write
          (Filename.concat folder ".gitignore")
          (ignored (Filename.basename replica)));
      Ok ()
    with Unix.Unix_error (reason, _, path) ->
      Error
        (Error.make File_inaccessible
           (Printf.sprintf "The folder %s cannot be made: %s." path
              (Unix.error_message reason))
           ~hint:"Check the permissions, or put the replica elsewhere.")
