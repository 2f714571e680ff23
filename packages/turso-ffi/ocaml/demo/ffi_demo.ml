(* Does the same work both ways on one server, and prints how long each took. *)

open Plan

let usage =
  "usage: ffi_demo.exe [--url URL] [--turso-sync COMMAND] [--runs 5] [--batch \
   1000]\n\n\
   The URL and the token come from TURSO_DATABASE_URL and TURSO_AUTH_TOKEN, or \
   from .env.\n\
   A table of the demo's own is made on the server, and dropped at the end.\n"

let arguments () =
  let url = ref "" and runs = ref 5 and batch = ref 1_000 in
  let command =
    ref
      (Option.value (Sys.getenv_opt "TURSO_SYNC_COMMAND") ~default:"turso-sync")
  in
  Arg.parse
    [
      ("--url", Set_string url, "URL of the database");
      ( "--turso-sync",
        Set_string command,
        "COMMAND turso-core's command, or its script" );
      ("--runs", Set_int runs, "N how often each is done; the median counts");
      ("--batch", Set_int batch, "N rows of a batch");
    ]
    (fun word -> raise (Arg.Bad ("what is " ^ word ^ "?")))
    usage;
  if !runs < 1 || !batch < 1 then
    raise (Failed "--runs and --batch take a whole number above 0.");
  (!url, !command, !runs, !batch)

let plan () =
  let url, command, runs, batch = arguments () in
  if url <> "" then Unix.putenv "TURSO_DATABASE_URL" url;
  let config = ok (Turso.Config.of_environment ()) in
  {
    url = config.url;
    token = config.auth_token;
    has_replica = config.replica <> None;
    command;
    runs;
    batch;
    table = Printf.sprintf "ffi_demo_%d" (Unix.getpid ());
  }

let rec remove path =
  if Sys.is_directory path then (
    Array.iter
      (fun name -> remove (Filename.concat path name))
      (Sys.readdir path);
    Unix.rmdir path)
  else Sys.remove path

let with_folder use =
  let folder = Filename.temp_file "ffi_demo" "" in
  Sys.remove folder;
  Unix.mkdir folder 0o700;
  Fun.protect ~finally:(fun () -> remove folder) (fun () -> use folder)

let with_table plan use =
  ok
    (Turso.Connection.with_connection plan.url ?token:plan.token
       (fun connection ->
         ignore (ok (Turso.Connection.execute connection (create_table plan)));
         Fun.protect
           ~finally:(fun () ->
             ignore
               (Turso.Connection.execute connection
                  ("DROP TABLE " ^ plan.table)))
           (fun () -> Ok (use ()))))

let print_table plan old_way new_way =
  let row what old_time new_time =
    Printf.printf "%-34s %16s %16s\n" what
      (Stopwatch.to_string old_time)
      (Stopwatch.to_string new_time)
  in
  Printf.printf "%-34s %16s %16s\n" "" "working copy" "live connection";
  row "set up (dump-init, connect)" old_way.set_up new_way.set_up;
  row "single insert" old_way.single_insert new_way.single_insert;
  row
    (Printf.sprintf "batch of %d rows" plan.batch)
    old_way.batch_insert new_way.batch_insert;
  row "query after the write" old_way.query new_way.query;
  Printf.printf
    "\n\
     Medians of %d, but for setting up. Inserts end when the rows are on the \
     server:\n\
     edit, diff and dump-push on the one side, one call on the other.\n"
    plan.runs

let run () =
  let plan = plan () in
  with_table plan (fun () ->
      with_folder (fun folder ->
          let old_way = Old_way.measure plan folder ~from:1 in
          let new_way = New_way.measure plan folder ~from:1_000_000_000 in
          print_table plan old_way new_way))

let () =
  (* Nothing is left on the server. *)
  Interrupt.catch ();
  try run () with
  | Failed reason ->
      prerr_endline ("ffi_demo: " ^ reason);
      exit 1
  | Sys.Break -> exit 130
