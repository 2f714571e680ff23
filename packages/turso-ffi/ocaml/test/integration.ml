(* Turso_integration: connections by name, and the calls that most programs need. *)

open Turso_integration
open Testing
open Expect

let rows = Alcotest.(list (list string))

(* A folder whose .env names the server, and that is the current one. *)
let in_project server run =
  List.iter
    (fun name -> Unix.putenv name "")
    [ "TURSO_DATABASE_URL"; "TURSO_AUTH_TOKEN"; "TURSO_REPLICA_PATH" ];
  let directory = Temp_dir.make () and before = Sys.getcwd () in
  Sys.chdir directory;
  Temp_dir.write ".env" ("TURSO_DATABASE_URL=" ^ Sqld.url server);
  Fun.protect
    ~finally:(fun () ->
      List.iter
        (fun name -> ignore (close_connection ~name ()))
        (connection_names ());
      Sys.chdir before)
    run

let project name run =
  on_server name (fun server -> in_project server (run server))

let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)"

let from_dot_env server () =
  Alcotest.(check string) "before" "uninitialized" (detect_workflow_mode ());
  ok (execute_sql_no_result table);
  Alcotest.(check string) "after" "ffi" (detect_workflow_mode ());
  ok
    (execute_sql_no_result "INSERT INTO t VALUES (?, ?)"
       ~params:[ Int 1L; Null ]);
  Alcotest.check rows "texts"
    [ [ "1"; "NULL" ] ]
    (ok
       (execute_sql_safe "SELECT id, v FROM t WHERE id = ?" ~params:[ Int 1L ]));
  Sqld.elsewhere server "INSERT INTO t VALUES (2, 'two')";
  ok (manual_sync ());
  Alcotest.check rows "what another wrote" [ [ "2" ] ]
    (ok (execute_sql_safe "SELECT id FROM t WHERE v = 'two'"))

let an_empty_primary _server () =
  ignore (ok (get_connection ()));
  Alcotest.(check string)
    "as soon as it is open" "ffi" (detect_workflow_mode ())

(* Those files in the current folder that git would add. *)
let untracked () =
  let git words =
    Unix.open_process_args_in "git" (Array.of_list ("git" :: words))
  in
  ignore (Unix.close_process_in (git [ "init"; "--quiet" ]));
  let output = git [ "status"; "--porcelain"; "--untracked-files=all" ] in
  let rec lines read =
    match input_line output with
    | line -> lines (line :: read)
    | exception End_of_file -> List.rev read
  in
  let read = lines [] in
  ignore (Unix.close_process_in output);
  read

let private_and_ignored _server () =
  Unix.putenv "TURSO_REPLICA_PATH" "new/folder/r[1].db";
  Fun.protect
    ~finally:(fun () -> Unix.putenv "TURSO_REPLICA_PATH" "")
    (fun () -> ok (execute_sql_no_result table));
  Temp_dir.write "new/folder/own.txt" "";
  Alcotest.(check (list string))
    "all but the replica"
    [ "?? .env"; "?? new/folder/own.txt" ]
    (untracked ());
  List.iter
    (fun folder ->
      Alcotest.(check int) folder 0 ((Unix.stat folder).st_perm land 0o077))
    [ "new"; "new/folder" ]

let reused _server () =
  let id () = Turso.Connection.id (ok (get_connection ())) in
  let first = id () in
  Alcotest.(check int) "the same" first (id ());
  Alcotest.(check (list string)) "its name" [ "default" ] (connection_names ());
  ok (Turso.Connection.close (ok (get_connection ())));
  let second = id () in
  Alcotest.(check bool) "opened again" true (second <> first);
  ok (close_connection ());
  ok (close_connection ());
  Alcotest.(check (list string)) "none" [] (connection_names ());
  Alcotest.(check bool) "and again" true (id () <> second)

let by_many_threads _server () =
  let ids = Array.make 16 0 in
  Parallel.in_threads 16 (fun at ->
      ids.(at) <- Turso.Connection.id (ok (get_connection ())));
  Alcotest.(check bool) "opened once" true (Array.for_all (( = ) ids.(0)) ids)

let names server () =
  code Usage (get_connection ~name:"other" ());
  code Usage (execute_sql_safe ~name:"other" "SELECT 1");
  let file = "file:" ^ Temp_dir.file "other.db" in
  configure ~name:"other" (Turso.Config.make file);
  configure ~name:"direct" (Turso.Config.make (Sqld.url server));
  ok (execute_sql_no_result ~name:"other" table);
  ok (execute_sql_no_result ~name:"direct" "CREATE TABLE u (v)");
  Alcotest.check rows "each its own" [ [ "t" ] ]
    (ok (execute_sql_safe ~name:"other" "SELECT name FROM sqlite_schema"));
  Alcotest.check rows "and the default" [ [ "u" ] ]
    (ok (execute_sql_safe "SELECT name FROM sqlite_schema"));
  Alcotest.(check (list string))
    "names"
    [ "default"; "direct"; "other" ]
    (connection_names ());
  configure ~name:"other"
    (Turso.Config.make ("file:" ^ Temp_dir.file "another.db"));
  Alcotest.check rows "another one" []
    (ok (execute_sql_safe ~name:"other" "SELECT name FROM sqlite_schema"))

