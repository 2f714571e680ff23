(* Connections, statements, cursors and transactions: how they begin, are used
   wrongly, and end. *)

open Turso
open Testing
open Expect

exception Raised

let raises run = Alcotest.check_raises "what was raised" Raised run
let table connection = execute connection "CREATE TABLE t (v UNIQUE)"
let insert value = ("INSERT INTO t VALUES (?)", [ Int value ])
let number connection = count connection "SELECT count(*) FROM t"

let statements connection =
  table connection;
  let statement = ok (Statement.prepare connection (fst (insert 0L))) in
  for value = 1 to 10 do
    ignore
      (ok (Statement.execute statement ~params:[ Int (Int64.of_int value) ]))
  done;
  code Constraint_failed (Statement.execute statement ~params:[ Int 1L ]);
  code Usage (Statement.execute statement ~params:[]);
  code Usage (Statement.execute statement ~params:[ Null; Null ]);
  Alcotest.(check int64)
    "one is open" 1L (ok (Connection.stats connection)).open_statements;
  ok (Statement.close statement);
  code Connection_closed (Statement.execute statement ~params:[ Int 99L ]);
  code Connection_closed (Statement.close statement);
  code Sql_failed (Statement.prepare connection "SELECT * FROM nowhere");
  Alcotest.(check int) "ten" 10 (number connection);
  raises (fun () ->
      ignore
        (Statement.with_statement connection "SELECT v FROM t" (fun _ ->
             raise Raised)));
  Alcotest.(check int64)
    "none is left" 0L (ok (Connection.stats connection)).open_statements

let cursors connection =
  table connection;
  let rows = List.init 2_500 (fun at -> [| Int (Int64.of_int at) |]) in
  ignore
    (ok (Connection.insert_rows connection ~table:"t" ~columns:[ "v" ] rows));
  let select = "SELECT v FROM t WHERE v >= ? ORDER BY v" in
  let cursor = ok (Cursor.open_ connection select ~params:[ Int 500L ]) in
  let first = Option.get (ok (Cursor.next cursor ~max_rows:7)) in
  Alcotest.(check (array string)) "columns" [| "v" |] first.columns;
  Alcotest.(check int) "seven" 7 (List.length first.rows);
  (* What is written meanwhile is not in it. *)
  execute connection "DELETE FROM t WHERE v > 1000";
  let rec rest counted =
    match ok (Cursor.next cursor) with
    | None -> counted
    | Some page -> rest (counted + List.length page.rows)
  in
  Alcotest.(check int) "the rest" 1_993 (rest 0);
  Alcotest.(check bool)
    "nothing after the end" true
    (ok (Cursor.next cursor) = None);
  ok (Cursor.close cursor);
  code Usage (Cursor.next cursor ~max_rows:0);
  code Connection_closed (Cursor.close cursor);
  let other = ok (Cursor.open_ connection select ~params:[ Int 0L ]) in
  ok (Cursor.close other);
  code Connection_closed (Cursor.next other);
  code Usage (Cursor.open_ connection "DELETE FROM t");
  Alcotest.(check int)
    "no rows" 0
    (ok
       (Cursor.fold connection select ~params:[ Int 9_999L ] ~init:0
          ~f:(fun count _ -> count + 1)));
  raises (fun () ->
      ignore
        (Cursor.iter connection select ~params:[ Int 0L ] ~f:(fun _ ->
             raise Raised)));
  Alcotest.(check int64)
    "none is left" 0L (ok (Connection.stats connection)).open_cursors

let transactions connection =
  table connection;
  let add value transaction =
    let sql, params = insert value in
    Result.map ignore (Transaction.execute transaction sql ~params)
  in
  ok (Transaction.with_transaction connection (add 1L));
  Alcotest.(check int) "committed" 1 (number connection);
  code Constraint_failed (Transaction.with_transaction connection (add 1L));
  let refused transaction =
    ok (add 2L transaction);
    Error (Turso.Error.make Usage "I do not want it")
  in
  word Usage (Transaction.with_transaction connection refused);
  raises (fun () ->
      ignore
        (Transaction.with_transaction connection (fun transaction ->
             ok (add 3L transaction);
             raise Raised)));
  Alcotest.(check int) "rolled back" 1 (number connection);
  let transaction = ok (Transaction.begin_ connection) in
  ok (Transaction.rollback transaction);
  code Connection_closed (Transaction.commit transaction);
  code Connection_closed (Transaction.query transaction "SELECT 1")

(* The message says which statement of a batch it was. *)
let which_statement connection =
  table connection;
  match
    Connection.execute_batch connection [ insert 1L; insert 2L; insert 1L ]
  with
  | Ok _ -> Alcotest.fail "One value went in twice."
  | Error { message; _ } ->
      Alcotest.(check bool) message true (Http.contains message "Statement 3")

let deferred connection =
  ignore
    (ok
       (Connection.execute_batch connection
          [
            ("CREATE TABLE p (id INTEGER PRIMARY KEY)", []);
            ("CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)", []);
          ]));
  let orphan transaction =
    Result.map ignore
      (Transaction.execute transaction "INSERT INTO c VALUES (1)")
  in
  code Constraint_failed (Transaction.with_transaction connection orphan);
  execute connection "INSERT INTO p VALUES (1)";
  Alcotest.(check int)
    "nothing of it" 0
    (count connection "SELECT count(*) FROM c")

