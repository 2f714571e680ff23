(** Folders that go with the test process. *)

let rec remove path =
  match Unix.lstat path with
  | { st_kind = S_DIR; _ } ->
      Array.iter
        (fun name -> remove (Filename.concat path name))
        (Sys.readdir path);
      Unix.rmdir path
  | _ -> Unix.unlink path
  | exception Unix.Unix_error (ENOENT, _, _) -> ()

let own =
  lazy
    (let path = Filename.temp_file "turso-ocaml-" "" in
     Sys.remove path;
     Unix.mkdir path 0o700;
     let owner = Unix.getpid () in
     at_exit (fun () -> if Unix.getpid () = owner then remove path);
     path)

let lock = Mutex.create ()
let count = ref 0

(** A new folder. *)
let make () =
  Mutex.lock lock;
  incr count;
  let path = Filename.concat (Lazy.force own) (string_of_int !count) in
  Mutex.unlock lock;
  Unix.mkdir path 0o700;
  path

(** The path of a file in a new folder. *)
let file name = Filename.concat (make ()) name

let write path text =
  let channel = open_out_bin path in
  output_string channel text;
  close_out channel

let read path =
  let channel = open_in_bin path in
  Fun.protect
    ~finally:(fun () -> close_in channel)
    (fun () -> really_input_string channel (in_channel_length channel))

(** The nearest file of that relative path in this folder or one above. *)
let find_above relative =
  let rec go folder =
    let path = Filename.concat folder relative in
    if Sys.file_exists path then path
    else
      let parent = Filename.dirname folder in
      if parent = folder then failwith ("There is no " ^ relative ^ " above.")
      else go parent
  in
  go (Sys.getcwd ())
