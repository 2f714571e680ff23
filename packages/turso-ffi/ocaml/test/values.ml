(* Every kind of value, both ways, by every way there is. *)

open Turso
open Testing
open Expect

let nasty =
  [
    Null;
    Int 0L;
    Int Int64.max_int;
    Int Int64.min_int;
    Int 4611686018427387904L (* beyond OCaml's own integers *);
    Real 0.1;
    Real (-0.);
    Real 1.;
    Real infinity;
    Real neg_infinity;
    Real 5e-324;
    Real max_float;
    Text "";
    Text "it's \"quoted\"\n";
    Text "a\000b\000";
    Text "\xef\xbb\xbf\xc3\xa9\xf0\x9f\x98\x80";
    Text "NULL";
    Text (String.make 1_000_000 'x');
    Blob "";
    Blob "\000";
    Blob (String.init 256 Char.chr);
    Blob (String.make 1_000_000 '\255');
  ]

let one_a_row = List.map (fun value -> [| value |]) nasty
let select = "SELECT v FROM t ORDER BY id"
let insert = "INSERT INTO t (v) VALUES (?)"

let by_execute connection =
  List.iter (fun value -> execute connection insert ~params:[ value ]) nasty

let by_batch connection =
  ignore
    (ok
       (Connection.execute_batch connection
          (List.map (fun value -> (insert, [ value ])) nasty)))

let by_rows connection =
  ignore
    (ok
       (Connection.insert_rows connection ~table:"t" ~columns:[ "v" ] one_a_row))

let by_statement connection =
  ok
    (Statement.with_statement connection insert (fun statement ->
         List.iter
           (fun value ->
             ignore (ok (Statement.execute statement ~params:[ value ])))
           nasty;
         Ok ()))

let by_transaction connection =
  ok
    (Transaction.with_transaction connection (fun transaction ->
         List.iter
           (fun value ->
             ignore
               (ok (Transaction.execute transaction insert ~params:[ value ])))
           nasty;
         Ok ()))

let read_by_statement connection =
  (ok (Statement.with_statement connection select Statement.query)).rows

let read_by_cursor connection =
  List.rev
    (ok
       (Cursor.fold connection select ~max_rows:3 ~init:[] ~f:(fun rows row ->
            row :: rows)))

let read_by_transaction connection =
  ok
    (Transaction.with_transaction connection (fun transaction ->
         Result.map
           (fun { Answer.rows; _ } -> rows)
           (Transaction.query transaction select)))

let there_and_back write connection =
  execute connection "CREATE TABLE t (id INTEGER PRIMARY KEY, v)";
  write connection;
  List.iter
    (fun (how, read) -> Alcotest.(check rows) how one_a_row (read connection))
    [
      ("query", fun connection -> query connection select);
      ("statement", read_by_statement);
      ("cursor", read_by_cursor);
      ("transaction", read_by_transaction);
    ]

let ways =
  [
    ("execute", by_execute);
    ("execute_batch", by_batch);
    ("insert_rows", by_rows);
    ("a statement", by_statement);
    ("a transaction", by_transaction);
  ]

let without_replica server =
  ok
    (Connection.with_connection (Sqld.url server) (fun connection ->
         there_and_back by_rows connection;
         Ok ()))

(* A parameter that is read back without being stored. *)
let as_parameter connection =
  List.iter
    (fun value ->
      Alcotest.(check rows)
        "a parameter" [ [| value |] ]
        (query connection "SELECT ?" ~params:[ value ]))
    nasty

let many_columns connection =
  let columns = List.init 500 (Printf.sprintf "c%d") in
  let row = Array.init 500 (fun at -> Int (Int64.of_int at)) in
  execute connection ("CREATE TABLE wide (" ^ String.concat ", " columns ^ ")");
  ignore
    (ok (Connection.insert_rows connection ~table:"wide" ~columns [ row; row ]));
  Alcotest.(check rows)
    "500 columns" [ row; row ]
    (query connection "SELECT * FROM wide")

let many_rows connection =
  execute connection "CREATE TABLE many (id INTEGER PRIMARY KEY, name TEXT)";
  let row id = [| Int (Int64.of_int id); Text (string_of_int id) |] in
  let all = List.init 200_000 (fun at -> row (at + 1)) in
  let changes =
    ok
      (Connection.insert_rows connection ~table:"many" ~columns:[ "id"; "name" ]
         all)
  in
  Alcotest.(check int64) "inserted" 200_000L changes.rows_changed;
  Alcotest.(check int64) "the last rowid" 200_000L changes.last_insert_rowid;
  Alcotest.(check bool)
    "all in order" true
    (query connection "SELECT id, name FROM many ORDER BY id" = all)

let nan connection =
  Alcotest.(check rows)
    "NaN is NULL" [ [| Null |] ]
    (query connection "SELECT ?" ~params:[ Real Float.nan ])

(* Other clients of a server could not read it; a cast says that it is meant. *)
let no_utf8 connection =
  let bytes = "\xff\000caf\xe9" in
  execute connection "CREATE TABLE t (v)";
  code Usage
    (Connection.execute connection "INSERT INTO t VALUES (?)"
       ~params:[ Text bytes ]);
  code Usage
    (Connection.insert_rows connection ~table:"t" ~columns:[ "v" ]
       [ [| Text bytes |] ]);
  execute connection "INSERT INTO t VALUES (CAST(? AS TEXT))"
    ~params:[ Blob bytes ];
  Alcotest.(check rows)
    "the bytes" [ [| Text bytes |] ]
    (query connection "SELECT v FROM t")

let returning connection =
  execute connection "CREATE TABLE t (id INTEGER PRIMARY KEY, v)";
  let inserted transaction =
    Transaction.query transaction
      "INSERT INTO t (v) VALUES (?), (?) RETURNING id, v"
      ~params:[ Text "a"; Null ]
  in
  Alcotest.(check rows)
    "of a transaction"
    [ [| Int 1L; Text "a" |]; [| Int 2L; Null |] ]
    (ok (Transaction.with_transaction connection inserted)).rows;
  let delete statement = Statement.execute statement ~params:[ Int 2L ] in
  Alcotest.(check rows)
    "of a statement" [ [| Int 1L |] ]
    (ok
       (Statement.with_statement connection
          "DELETE FROM t WHERE id < ? RETURNING id" delete))
      .returned
      .rows

let printed () =
  List.iter
    (fun (value, literal, text) ->
      Alcotest.(check string)
        literal literal
        (Format.asprintf "%a" Value.pp value);
      Alcotest.(check string) literal text (Value.to_string value))
    [
      (Null, "NULL", "NULL");
      (Int (-1L), "-1", "-1");
      (Real 1., "1.0", "1.0");
      (Real 0.1, "0.1", "0.1");
      (Real (-0.), "-0.0", "-0.0");
      (Real 1e300, "1e+300", "1e+300");
      (Real (0.1 +. 0.2), "0.30000000000000004", "0.30000000000000004");
      (Real infinity, "9e999", "inf");
      (Real Float.nan, "NULL", "NULL");
      (Text "it's", "'it''s'", "it's");
      (Blob "\000\255", "X'00ff'", "\000\255");
    ]

let equality () =
  List.iteri
    (fun i a ->
      List.iteri
        (fun j b ->
          Alcotest.(check bool)
            (Format.asprintf "%d and %d" i j)
            (i = j) (Value.equal a b))
        nasty)
    nasty;
  Alcotest.(check bool) "1 is not 1.0" false (Value.equal (Int 1L) (Real 1.))

let () =
  Alcotest.run "values"
    [
      ( "through a replica",
        List.map
          (fun (how, write) ->
            on_server ("written by " ^ how) (fun server ->
                with_replica server (there_and_back write)))
          ways );
      ( "to a file",
        List.map
          (fun (how, write) ->
            test ("written by " ^ how) (fun () ->
                with_file (there_and_back write)))
          ways );
      ( "more",
        [
          on_server "without a replica" without_replica;
          test "parameters come back as they went" (fun () ->
              with_file as_parameter);
          on_server "500 columns" (fun server ->
              with_replica server many_columns);
          on_server "200,000 rows at once" (fun server ->
              with_replica server many_rows);
          on_server "text that is not UTF-8" (fun server ->
              with_replica server no_utf8);
          test "text that is not UTF-8, in a file" (fun () -> with_file no_utf8);
          on_server "rows of RETURNING" (fun server ->
              with_replica server returning);
          test "NaN" (fun () -> with_file nan);
          test "values as text" printed;
          test "equality is to the bit" equality;
        ] );
    ]
