(* A server that goes and comes back, or asks for what is not there. *)

open Turso
open Testing
open Expect

let table connection =
  execute connection "CREATE TABLE t (id INTEGER PRIMARY KEY, v)"

let ids connection =
  List.map
    (function [| Int id |] -> Int64.to_int id | _ -> Alcotest.fail "an id")
    (query connection "SELECT id FROM t ORDER BY id")

let restart_between server =
  with_replica server (fun connection ->
      table connection;
      execute connection "INSERT INTO t VALUES (1, 'one')";
      let statement =
        ok (Statement.prepare connection "INSERT INTO t VALUES (?, ?)")
      in
      Sqld.stop_noticed server;
      Sqld.start_again server;
      execute connection "INSERT INTO t VALUES (2, 'two')";
      ignore (ok (Statement.execute statement ~params:[ Int 3L; Text "three" ]));
      Sqld.kill_noticed server;
      Sqld.start_again server;
      execute connection "INSERT INTO t VALUES (4, 'four')";
      Alcotest.(check (list int)) "all" [ 1; 2; 3; 4 ] (ids connection))

let restart_in_transaction server =
  with_replica server (fun connection ->
      table connection;
      let transaction = ok (Transaction.begin_ connection) in
      ignore
        (ok (Transaction.execute transaction "INSERT INTO t VALUES (1, 1)"));
      Sqld.kill server;
      Sqld.start_again server;
      (match Transaction.commit transaction with
      | Ok () -> Alcotest.fail "A transaction outlived its server."
      | Error _ -> ());
      Alcotest.(check (list int)) "nothing of it" [] (ids connection);
      execute connection "INSERT INTO t VALUES (2, 2)";
      Alcotest.(check (list int)) "and it goes on" [ 2 ] (ids connection))

(* What each thread was told of its writes must be true in the end. *)
let restart_under_load server =
  with_replica server (fun connection ->
      table connection;
      let lock = Mutex.create () in
      let written = ref [] and unsure = ref [] in
      let is_done = ref false in
      let note list id =
        Mutex.lock lock;
        list := id :: !list;
        Mutex.unlock lock
      in
      let write thread =
        let number = ref 0 in
        while not !is_done do
          incr number;
          let id = (thread * 1_000_000) + !number in
          match
            Connection.execute connection "INSERT INTO t VALUES (?, NULL)"
              ~params:[ Int (Int64.of_int id) ]
          with
          | Ok _ | Error { code = Committed_not_synced; _ } -> note written id
          | Error { code = Remote_interrupted; _ } -> note unsure id
          | Error _ -> Thread.delay 0.01
        done
      in
      let threads = List.init 8 (Thread.create write) in
      let more_are_written () =
        let before = List.length !written in
        eventually "writes succeed" (fun () ->
            List.length !written > before + 20)
      in
      for _ = 1 to 3 do
        more_are_written ();
        Sqld.stop server;
        Thread.delay 0.1;
        Sqld.start_again server
      done;
      more_are_written ();
      is_done := true;
      List.iter Thread.join threads;
      ignore (ok (Connection.sync connection));
      let there = ids connection in
      let is_there id = List.mem id there in
      Alcotest.(check (list int))
        "none is lost" []
        (List.filter (fun id -> not (is_there id)) !written);
      Alcotest.(check (list int))
        "none came from nowhere" []
        (List.filter
           (fun id -> not (List.mem id !written || List.mem id !unsure))
           there))

let away server =
  with_replica server ~timeout_ms:2_000 (fun connection ->
      table connection;
      Sqld.kill_noticed server;
      code Remote_unreachable
        (Connection.execute connection "INSERT INTO t VALUES (1, 1)");
      code Sync_failed (Connection.sync connection);
      Alcotest.(check (list int)) "reads go on" [] (ids connection);
      code Remote_unreachable
        (Connection.connect (Sqld.url server) ~timeout_ms:500))

