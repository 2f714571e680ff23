(* The first way of working from OCaml: a plain SQLite file, by the sqlite3 package,
   which the command turso-sync takes from the server and pushes there. *)

open Turso
open Testing
open Expect

let on_working_copy directory run =
  let db = Sqlite3.db_open (Filename.concat directory "working_copy.db") in
  Fun.protect
    ~finally:(fun () -> ignore (Sqlite3.db_close db))
    (fun () -> run db)

let run db ?(values = []) sql =
  let statement = Sqlite3.prepare db sql in
  List.iteri
    (fun at value -> Sqlite3.Rc.check (Sqlite3.bind statement (at + 1) value))
    values;
  (match Sqlite3.step statement with
  | DONE | ROW -> ()
  | failure -> Sqlite3.Rc.check failure);
  Sqlite3.Rc.check (Sqlite3.finalize statement)

let on_the_server server =
  ok
    (Connection.with_connection (Sqld.url server) (fun connection ->
         Ok (query connection "SELECT id, name, photo FROM people ORDER BY id")))

let prepared server =
  List.iter (Sqld.elsewhere server)
    [
      "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, photo \
       BLOB)";
      "INSERT INTO people VALUES (1, 'Ada', NULL), (2, 'Alan', NULL), (3, \
       'Kurt', NULL)";
    ];
  let directory = Temp_dir.make () in
  Command.run server ~directory "dump-init";
  directory

let edited_and_pushed server =
  let directory = prepared server in
  Alcotest.(check string)
    "the mode" "legacy"
    (Turso_integration.detect_workflow_mode ~directory ());
  on_working_copy directory (fun db ->
      run db "UPDATE people SET name = ? WHERE id = 1" ~values:[ TEXT "Ada L." ];
      run db "DELETE FROM people WHERE id = 2";
      run db "INSERT INTO people VALUES (?, ?, ?)"
        ~values:[ INT Int64.max_int; TEXT "it's"; BLOB "\000\255" ]);
  Alcotest.(check int)
    "the server has none of it" 3
    (List.length (on_the_server server));
  Command.run server ~directory "dump-push";
  Alcotest.(check rows)
    "and now all of it"
    [
      [| Int 1L; Text "Ada L."; Null |];
      [| Int 3L; Text "Kurt"; Null |];
      [| Int Int64.max_int; Text "it's"; Blob "\000\255" |];
    ]
    (on_the_server server);
  Command.run server ~directory "verify"

(* Both ways on one database: what a live connection writes is pulled. *)
let pulled server =
  let directory = prepared server in
  ok
    (Connection.with_connection (Sqld.url server) (fun connection ->
         execute connection "INSERT INTO people VALUES (4, 'Grace', NULL)";
         Ok ()));
  on_working_copy directory (fun db ->
      run db "UPDATE people SET name = 'Ada L.' WHERE id = 1");
  Command.run server ~directory "pull";
  Command.run server ~directory "dump-push";
  Alcotest.(check (list string))
    "both"
    [ "Ada L."; "Alan"; "Kurt"; "Grace" ]
    (List.map
       (function [| _; Text name; _ |] -> name | _ -> Alcotest.fail "a name")
       (on_the_server server))

(* From the one way to the other, in the same folder. *)
let moved_over server =
  let directory = prepared server in
  let replica = ok (Turso.Config.replica_path ~directory ()) in
  Turso_integration.configure ~name:"moved"
    (Turso.Config.make (Sqld.url server) ~replica);
  ignore (ok (Turso_integration.get_connection ~name:"moved" ()));
  Alcotest.(check string)
    "the mode" "ffi"
    (Turso_integration.detect_workflow_mode ~directory ());
  Alcotest.(check (list (list string)))
    "the same rows" [ [ "3" ] ]
    (ok
       (Turso_integration.execute_sql_safe ~name:"moved"
          "SELECT count(*) FROM people"));
  ok (Turso_integration.close_connection ~name:"moved" ())

let () =
  Unix.putenv "TURSO_REPLICA_PATH" "";
  Alcotest.run "working copy"
    [
      ( "working copy",
        [
          on_server "edited with the sqlite3 package, and pushed"
            edited_and_pushed;
          on_server "pulls what a live connection wrote" pulled;
          on_server "moved over to a live connection" moved_over;
        ] );
    ]