let wrong_rows connection =
  table connection;
  let insert_rows = Connection.insert_rows connection ~table:"t" in
  code Usage (insert_rows ~columns:[ "v" ] [ [| Int 1L |]; [||] ]);
  code Usage (insert_rows ~columns:[ "v" ] [ [| Int 1L; Int 2L |] ]);
  code Sql_failed (insert_rows ~columns:[ "w" ] [ [| Int 1L |] ]);
  code Sql_failed
    (Connection.insert_rows connection ~table:"nowhere" ~columns:[ "v" ]
       [ [| Int 1L |] ]);
  Alcotest.(check int64)
    "no rows are fine" 0L (ok (insert_rows ~columns:[ "v" ] [])).rows_changed;
  Alcotest.(check int) "none" 0 (number connection)

let parameters connection =
  code Usage (Connection.query connection "SELECT ?, ?" ~params:[ Null ]);
  code Usage (Connection.query connection "SELECT 1" ~params:[ Null ]);
  Alcotest.(check rows)
    "by number"
    [ [| Text "b"; Text "a"; Text "b" |] ]
    (query connection "SELECT ?2, ?1, ?2" ~params:[ Text "a"; Text "b" ])

let odd_sql connection =
  code Usage (Connection.execute connection "BEGIN");
  code Usage (Connection.execute connection "COMMIT");
  code Sql_failed (Connection.query connection "");
  code Sql_failed (Connection.query connection "-- nothing");
  code Sql_failed (Connection.query connection "SELECT 1; SELECT 2");
  code Usage (Connection.query connection "SELECT '\000'");
  Alcotest.(check rows)
    "one, and a comment" [ [| Int 1L |] ]
    (query connection "SELECT 1; -- done");
  code Usage (Connection.query connection "SELECT '\xff'")

let options server =
  let url = Sqld.url server in
  code Usage (Connection.connect url ~timeout_ms:0);
  code Usage (Connection.connect url ~timeout_ms:(-1));
  code Usage (Connection.connect url ~max_retries:0);
  code Usage (Connection.connect url ~auto_sync:(Every 0));
  code Usage (Connection.connect url ~timeout_ms:max_int);
  with_replica server ~auto_sync:Off (fun connection ->
      table connection;
      code Sql_failed (Connection.query connection "SELECT * FROM t");
      ok (Connection.set_auto_sync connection After_writes);
      execute connection "INSERT INTO t VALUES (1)";
      Alcotest.(check int) "seen now" 1 (number connection);
      ok (Connection.set_auto_sync connection (Every 20));
      Sqld.elsewhere server "INSERT INTO t VALUES (2)";
      eventually "seen by itself" (fun () -> number connection = 2))

let statistics server =
  with_replica server (fun connection ->
      table connection;
      execute connection "INSERT INTO t VALUES (1), (2)";
      ignore (query connection "SELECT 1");
      let stats = ok (Connection.stats connection) in
      Alcotest.(check int64) "writes" 2L stats.writes;
      Alcotest.(check int64) "reads" 1L stats.reads;
      Alcotest.(check int64) "rows" 2L stats.rows_written;
      Alcotest.(check bool) "syncs" true (stats.syncs >= 3L);
      Alcotest.(check bool) "frames" true (stats.frame_no > 0L);
      match stats.last_sync_ms_ago with
      | Some ms -> Alcotest.(check bool) "lately" true (ms >= 0L && ms < 60_000L)
      | None -> Alcotest.fail "never synced");
  with_file (fun connection ->
      Alcotest.(check bool)
        "a file is never synced" true
        ((ok (Connection.stats connection)).last_sync_ms_ago = None))

let version () =
  Alcotest.(check bool)
    "three numbers" true
    (List.length (String.split_on_char '.' (Connection.version ())) = 3)

let closes_behind server =
  let kept = ref None in
  raises (fun () ->
      ignore
        (Connection.with_connection (Sqld.url server) (fun connection ->
             kept := Some connection;
             raise Raised)));
  code Connection_closed (Connection.query (Option.get !kept) "SELECT 1")

let children_end server =
  let connection = ok (Connection.connect (Sqld.url server)) in
  table connection;
  let statement = ok (Statement.prepare connection "SELECT 1") in
  let cursor = ok (Cursor.open_ connection "SELECT 1") in
  let transaction = ok (Transaction.begin_ connection) in
  ignore (ok (Transaction.execute transaction "INSERT INTO t VALUES (1)"));
  ok (Connection.close connection);
  code Connection_closed (Statement.query statement);
  code Connection_closed (Cursor.next cursor);
  code Connection_closed (Transaction.commit transaction);
  ok
    (Connection.with_connection (Sqld.url server) (fun other ->
         Alcotest.(check int) "rolled back" 0 (number other);
         execute other "INSERT INTO t VALUES (1)";
         Ok ()))

let everywhere name run =
  [
    on_server (name ^ ", with a replica") (fun server ->
        with_replica server run);
    on_server (name ^ ", without") (fun server ->
        ok
          (Connection.with_connection (Sqld.url server) (fun connection ->
               run connection;
               Ok ())));
    test (name ^ ", of a file") (fun () -> with_file run);
  ]

let () =
  Alcotest.run "sessions"
    [
      ("statements", everywhere "used, misused and closed" statements);
      ("cursors", everywhere "used, misused and closed" cursors);
      ( "transactions",
        everywhere "commit and roll back" transactions
        @ everywhere "a foreign key at the end" deferred
        @ everywhere "the statement of a batch that fails" which_statement );
      ( "arguments",
        everywhere "rows that do not fit" wrong_rows
        @ everywhere "parameters that do not fit" parameters
        @ everywhere "SQL that is no one statement" odd_sql );
      ( "connections",
        [
          on_server "options" options;
          on_server "statistics" statistics;
          test "version" version;
          on_server "closed behind a function that raises" closes_behind;
          on_server "what belongs to a connection ends with it" children_end;
        ] );
    ]
