(* What the driver does beyond the contract: types, rows, streams, pools and errors
   of Caqti. *)

open Caqti.Templater

module type DB = Caqti_blocking.CONNECTION

let ok = function
  | Ok answer -> answer
  | Error `Unsupported -> Alcotest.fail "not supported"
  | Error (#Caqti.Error.t as error) -> Alcotest.fail (Caqti.Error.show error)

let config ?auth_token server =
  Turso.Config.make ?auth_token
    ~replica:(Testing.Temp_dir.file "replica.db")
    (Testing.Sqld.url server)

let connect config = ok (Caqti_blocking.connect (Caqti_driver_turso.uri config))

let connected name run =
  Testing.Expect.on_server name (fun server ->
      let ((module Db : DB) as db) = connect (config server) in
      Fun.protect ~finally:Db.disconnect (fun () -> run db))

let execute (module Db : DB) sql =
  ok (Db.exec (direct T.(unit -->. unit) sql) ())

let code = Alcotest.testable (Fmt.of_to_string Turso.Error.word) ( = )

let check_code expected = function
  | Ok _ -> Alcotest.failf "succeeds, not %s" (Turso.Error.word expected)
  | Error error -> (
      match Caqti_driver_turso.error error with
      | Some error -> Alcotest.check code error.message expected error.code
      | None -> Alcotest.fail (Caqti.Error.show error))

(* Each type there and back, as NULL too; [stored] is what SQLite has. *)
let types ((module Db : DB) as db) =
  let there_and_back typ value stored =
    let request =
      direct T.(t2 typ (option typ) -->! t3 typ (option typ) string)
    in
    let back, null, found =
      ok (Db.find (request "SELECT $1, $2, quote($1)") (value, None))
    in
    Alcotest.(check string) "stored" stored found;
    Alcotest.(check bool) stored true (back = value && null = None)
  in
  let time = Option.get (Ptime.of_date_time ((2026, 1, 31), ((9, 30, 5), 0))) in
  let date = Option.get (Ptime.of_date (2026, 1, 31)) in
  there_and_back T.bool true "1";
  there_and_back T.int max_int "4611686018427387903";
  there_and_back T.int16 (-32768) "-32768";
  there_and_back T.int32 Int32.min_int "-2147483648";
  there_and_back T.int64 Int64.min_int "-9223372036854775808";
  there_and_back T.float 0.5 "0.5";
  there_and_back T.string "it's" "'it''s'";
  there_and_back T.octets "\000\255" "X'00FF'";
  there_and_back T.ptime time "'2026-01-31 09:30:05.000'";
  there_and_back T.pdate date "'2026-01-31'";
  there_and_back T.ptime_span (Ptime.Span.of_int_s 90) "90.0";
  let now =
    ok (Db.find (direct T.(unit -->! ptime) "SELECT CURRENT_TIMESTAMP") ())
  in
  Alcotest.(check bool) "a time of SQLite" true (Ptime.is_later now ~than:time);
  execute db "CREATE TABLE t (v)"

let rejected what = function
  | Error (`Decode_rejected _ | `Response_rejected _) -> ()
  | Error error -> Alcotest.fail (Caqti.Error.show error)
  | Ok _ -> Alcotest.fail ("accepted: " ^ what)

(* What does not fit the type of a request is an error, never another value. *)
let refusals (module Db : DB) =
  let find typ sql =
    rejected sql (Result.map ignore (Db.find (direct T.(unit -->! typ) sql) ()))
  in
  find T.int16 "SELECT 32768";
  find T.int32 "SELECT 2147483648";
  find T.int "SELECT 9223372036854775807";
  find T.int "SELECT 'text'";
  find T.string "SELECT NULL";
  find T.octets "SELECT 'text'";
  find T.ptime "SELECT 'yesterday'";
  find T.int "SELECT 1, 2";
  find T.(t2 int int) "SELECT 1";
  find T.int "SELECT 1 WHERE false";
  find T.int "SELECT 1 UNION SELECT 2";
  rejected "several rows"
    (Db.find_opt (direct T.(unit -->? int) "SELECT 1 UNION SELECT 2") ())

let insert =
  static
    T.(string -->! t2 int string)
    "INSERT INTO t (v) VALUES (?) RETURNING id, v"

(* Rows come from a query, a cursor or RETURNING; within a transaction too. *)
let rows ((module Db : DB) as db) =
  let all =
    static T.(unit -->* t2 int string) "SELECT id, v FROM t ORDER BY id"
  in
  let row = Alcotest.(pair int string) in
  execute db "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE NOT NULL)";
  Alcotest.check row "RETURNING" (1, "one") (ok (Db.find insert "one"));
  Alcotest.(check (list row)) "all" [ (1, "one") ] (ok (Db.collect_list all ()));
  let within () =
    Alcotest.check row "RETURNING" (2, "two") (ok (Db.find insert "two"));
    Alcotest.(check (list row))
      "its own write"
      [ (1, "one"); (2, "two") ]
      (ok (Db.collect_list all ()));
    Error `Enough
  in
  (match Db.with_transaction within with
  | Error `Enough -> ()
  | Error (#Caqti.Error.t as error) -> Alcotest.fail (Caqti.Error.show error)
  | Ok () -> Alcotest.fail "committed");
  Alcotest.(check (list row))
    "rolled back"
    [ (1, "one") ]
    (ok (Db.collect_list all ()));
  let update = static T.(string -->. unit) "UPDATE t SET v = ?" in
  Alcotest.(check int)
    "affected" 1
    (ok (Db.exec_with_affected_count update "uno"));
  let embedded =
    direct_gen
      T.(int -->! t3 int int string)
      (fun _ ->
        Q.concat
          [
            Q.lit "SELECT ";
            Q.int 7;
            Q.lit ", ";
            Q.param 0;
            Q.lit ", ";
            Q.quote "it's";
          ])
  in
  Alcotest.(check (triple int int string))
    "values in the query" (7, 8, "it's")
    (ok (Db.find embedded 8));
  let several =
    direct_gen_multi (fun _ ->
        List.map Q.lit
          [ "CREATE TABLE a (v)"; "CREATE TABLE b (v)"; "DROP TABLE a" ])
  in
  ok (Db.exec several ());
  execute db "INSERT INTO b VALUES (1)"

let numbers =
  static
    T.(int -->* int)
    "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n LIMIT ?) \
     SELECT v FROM n"

(* More rows than a page of the cursor has. *)
let many ((module Db : DB) as db) =
  let expected = List.init 2500 succ in
  let ints = Alcotest.(list int) in
  Alcotest.check ints "a list" expected (ok (Db.collect_list numbers 2500));
  let streamed response =
    Caqti_blocking.Stream.to_list (Db.Response.to_stream response)
  in
  Alcotest.check ints "a stream" expected
    (ok (Db.call numbers 2500 ~f:streamed));
  let stop seen = if seen = 1500 then Error `Enough else Ok () in
  (match Db.iter_s numbers stop 2500 with
  | Error `Enough -> ()
  | _ -> Alcotest.fail "went on");
  execute db "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)";
  let rows = List.map (fun id -> (id, string_of_int id)) expected in
  let populate rows =
    Db.populate ~table:"t" ~columns:[ "id"; "v" ]
      T.(t2 int string)
      (Caqti_blocking.Stream.of_list rows)
    |> Caqti.Error.uncongested
  in
  ok (populate rows);
  check_code Constraint_failed (populate [ (3000, "new"); (1, "again") ]);
  let count = direct T.(unit -->! int) "SELECT count(*) FROM t" in
  Alcotest.(check int) "all or none" 2500 (ok (Db.find count ()));
  ok (Db.start ());
  ok (populate [ (3000, "new"); (3001, "newer") ]);
  ok (Db.commit ());
  Alcotest.(check int) "in a transaction too" 2502 (ok (Db.find count ()))

let causes ((module Db : DB) as db) =
  List.iter (execute db)
    [
      "CREATE TABLE p (id INTEGER PRIMARY KEY, v TEXT UNIQUE NOT NULL CHECK (v \
       <> ''))";
      "CREATE TABLE c (p NOT NULL REFERENCES p)";
      "INSERT INTO p VALUES (1, 'one')";
    ];
  let fails expected sql =
    let answer = Db.exec (direct T.(unit -->. unit) sql) () in
    check_code Constraint_failed answer;
    match answer with
    | Error (`Request_failed _ as error) ->
        Alcotest.(check string)
          sql
          (Caqti.Error.show_cause expected)
          (Caqti.Error.show_cause (Caqti.Error.cause error))
    | _ -> Alcotest.fail sql
  in
  fails `Not_null_violation "INSERT INTO p VALUES (2, NULL)";
  fails `Unique_violation "INSERT INTO p VALUES (2, 'one')";
  fails `Unique_violation "INSERT INTO p VALUES (1, 'two')";
  fails `Check_violation "INSERT INTO p VALUES (2, '')";
  fails `Foreign_key_violation "INSERT INTO c VALUES (9)"

let transactions ((module Db : DB) as db) =
  execute db "CREATE TABLE t (v)";
  check_code Usage (Db.commit ());
  check_code Usage (Db.rollback ());
  ok (Db.start ());
  check_code Usage (Db.start ());
  execute db "INSERT INTO t VALUES (1)";
  let kept = ref true in
  Db.check (fun keep -> kept := keep);
  Alcotest.(check bool) "no pool keeps it" false !kept;
  ok (Db.rollback ());
  Db.check (fun keep -> kept := keep);
  Alcotest.(check bool) "a pool keeps it" true !kept;
  check_code Usage (Db.exec (direct T.(unit -->. unit) "BEGIN") ())

(* Several connections of a program use one replica. *)
let pooled server =
  let uri = Caqti_driver_turso.uri (config server) in
  let pool = ok (Caqti_blocking.connect_pool uri) in
  let one (module Outer : DB) =
    execute (module Outer) "CREATE TABLE t (v)";
    let other = ok (Caqti_blocking.connect uri) in
    let (module Inner : DB) = other in
    execute other "INSERT INTO t VALUES (1)";
    Inner.disconnect ();
    Outer.find (direct T.(unit -->! int) "SELECT count(*) FROM t") ()
  in
  Alcotest.(check int) "both see it" 1 (ok (Caqti_blocking.Pool.use one pool));
  Caqti_blocking.Pool.drain pool

let uris server =
  let fails expected uri =
    match Caqti_blocking.connect (Uri.of_string uri) with
    | Ok _ -> Alcotest.fail uri
    | Error error -> check_code expected (Error error)
  in
  fails Url_unsupported "turso:other";
  fails Url_unsupported "turso://db.turso.io";
  fails Url_unsupported "turso:?authToken=secret";
  Unix.putenv "TURSO_DATABASE_URL" (Testing.Sqld.url server);
  Unix.putenv "TURSO_REPLICA_PATH" (Testing.Temp_dir.file "replica.db");
  let (module Db : DB) = ok (Caqti_blocking.connect (Uri.of_string "turso:")) in
  let one = direct T.(unit -->! int) "SELECT 1" in
  Alcotest.(check int) "connected" 1 (ok (Db.find one ()));
  Db.disconnect ();
  check_code Connection_closed (Db.find one ());
  let config =
    Turso.Config.make ~auth_token:"a-secret" "libsql://127.0.0.1:9?tls=0"
      ~max_retries:1
  in
  match Caqti_blocking.connect (Caqti_driver_turso.uri config) with
  | Ok _ -> Alcotest.fail "nobody listens there"
  | Error error ->
      let text = Caqti.Error.show error in
      Alcotest.(check bool) text false (Testing.Http.contains text "a-secret");
      check_code Remote_unreachable (Error error)

let () =
  Alcotest.run "driver for Caqti"
    [
      ( "driver",
        [
          connected "types" types;
          connected "what does not fit a type" refusals;
          connected "rows" rows;
          connected "many rows" many;
          connected "causes of errors" causes;
          connected "transactions" transactions;
          Testing.Expect.on_server "pools" pooled;
          Testing.Expect.on_server "URIs" uris;
        ] );
    ]
