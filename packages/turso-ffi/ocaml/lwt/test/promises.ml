(* What promises add: others go on, and they can be cancelled. *)

open Turso_lwt
open Testing.Expect

let ( let* ) = Lwt.bind

let endless =
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT \
   max(i) FROM n"

let promised name run =
  test name (fun () ->
      with_file (fun connection -> Lwt_main.run (run connection)))

let answer promise = Lwt.map ok promise

let others_go_on connection =
  let waiting = Connection.query connection endless in
  let* found = answer (Connection.query connection "SELECT 1") in
  Alcotest.(check rows) "a query meanwhile" [ [| Turso.Int 1L |] ] found.rows;
  Alcotest.(check bool) "the other one waits" true (Lwt.state waiting = Sleep);
  let* () = answer (Connection.close connection) in
  let* ended = waiting in
  Lwt.return (code Connection_closed ended)

let is_cancelled promise =
  Lwt.catch
    (fun () -> Lwt.map (fun _ -> false) promise)
    (function Lwt.Canceled -> Lwt.return true | raised -> Lwt.fail raised)

let cancelled connection =
  let waiting = Connection.query connection endless in
  Lwt.cancel waiting;
  let* was_cancelled = is_cancelled waiting in
  Alcotest.(check bool) "it fails with Canceled" true was_cancelled;
  let* found = answer (Connection.query connection "SELECT 1") in
  Alcotest.(check int) "the connection goes on" 1 (List.length found.rows);
  answer (Connection.close connection)

let open_count connection =
  let* stats = answer (Connection.stats connection) in
  Lwt.return (Int64.to_int stats.open_statements)

(* What opens too late is closed. *)
let rec until_closed connection =
  let* count = open_count connection in
  if count = 0 then Lwt.return_unit
  else
    let* () = Lwt_unix.sleep 0.01 in
    until_closed connection

let closed_late connection =
  let opening = Statement.prepare connection "SELECT 1" in
  Lwt.cancel opening;
  let* was_cancelled = is_cancelled opening in
  Alcotest.(check bool) "it fails with Canceled" true was_cancelled;
  until_closed connection

let table connection =
  Lwt.map ignore (answer (Connection.execute connection "CREATE TABLE t (v)"))

let rows_of connection =
  let* found = answer (Connection.query connection "SELECT v FROM t") in
  Lwt.return (List.length found.rows)

let insert transaction =
  Transaction.execute transaction "INSERT INTO t VALUES (1)"

let rolled_back connection =
  let* () = table connection in
  let* given_up =
    Transaction.with_transaction connection (fun transaction ->
        let* _ = answer (insert transaction) in
        Lwt_result.fail (Turso.Error.make Usage "I do not want it"))
  in
  word Usage given_up;
  let never, _ = Lwt.task () in
  let began, begins = Lwt.wait () in
  let waiting =
    Transaction.with_transaction connection (fun transaction ->
        let* _ = answer (insert transaction) in
        Lwt.wakeup_later begins ();
        never)
  in
  let* () = began in
  Lwt.cancel waiting;
  let* was_cancelled = is_cancelled waiting in
  Alcotest.(check bool) "it fails with Canceled" true was_cancelled;
  let* count = rows_of connection in
  Alcotest.(check int) "nothing is there" 0 count;
  let* _ = answer (Transaction.with_transaction connection insert) in
  let* count = rows_of connection in
  Alcotest.(check int) "a commit is" 1 count;
  Lwt.return_unit

let folded connection =
  let* sum =
    answer
      (Cursor.fold connection "SELECT value FROM json_each('[1, 2, 3, 4, 5]')"
         ~max_rows:2 ~init:0L ~f:(fun sum row ->
           let* () = Lwt.pause () in
           match row with
           | [| Turso.Int number |] -> Lwt.return (Int64.add sum number)
           | _ -> Lwt.fail_with "a number"))
  in
  Alcotest.(check int64) "in order" 15L sum;
  let* stats = answer (Connection.stats connection) in
  Lwt.return (Alcotest.(check int64) "no cursor is left" 0L stats.open_cursors)

let many connection =
  let* () = table connection in
  let* _ =
    Lwt_list.map_p
      (fun number ->
        answer
          (Connection.execute connection "INSERT INTO t VALUES (?)"
             ~params:[ Int (Int64.of_int number) ]))
      (List.init 400 Fun.id)
  in
  let* count = rows_of connection in
  Lwt.return (Alcotest.(check int) "all of them" 400 count)

let repeated _ =
  let calls = ref 0 in
  let* outcome =
    Retry.with_backoff ~delay_ms:1 ~attempts:3 (fun () ->
        incr calls;
        Lwt_result.fail
          (Turso.Error.make ~retryable:(!calls < 2) Remote_busy "Not now."))
  in
  word Remote_busy outcome;
  Lwt.return (Alcotest.(check int) "calls" 2 !calls)

let () =
  Alcotest.run "promises"
    [
      ( "promises",
        [
          promised "others go on while one waits" others_go_on;
          promised "a cancelled call fails, and the connection goes on"
            cancelled;
          promised "what opens after it was cancelled is closed" closed_late;
          promised "a transaction that fails or is cancelled is rolled back"
            rolled_back;
          promised "a cursor is folded" folded;
          promised "400 writes at once" many;
          promised "repeats what may help" repeated;
        ] );
    ]
