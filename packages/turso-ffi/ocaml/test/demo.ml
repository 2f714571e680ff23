(* The demo, on a server and without one. *)

open Testing
open Expect

let demo = Filename.concat Filename.parent_dir_name "demo/ffi_demo.exe"

let run url =
  let channel =
    Unix.open_process_args_in demo
      [|
        demo;
        "--url";
        url;
        "--turso-sync";
        Lazy.force Command.script;
        "--runs";
        "1";
      |]
  in
  let rec lines read =
    match input_line channel with
    | line -> lines (line :: read)
    | exception End_of_file -> List.rev read
  in
  let printed = lines [] in
  Alcotest.(check bool)
    "it runs through" true
    (Unix.close_process_in channel = WEXITED 0);
  printed

(* Each row has a time for either way. *)
let shows_figures printed =
  List.iter
    (fun what ->
      match List.find_opt (fun line -> Http.contains line what) printed with
      | None -> Alcotest.fail ("no row: " ^ what)
      | Some line ->
          let is_unit word = word = "ms" in
          Alcotest.(check int)
            line 2
            (List.length (List.filter is_unit (String.split_on_char ' ' line))))
    [ "set up"; "single insert"; "batch of 1000 rows"; "query after the write" ]

let leaves_nothing url =
  ok
    (Turso.Connection.with_connection url (fun connection ->
         Alcotest.(check int)
           "no table is left" 0
           (count connection "SELECT count(*) FROM sqlite_schema");
         Ok ()))

let on url =
  shows_figures (run url);
  leaves_nothing url

let is_at_work url =
  ok
    (Turso.Connection.with_connection url (fun connection ->
         Ok (count connection "SELECT count(*) FROM sqlite_schema" > 0)))

let interrupted server =
  let url = Sqld.url server in
  let pid =
    Unix.create_process demo
      [| demo; "--url"; url; "--turso-sync"; Lazy.force Command.script |]
      Unix.stdin Unix.stdout Unix.stderr
  in
  while not (is_at_work url) do
    Thread.delay 0.02
  done;
  Unix.kill pid Sys.sigint;
  Alcotest.(check bool)
    "as other programs do" true
    (snd (Unix.waitpid [] pid) = WEXITED 130);
  leaves_nothing url

let () =
  Alcotest.run "demo"
    [
      ( "both ways",
        [
          on_server "on a server" (fun server -> on (Sqld.url server));
          on_server "ended by Ctrl-C" interrupted;
          test "on a file" (fun () -> on ("file:" ^ Temp_dir.file "remote.db"));
        ] );
    ]
