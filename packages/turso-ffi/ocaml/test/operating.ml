(* What a program needs to run for long: a start without the server, renewed tokens,
   events, and times of calls. *)

open Turso
open Testing
open Expect

(* The events of a connection, in their order. *)
let listener () =
  let lock = Mutex.create () and told = ref [] in
  let locked work =
    Mutex.lock lock;
    Fun.protect ~finally:(fun () -> Mutex.unlock lock) work
  in
  let on_event event = locked (fun () -> told := event :: !told) in
  (on_event, fun () -> locked (fun () -> List.rev !told))

let away server =
  let replica = Temp_dir.file "replica.db" in
  let connect ?offline_start ?on_event () =
    Connection.connect (Sqld.url server) ~db_path:replica ~max_retries:1
      ?offline_start ?on_event
  in
  let connection = ok (connect ()) in
  execute connection "CREATE TABLE t (v)";
  execute connection "INSERT INTO t VALUES (1)";
  ok (Connection.close connection);
  (* While the server is up: it may be synced with as soon as it is back, and once. *)
  Sqld.elsewhere server "INSERT INTO t VALUES (3)";
  Sqld.kill_noticed server;
  code Remote_unreachable (connect ());
  let on_event, events = listener () in
  closing (ok (connect ~offline_start:true ~on_event ())) @@ fun connection ->
  let rows () = count connection "SELECT count(*) FROM t" in
  Alcotest.(check int) "reads go on" 1 (rows ());
  let stats () = ok (Connection.stats connection) in
  Alcotest.(check bool)
    "its age is known" true
    ((stats ()).replica_age_ms <> None && (stats ()).last_sync_ms_ago = None);
  code Remote_unreachable
    (Connection.execute connection "INSERT INTO t VALUES (2)");
  eventually "a repetition is told" (fun () ->
      List.exists
        (function
          | Event.Retry { code = Remote_unreachable; _ } -> true | _ -> false)
        (events ()));
  Sqld.start_again server;
  eventually "it catches up by itself" (fun () -> rows () = 2);
  eventually "and tells" (fun () ->
      List.exists
        (function Event.Sync { frames; _ } -> frames > 0L | _ -> false)
        (events ()));
  execute connection "INSERT INTO t VALUES (4)";
  Alcotest.(check int) "writes go on" 3 (rows ())

let events server =
  let replica = Temp_dir.file "replica.db" in
  let on_event, events = listener () in
  let raising event =
    on_event event;
    failwith "A listener of a test fails."
  in
  let connection =
    ok
      (Connection.connect (Sqld.url server) ~db_path:replica ~on_event:raising
         ~slow_statement_ms:1)
  in
  closing connection @@ fun connection ->
  execute connection "CREATE TABLE t (v)";
  Temp_dir.write replica "";
  ignore (ok (Connection.sync connection));
  let slow =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \
     300000) SELECT count(*), 'sesame', ? FROM n"
  in
  ignore (query connection slow ~params:[ Text "sesame" ]);
  eventually "all are told" (fun () ->
      List.exists
        (function Event.Rebuild { reason } -> reason <> "" | _ -> false)
        (events ())
      && List.exists
           (function
             | Event.Slow { sql; duration_ms } ->
                 duration_ms >= 1. && Http.contains sql "count(*), ?, ?"
             | _ -> false)
           (events ()));
  List.iter
    (function
      | Event.Slow { sql; _ } ->
          Alcotest.(check bool) "no value" false (Http.contains sql "sesame")
      | _ -> ())
    (events ());
  let { latencies = { reads; writes; syncs }; _ } : Answer.stats =
    ok (Connection.stats connection)
  in
  List.iter
    (fun ({ count; p50_ms; p95_ms; max_ms } : Answer.latency) ->
      Alcotest.(check bool)
        "times" true
        (count > 0L && p50_ms <= p95_ms && p95_ms <= max_ms && max_ms > 0.))
    [ reads; writes; syncs ]

(* It collects and allocates meanwhile, as other threads do. *)
let closed_by_its_listener server =
  let made = ref None and lock = Mutex.create () in
  let closed = ref false in
  Mutex.lock lock;
  let on_event _ =
    Mutex.lock lock;
    Mutex.unlock lock;
    Gc.compact ();
    Option.iter
      (fun connection ->
        ignore (Connection.query connection "SELECT 1");
        closed := Connection.close connection = Ok ())
      !made;
    made := None
  in
  let connection =
    ok
      (Connection.connect (Sqld.url server) ~on_event
         ~db_path:(Temp_dir.file "replica.db"))
  in
  made := Some connection;
  Mutex.unlock lock;
  eventually "it is closed" (fun () -> !closed);
  code Connection_closed (Connection.query connection "SELECT 1")

let renewed () =
  let before = Tokens.make () and after = Tokens.make () in
  let folder = Temp_dir.make () in
  let key = Filename.concat folder "key.pem" in
  Temp_dir.write key before.public_key;
  Sqld.with_server ~arguments:[ "--auth-jwt-key-file"; key ] @@ fun server ->
  closing
    (ok
       (Connection.connect (Sqld.url server) ~token:before.read_write
          ~db_path:(Temp_dir.file "replica.db")))
  @@ fun connection ->
  execute connection "CREATE TABLE t (v)";
  Temp_dir.write key after.public_key;
  Sqld.kill_noticed server;
  Sqld.start_again server;
  code Remote_unauthorized
    (Connection.execute connection "INSERT INTO t VALUES (1)");
  code Remote_unauthorized (Connection.set_token connection "two words");
  ok (Connection.set_token connection after.read_write);
  execute connection "INSERT INTO t VALUES (1)";
  Alcotest.(check int)
    "it goes on" 1
    (count connection "SELECT count(*) FROM t")

let () =
  Alcotest.run "operating"
    [
      ("offline", [ on_server "a start without the server" away ]);
      ( "events",
        [
          on_server "are told, whatever the listener does" events;
          on_server "a listener closes its connection" closed_by_its_listener;
        ] );
      ("tokens", [ test "are renewed" renewed ]);
    ]
