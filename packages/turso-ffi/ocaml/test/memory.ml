(* A hundred thousand calls, and the process is as large as before. *)

open Turso
open Testing
open Expect

let calls = 100_000
let warm_up = 10_000
let allowed_kb = 4_096

(* What of the process is in memory, in kB. *)
let resident_kb () =
  let pid = string_of_int (Unix.getpid ()) in
  let channel =
    Unix.open_process_args_in "ps" [| "ps"; "-o"; "rss="; "-p"; pid |]
  in
  let line = input_line channel in
  ignore (Unix.close_process_in channel);
  int_of_string (String.trim line)

let does_not_grow run =
  for at = 1 to warm_up do
    run at
  done;
  Gc.compact ();
  let before = resident_kb () in
  for at = warm_up + 1 to warm_up + calls do
    run at
  done;
  Gc.compact ();
  let grown = resident_kb () - before in
  Alcotest.(check bool)
    (Printf.sprintf "grown by %d kB" grown)
    true (grown < allowed_kb)

let fails_with expected = function
  | Error ({ code; _ } : Turso.Error.t) when code = expected -> ()
  | answer -> code expected answer

let text = String.make 1_000 'x'

let queries connection =
  does_not_grow (fun at ->
      ignore
        (query connection "SELECT ?, ?, ?"
           ~params:[ Int (Int64.of_int at); Text text; Blob text ]))

let failures connection =
  does_not_grow (fun _ ->
      fails_with Sql_failed
        (Connection.query connection "SELECT * FROM nowhere"
           ~params:[ Text text ]))

let writes connection =
  execute connection "CREATE TABLE t (id INTEGER PRIMARY KEY, v)";
  execute connection "PRAGMA synchronous = OFF";
  does_not_grow (fun at ->
      execute connection "INSERT OR REPLACE INTO t VALUES (?, ?)"
        ~params:[ Int (Int64.of_int (at mod 100)); Text text ])

let statements connection =
  does_not_grow (fun _ ->
      ignore
        (ok
           (Statement.with_statement connection "SELECT ?" (fun statement ->
                Statement.query statement ~params:[ Text text ]))))

let cursors connection =
  does_not_grow (fun _ ->
      ignore
        (ok
           (Cursor.fold connection "SELECT ?" ~params:[ Text text ] ~init:0
              ~f:(fun count _ -> count + 1))))

let transactions connection =
  does_not_grow (fun _ ->
      ignore
        (ok
           (Transaction.with_transaction connection (fun transaction ->
                Transaction.query transaction "SELECT 1"))))

let closed_connection () =
  let connection = Connection.of_id 999_999 in
  does_not_grow (fun _ ->
      fails_with Connection_closed (Connection.query connection text))

let () =
  Alcotest.run "memory"
    [
      ( "100,000 calls",
        [
          on_server "queries of a replica" (fun server ->
              with_replica server queries);
          test "queries" (fun () -> with_file queries);
          test "failures" (fun () -> with_file failures);
          test "writes" (fun () -> with_file writes);
          test "statements" (fun () -> with_file statements);
          test "cursors" (fun () -> with_file cursors);
          test "transactions" (fun () -> with_file transactions);
          test "a closed connection" closed_connection;
        ] );
    ]