let replica_in_use server =
  let file = Temp_dir.file "replica.db" in
  let url = Sqld.url server in
  ok
    (Connection.with_connection url ~db_path:file (fun _ ->
         (* Another process, since within one they might be shared. *)
         let program = Sys.executable_name in
         let child =
           Unix.open_process_args_in program [| program; "--open"; file; url |]
         in
         Alcotest.(check string)
           "another program" "REPLICA_LOCKED" (input_line child);
         ignore (Unix.close_process_in child);
         Ok ()));
  ignore (ok (Connection.with_connection url ~db_path:file (fun _ -> Ok ())))

let open_and_tell file url =
  print_endline
    (match Connection.connect url ~db_path:file with
    | Ok _ -> "OK"
    | Error { code; _ } -> Error.word code)

let damaged server =
  let file = Temp_dir.file "replica.db" in
  let url = Sqld.url server in
  let use run = ok (Connection.with_connection url ~db_path:file run) in
  use (fun connection ->
      Alcotest.(check (option string))
        "nothing to say" None
        (Connection.notice connection);
      table connection;
      execute connection "INSERT INTO t VALUES (1, 1)";
      Ok ());
  Temp_dir.write file "This is no database.";
  use (fun connection ->
      Alcotest.(check bool)
        "it says so" true
        (Connection.notice connection <> None);
      Alcotest.(check (list int)) "and is whole again" [ 1 ] (ids connection);
      Ok ())

let no_replica server =
  let file = Temp_dir.file "precious.db" in
  Temp_dir.write file "My only copy.";
  code File_inaccessible (Connection.connect (Sqld.url server) ~db_path:file);
  Alcotest.(check string) "untouched" "My only copy." (Temp_dir.read file);
  code File_inaccessible
    (Connection.connect (Sqld.url server)
       ~db_path:(Filename.concat (Temp_dir.make ()) "no/such/folder.db"))

let tokens () =
  let { Tokens.public_key; read_write; read_only } = Tokens.make () in
  let key_file = Temp_dir.file "public.pem" in
  Temp_dir.write key_file public_key;
  Sqld.with_server ~arguments:[ "--auth-jwt-key-file"; key_file ] (fun server ->
      let url = Sqld.url server in
      let tells_no_token = function
        | Ok _ -> ()
        | Error error ->
            let told = Turso.Error.to_string error in
            List.iter
              (fun token ->
                Alcotest.(check bool)
                  "no token" false (Http.contains told token))
              [ read_write; read_only; "secret" ]
      in
      let connect token =
        let answer = Connection.connect url ~token in
        tells_no_token answer;
        answer
      in
      code Remote_unauthorized (Connection.connect url);
      code Remote_unauthorized (connect "secret");
      let told = Connection.connect (url ^ "?authToken=" ^ read_write) in
      tells_no_token told;
      code Config_has_secret told;
      let writer = ok (connect read_write) in
      table writer;
      let reader = ok (connect read_only) in
      Alcotest.(check (list int)) "may read" [] (ids reader);
      let refused = Connection.execute reader "INSERT INTO t VALUES (1, 1)" in
      tells_no_token refused;
      code Remote_read_only refused;
      ok (Connection.close reader);
      ok (Connection.close writer))

let something_else () =
  let answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
  in
  let serve client =
    ignore (Unix.read client (Bytes.create 4096) 0 4096);
    ignore (Unix.write_substring client answer 0 (String.length answer));
    Unix.close client
  in
  Loopback.with_server serve (fun port ->
      code Remote_not_libsql
        (Connection.connect (Loopback.url port) ~timeout_ms:5_000))

let urls () =
  code Url_missing (Connection.connect "");
  code Url_unsupported (Connection.connect "ftp://127.0.0.1");
  code Url_unsupported (Connection.connect "no url")

let () =
  match Array.to_list Sys.argv with
  | [ _; "--open"; file; url ] -> open_and_tell file url
  | _ ->
      Alcotest.run "faults"
        [
          ( "restart",
            [
              on_server "between calls" restart_between;
              on_server "in a transaction" restart_in_transaction;
              on_server "under load" restart_under_load;
              on_server "away" away;
            ] );
          ( "the replica",
            [
              on_server "in use by another program" replica_in_use;
              on_server "damaged" damaged;
              on_server "a file that is none" no_replica;
            ] );
          ( "credentials and URLs",
            [
              test "tokens" tokens;
              test "something else answers" something_else;
              test "URLs" urls;
            ] );
        ]
