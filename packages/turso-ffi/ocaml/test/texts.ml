(* The functions that take and give texts, and their exact types. *)

open Testing

(* The shapes that programs rely on. *)
let create : string -> string -> string -> (string, string) result =
  Turso_ffi.turso_create_synced_db

let init : unit -> unit = Turso_ffi.turso_init_runtime
let sync : string -> (unit, string) result = Turso_ffi.turso_sync

let query : string -> string -> (string list list, string) result =
  Turso_ffi.turso_query

let execute : string -> string -> (int64, string) result =
  Turso_ffi.turso_execute

let execute_batch : string -> string list -> (int64, string) result =
  Turso_ffi.turso_execute_batch

let close : string -> (unit, string) result = Turso_ffi.turso_close_connection
let ok = function Ok answer -> answer | Error reason -> Alcotest.fail reason

let fails word = function
  | Ok _ -> Alcotest.fail ("succeeds, not " ^ word)
  | Error reason ->
      Alcotest.(check string)
        reason word
        (List.hd (String.split_on_char ':' reason))

let rows = Alcotest.(list (list string))

let whole_life server =
  init ();
  init ();
  let id = ok (create (Temp_dir.file "replica.db") (Sqld.url server) "") in
  Alcotest.(check int64) "no row" 0L (ok (execute id "CREATE TABLE t (a, b)"));
  Alcotest.(check int64)
    "two rows" 2L
    (ok (execute id "INSERT INTO t VALUES (1, 'one'), (2, NULL)"));
  Alcotest.(check int64)
    "three in one" 3L
    (ok
       (execute_batch id
          [
            "INSERT INTO t VALUES (3, X'00ff')";
            "UPDATE t SET a = a + 0.5 WHERE a > 1";
          ]));
  Alcotest.check rows "as texts"
    [ [ "1"; "one" ]; [ "2.5"; "NULL" ]; [ "3.5"; "\000\255" ] ]
    (ok (query id "SELECT a, b FROM t ORDER BY a"));
  Sqld.elsewhere server "INSERT INTO t VALUES (9, '')";
  ok (sync id);
  Alcotest.check rows "what another wrote"
    [ [ "9"; "" ] ]
    (ok (query id "SELECT a, b FROM t WHERE a = 9"));
  ok (close id)

let all_or_none server =
  let id = ok (create "" (Sqld.url server) "") in
  ignore (ok (execute id "CREATE TABLE t (a PRIMARY KEY)"));
  fails "CONSTRAINT_FAILED"
    (execute_batch id
       [ "INSERT INTO t VALUES (1)"; "INSERT INTO t VALUES (1)" ]);
  Alcotest.check rows "none" [ [ "0" ] ]
    (ok (query id "SELECT count(*) FROM t"));
  ok (close id)

let closed server =
  let id = ok (create "" (Sqld.url server) "") in
  ok (close id);
  fails "CONNECTION_CLOSED" (query id "SELECT 1");
  fails "CONNECTION_CLOSED" (execute id "SELECT 1");
  fails "CONNECTION_CLOSED" (execute_batch id [ "SELECT 1" ]);
  fails "CONNECTION_CLOSED" (sync id);
  fails "CONNECTION_CLOSED" (close id);
  let next = ok (create "" (Sqld.url server) "") in
  Alcotest.(check bool) "another id" true (next <> id);
  ok (close next)

let no_ids () =
  List.iter
    (fun id -> fails "CONNECTION_CLOSED" (query id "SELECT 1"))
    [ ""; "0"; "-1"; "x"; "1e3"; "0x1"; "1 "; String.make 100 '9'; "\0001" ]

let mistakes server =
  let id = ok (create "" (Sqld.url server) "") in
  fails "SQL_FAILED" (query id "SELECT * FROM nowhere");
  fails "SQL_FAILED" (execute id "CREAT TABLE t (v)");
  fails "USAGE" (query id "CREATE TABLE t (v)");
  ok (close id);
  fails "URL_UNSUPPORTED" (create "" "ftp://127.0.0.1" "");
  fails "URL_MISSING" (create "" "" "")

let both_ways server =
  let id = ok (create "" (Sqld.url server) "") in
  let connection = Turso_ffi.connection id in
  Expect.execute connection "CREATE TABLE t (v)";
  Alcotest.(check string) "the same id" id (Turso_ffi.connection_id connection);
  Alcotest.(check int64)
    "one row" 1L
    (ok (execute id "INSERT INTO t VALUES (1)"));
  Alcotest.(check int)
    "seen" 1
    (Expect.count connection "SELECT count(*) FROM t");
  ok (close id);
  Expect.code Connection_closed (Turso.Connection.query connection "SELECT 1")

let () =
  Alcotest.run "texts"
    [
      ( "texts",
        [
          Expect.on_server "a whole life" whole_life;
          Expect.on_server "a batch is all or none" all_or_none;
          Expect.on_server "a closed id is closed for good" closed;
          Expect.test "what is no id" no_ids;
          Expect.on_server "mistakes are told by their word" mistakes;
          Expect.on_server "texts and types see the same connection" both_ways;
        ] );
    ]
