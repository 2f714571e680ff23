(* Many threads on one connection, and a collector that moves everything. *)

open Turso
open Testing
open Expect

let thread_count = 16

let count_to number =
  Printf.sprintf
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \
     %d) SELECT count(*) FROM n"
    number

(* It takes minutes. *)
let long_query = count_to 1_000_000_000

let table connection =
  execute connection
    "CREATE TABLE t (id INTEGER PRIMARY KEY, thread INTEGER, v TEXT)"

(* Each thread writes and reads its own rows, and must never see another's. *)
let work ~times connection thread =
  for time = 1 to times do
    let id = Int64.of_int ((thread * 1_000_000) + time) in
    let text = Printf.sprintf "%d-%d-%s" thread time (String.make time 'x') in
    execute connection "INSERT INTO t VALUES (?, ?, ?)"
      ~params:[ Int id; Int (Int64.of_int thread); Text text ];
    same_rows "its own row" [ [| Text text |] ]
      (query connection "SELECT v FROM t WHERE id = ?" ~params:[ Int id ])
  done

let at_once in_parallel run_on =
  run_on (fun connection ->
      table connection;
      in_parallel thread_count (work ~times:25 connection);
      Alcotest.(check int)
        "all of them" (thread_count * 25)
        (count connection "SELECT count(*) FROM t"))

let compacted_meanwhile in_parallel run_on =
  run_on (fun connection ->
      table connection;
      let is_done = Atomic.make false and collections = Atomic.make 0 in
      let collector =
        Thread.create
          (fun () ->
            while not (Atomic.get is_done) do
              Gc.compact ();
              Atomic.incr collections;
              Thread.yield ()
            done)
          ()
      in
      Fun.protect
        ~finally:(fun () ->
          Atomic.set is_done true;
          Thread.join collector)
        (fun () ->
          in_parallel thread_count (fun thread ->
              work ~times:10 connection thread;
              let rows =
                List.init 300 (fun at ->
                    [|
                      Int (Int64.of_int ((thread * 1_000_000) + 1_000 + at));
                      Int 99L;
                      Text (String.make at 'y');
                    |])
              in
              ignore
                (ok
                   (Connection.insert_rows connection ~table:"t"
                      ~columns:[ "id"; "thread"; "v" ] rows));
              (* Until there were some collections meanwhile. *)
              while Atomic.get collections < 5 do
                same_rows "its own row"
                  [ [| Text (Printf.sprintf "%d-1-x" thread) |] ]
                  (query connection "SELECT v FROM t WHERE id = ?"
                     ~params:[ Int (Int64.of_int ((thread * 1_000_000) + 1)) ])
              done);
          Alcotest.(check int)
            "all of them" (thread_count * 310)
            (count connection "SELECT count(*) FROM t")))

(* A query that waits holds up no other thread. *)
let runtime_lock_released run_on =
  run_on (fun connection ->
      let finished = ref false in
      let waiting =
        Thread.create
          (fun () ->
            ignore (Connection.query connection long_query);
            finished := true)
          ()
      in
      for _ = 1 to 30 do
        Thread.delay 0.01
      done;
      Alcotest.(check bool) "still at it" false !finished;
      ok (Connection.close connection);
      Thread.join waiting)

let closed_during_a_query run_on =
  run_on (fun connection ->
      let outcomes = Array.make 4 None in
      let threads =
        List.init 4
          (Thread.create (fun at ->
               outcomes.(at) <- Some (Connection.query connection long_query)))
      in
      Thread.delay 0.3;
      let began = Unix.gettimeofday () in
      ok (Connection.close connection);
      List.iter Thread.join threads;
      Alcotest.(check bool) "at once" true (Unix.gettimeofday () -. began < 10.);
      Array.iter
        (fun outcome -> code Connection_closed (Option.get outcome))
        outcomes)

let closed_by_many run_on =
  run_on (fun connection ->
      let answers = Array.make thread_count (Ok ()) in
      Parallel.in_threads thread_count (fun at ->
          answers.(at) <- Connection.close connection);
      let closed, refused =
        List.partition Result.is_ok (Array.to_list answers)
      in
      Alcotest.(check int) "by one of them" 1 (List.length closed);
      List.iter (code Connection_closed) refused)

let time_out server =
  with_replica server ~timeout_ms:2_000 (fun connection ->
      let began = Unix.gettimeofday () in
      code Sql_failed (Connection.query connection long_query);
      Alcotest.(check bool) "in time" true (Unix.gettimeofday () -. began < 10.);
      Alcotest.(check int) "and it goes on" 1 (count connection "SELECT 1"))

exception Alarm

(* A signal handler that raises does so as a call begins or ends. It raises only
   while [inside] says that somebody catches it: an alarm may be handled long after
   the timer has stopped. *)
let signals connection =
  table connection;
  let inside = ref false and alarms = ref 0 in
  let raise_inside _ =
    if !inside then (
      inside := false;
      raise Alarm)
  in
  let set_timer interval =
    ignore
      (Unix.setitimer ITIMER_REAL
         { it_interval = interval; it_value = interval })
  in
  let text = [ Text (String.make 4000 'x') ] in
  let query_once () =
    try
      inside := true;
      ignore (query connection "SELECT ?" ~params:text);
      inside := false
    with Alarm -> incr alarms
  in
  let ends = Unix.gettimeofday () +. 1. in
  Sys.set_signal Sys.sigalrm (Signal_handle raise_inside);
  set_timer 0.001;
  while Unix.gettimeofday () < ends do
    query_once ()
  done;
  set_timer 0.;
  (* Not the default, by which an alarm that is still to come ends the program. *)
  Sys.set_signal Sys.sigalrm Signal_ignore;
  Alcotest.(check bool) "there were signals" true (!alarms > 5);
  Alcotest.(check int)
    "and it goes on" 0
    (count connection "SELECT count(*) FROM t")

let everywhere name run =
  [
    on_server (name ^ ", with a replica") (fun server ->
        run (with_replica ?auto_sync:None ?timeout_ms:None server));
    on_server (name ^ ", without") (fun server ->
        run (fun use ->
            ok
              (Connection.with_connection (Sqld.url server) (fun connection ->
                   use connection;
                   Ok ()))));
    test (name ^ ", of a file") (fun () -> run with_file);
  ]

let in_every_way run =
  List.concat_map
    (fun (way, in_parallel) -> everywhere way (run in_parallel))
    Parallel.ways

let () =
  Alcotest.run "threads"
    [
      ("sixteen", in_every_way at_once);
      ("Gc.compact", in_every_way compacted_meanwhile);
      ("the runtime lock", everywhere "released" runtime_lock_released);
      ( "close",
        everywhere "during a query" closed_during_a_query
        @ everywhere "by sixteen threads" closed_by_many );
      ( "more",
        [
          on_server "a query that takes too long" time_out;
          test "signal handlers that raise" (fun () -> with_file signals);
        ] );
    ]
