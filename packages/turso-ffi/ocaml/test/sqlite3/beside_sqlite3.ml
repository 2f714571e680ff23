(* The sqlite3 package and this library in one program: two SQLites, each with its
   own databases, whichever is used first. *)

open Turso
open Testing
open Expect

let sqlite3_says db sql =
  let answer = ref "" in
  let row cells = answer := Option.value cells.(0) ~default:"NULL" in
  Sqlite3.Rc.check (Sqlite3.exec_no_headers db sql ~cb:row);
  !answer

let use_sqlite3 () =
  let db = Sqlite3.db_open (Temp_dir.file "plain.db") in
  Sqlite3.Rc.check
    (Sqlite3.exec db "CREATE TABLE t (v); INSERT INTO t VALUES ('plain')");
  db

let use_turso server =
  let connection =
    ok
      (Connection.connect (Sqld.url server)
         ~db_path:(Temp_dir.file "replica.db"))
  in
  execute connection "CREATE TABLE IF NOT EXISTS t (v)";
  execute connection "INSERT INTO t VALUES ('live')";
  connection

let source_id = "SELECT sqlite_source_id()"

let both_go_on db connection =
  let turso_says sql =
    match query connection sql with
    | [ [| Text text |] ] -> text
    | _ -> Alcotest.fail "one text"
  in
  Alcotest.(check string) "the one" "plain" (sqlite3_says db "SELECT v FROM t");
  Alcotest.(check string) "the other" "live" (turso_says "SELECT v FROM t");
  Alcotest.(check string)
    "the package's own SQLite"
    (Sqlite3.sqlite_version_info ())
    (sqlite3_says db "SELECT sqlite_version()");
  Alcotest.(check bool)
    "not the same SQLite" true
    (sqlite3_says db source_id <> turso_says source_id);
  for _ = 1 to 200 do
    Sqlite3.Rc.check (Sqlite3.exec db "INSERT INTO t VALUES ('plain')");
    execute connection "INSERT INTO t VALUES ('live')"
  done;
  Alcotest.(check string) "201" "201" (sqlite3_says db "SELECT count(*) FROM t");
  Alcotest.(check int)
    "and 201" 201
    (count connection "SELECT count(*) FROM t WHERE v = 'live'");
  Alcotest.(check bool) "closed" true (Sqlite3.db_close db);
  ok (Connection.close connection)

let sqlite3_first server =
  let db = use_sqlite3 () in
  both_go_on db (use_turso server)

let turso_first server =
  let connection = use_turso server in
  both_go_on (use_sqlite3 ()) connection

let at_the_same_time server =
  let db = use_sqlite3 () in
  let connection = use_turso server in
  Parallel.in_threads 8 (fun at ->
      for _ = 1 to 50 do
        if at mod 2 = 0 then
          Sqlite3.Rc.check (Sqlite3.exec db "INSERT INTO t VALUES ('plain')")
        else execute connection "INSERT INTO t VALUES ('live')"
      done);
  Alcotest.(check string) "201" "201" (sqlite3_says db "SELECT count(*) FROM t");
  Alcotest.(check int) "and 201" 201 (count connection "SELECT count(*) FROM t");
  Alcotest.(check bool) "closed" true (Sqlite3.db_close db);
  ok (Connection.close connection)

(* Who comes first is decided once in a process. *)
let in_a_process_of_its_own order () =
  let program = Sys.executable_name in
  let pid =
    Unix.create_process program [| program; order |] Unix.stdin Unix.stdout
      Unix.stderr
  in
  match snd (Unix.waitpid [] pid) with
  | WEXITED 0 -> ()
  | _ -> Alcotest.fail "It did not run through."

let () =
  match Sys.argv with
  | [| _; "--sqlite3-first" |] -> Sqld.with_server sqlite3_first
  | [| _; "--turso-first" |] -> Sqld.with_server turso_first
  | _ ->
      Alcotest.run "beside sqlite3"
        [
          ( "one program",
            [
              test "sqlite3 first" (in_a_process_of_its_own "--sqlite3-first");
              test "turso first" (in_a_process_of_its_own "--turso-first");
              on_server "at the same time" at_the_same_time;
            ] );
        ]