(* While one connection waits for its server, others are to be had. *)
let slow_server _server () =
  let socket, port = Loopback.listen () in
  configure ~name:"slow"
    (Turso.Config.make (Loopback.url port) ~timeout_ms:5_000);
  let answer = ref None in
  let waiting =
    Thread.create (fun () -> answer := Some (get_connection ~name:"slow" ())) ()
  in
  Thread.delay 0.1;
  ignore (ok (get_connection ()));
  Alcotest.(check bool) "not held up" true (!answer = None);
  Thread.join waiting;
  Unix.close socket;
  match Option.get !answer with
  | Ok _ -> Alcotest.fail "A server that says nothing was connected to."
  | Error error -> Alcotest.(check bool) "a word" true (error.message <> "")

let transactions _server () =
  ok (execute_sql_no_result table);
  Alcotest.(check int)
    "two rows" 2
    (ok
       (execute_transaction
          [
            "INSERT INTO t VALUES (1, 'a')"; "UPDATE t SET v = 'b' WHERE id = 1";
          ]));
  code Constraint_failed
    (execute_transaction
       [ "INSERT INTO t VALUES (2, 'a')"; "INSERT INTO t VALUES (1, 'a')" ]);
  let insert id transaction =
    Result.map ignore
      (Turso.Transaction.execute transaction "INSERT INTO t (id) VALUES (?)"
         ~params:[ Int id ])
  in
  ok (with_transaction (insert 3L));
  code Constraint_failed (with_transaction (insert 3L));
  Alcotest.check rows "all or none" [ [ "1" ]; [ "3" ] ]
    (ok (execute_sql_safe "SELECT id FROM t ORDER BY id"))

let bulk _server () =
  ok (execute_sql_no_result table);
  let row id = [| Turso.Value.Int (Int64.of_int id); Text "x" |] in
  Alcotest.(check int)
    "their number" 1_000
    (ok (insert_rows ~table:"t" ~columns:[ "id"; "v" ] (List.init 1_000 row)));
  code Constraint_failed
    (insert_rows ~table:"t" ~columns:[ "id"; "v" ] [ row 5_000; row 1 ]);
  Alcotest.check rows "none of these" [ [ "1000" ] ]
    (ok (execute_sql_safe "SELECT count(*) FROM t"))

let stats _server () =
  ok (execute_sql_no_result table);
  ok (execute_sql_no_result "CREATE TABLE \"odd \"\"name\" (v)");
  ok (execute_sql_no_result "CREATE VIRTUAL TABLE words USING fts5 (word)");
  ok (execute_sql_no_result "INSERT INTO t VALUES (1, NULL), (2, NULL)");
  let stats = ok (get_database_stats ()) in
  Alcotest.(check (list (pair string int64)))
    "tables"
    [ ("odd \"name", 0L); ("t", 2L) ]
    stats.tables;
  Alcotest.(check bool) "bytes" true (stats.bytes >= 8_192L);
  Alcotest.(check int64) "writes" 4L stats.connection.writes

let health server () =
  ok (execute_sql_no_result table);
  let health = ok (health_check ()) in
  Alcotest.(check bool) "times" true (health.read_ms > 0. && health.sync_ms > 0.);
  Alcotest.(check bool) "frames" true (health.frame_no > 0L);
  Sqld.kill server;
  code Sync_failed (health_check ())

let no_server () =
  let server = Sqld.start () in
  Sqld.kill server;
  let name = "away" in
  configure ~name (Turso.Config.make (Sqld.url server) ~max_retries:1);
  code Remote_unreachable (get_connection ~name ());
  code Remote_unreachable (execute_sql_safe ~name "SELECT 1");
  code Remote_unreachable (health_check ~name ());
  Sqld.start_again server;
  Alcotest.check rows "when it is back" [ [ "1" ] ]
    (ok (execute_sql_safe ~name "SELECT 1"));
  ok (close_connection ~name ());
  Sqld.kill server

(* Everything that is printed goes to a file, which has to stay empty. *)
let silent () =
  let program = Sys.executable_name in
  let printed = Temp_dir.file "printed" in
  let file = Unix.openfile printed [ O_WRONLY; O_CREAT ] 0o600 in
  let pid =
    Unix.create_process program [| program; "--silent" |] Unix.stdin file file
  in
  Unix.close file;
  (match snd (Unix.waitpid [] pid) with
  | WEXITED 0 -> ()
  | _ -> Alcotest.fail "It did not run through.");
  Alcotest.(check string) "nothing" "" (Temp_dir.read printed)

(* Without Alcotest's checks, which print. *)
let run_silently () =
  let fails = function Ok _ -> exit 1 | Error (_ : db_error) -> () in
  Sqld.with_server (fun server ->
      in_project server (fun () ->
          ok (execute_sql_no_result table);
          ignore (ok (execute_sql_safe "SELECT * FROM t"));
          ignore (ok (get_database_stats ()));
          ignore (ok (health_check ()));
          fails (execute_sql_safe "SELEC");
          fails
            (execute_transaction
               [ "INSERT INTO t VALUES (1, 1)"; "INSERT INTO t VALUES (1, 1)" ]);
          Sqld.kill server;
          fails (manual_sync ());
          fails (execute_sql_no_result "DELETE FROM t")))

let () =
  if Array.mem "--silent" Sys.argv then run_silently ()
  else
    Alcotest.run "integration"
      [
        ( "connections",
          [
            project "as .env says" from_dot_env;
            project "an empty primary" an_empty_primary;
            project "private, and ignored by git" private_and_ignored;
            project "kept, and opened again" reused;
            project "asked for by sixteen threads" by_many_threads;
            project "names" names;
            project "a server that says nothing" slow_server;
            test "a server that is away" no_server;
          ] );
        ( "SQL",
          [ project "transactions" transactions; project "rows in bulk" bulk ]
        );
        ( "how things stand",
          [
            project "statistics" stats;
            project "health" health;
            test "nothing is printed" silent;
          ] );
      ]
