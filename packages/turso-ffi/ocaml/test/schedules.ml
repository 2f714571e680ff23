(* Rows of the example's table, with a run id. *)

open Turso_integration
open Testing
open Expect

(* As examples/scheduler makes it. *)
let contacts =
  "CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, \
   name TEXT NOT NULL, state TEXT NOT NULL, birth_date TEXT NOT NULL, \
   effective_date TEXT NOT NULL)"

let email_schedules more =
  Printf.sprintf
    "CREATE TABLE email_schedules (id INTEGER PRIMARY KEY, contact_id INTEGER \
     NOT NULL REFERENCES contacts (id), email_type TEXT NOT NULL, \
     scheduled_send_date TEXT NOT NULL, scheduled_send_time TEXT NOT NULL, \
     priority INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN \
     ('pre-scheduled', 'skipped')), skip_reason TEXT%s)"
    more

let on_database ?(more = "") run () =
  configure (Turso.Config.make ("file:" ^ Temp_dir.file "schedules.db"));
  ignore
    (ok
       (execute_transaction
          [
            contacts;
            email_schedules more;
            "INSERT INTO contacts VALUES (1, 'ada@example.com', 'Ada', 'CA', \
             '1950-02-01', '2015-03-01')";
          ]));
  run ();
  ok (close_connection ())

let birthday =
  {
    id = Some 101L;
    contact_id = 1L;
    email_type = "birthday";
    scheduled_send_date = "2026-01-18";
    scheduled_send_time = "08:30:00";
    priority = 2L;
    status = "pre-scheduled";
    skip_reason = None;
  }

let anniversary =
  {
    birthday with
    id = Some 102L;
    email_type = "anniversary";
    status = "skipped";
    skip_reason = Some "it's too close";
  }

let rows = Alcotest.(list (list string))
let all = "SELECT * FROM email_schedules ORDER BY id"

let values =
  [
    [
      "101";
      "1";
      "birthday";
      "2026-01-18";
      "08:30:00";
      "2";
      "pre-scheduled";
      "NULL";
    ];
    [
      "102";
      "1";
      "anniversary";
      "2026-01-18";
      "08:30:00";
      "2";
      "skipped";
      "it's too close";
    ];
  ]

let inserted () =
  Alcotest.(check int)
    "two" 2
    (ok (batch_insert_schedules [ birthday; anniversary ] "run-1"))

let as_in_the_example () =
  inserted ();
  Alcotest.check rows "as they are" values (ok (execute_sql_safe all));
  Alcotest.(check int) "none" 0 (ok (batch_insert_schedules [] "run-2"))

let with_run_id () =
  inserted ();
  Alcotest.check rows "the run id at the end"
    (List.map (fun row -> row @ [ "run-1" ]) values)
    (ok (execute_sql_safe all))

let in_a_named_column () =
  Alcotest.(check int)
    "one" 1
    (ok
       (batch_insert_schedules ~run_id_column:"made by"
          [ { birthday with id = None } ]
          "it's run 7"));
  Alcotest.check rows "there"
    [ [ "1"; "it's run 7" ] ]
    (ok (execute_sql_safe "SELECT id, \"made by\" FROM email_schedules"));
  code Usage
    (batch_insert_schedules ~run_id_column:"nowhere" [ birthday ] "run-8")

let all_or_none () =
  code Constraint_failed
    (batch_insert_schedules
       [ birthday; { anniversary with status = "sent" } ]
       "run-1");
  code Constraint_failed
    (batch_insert_schedules
       [ birthday; { anniversary with contact_id = 99L } ]
       "run-1");
  inserted ();
  code Constraint_failed
    (batch_insert_schedules
       [ { birthday with id = Some 103L }; birthday ]
       "run-2");
  Alcotest.check rows "the first two" values (ok (execute_sql_safe all))

let another_table () =
  code Sql_failed (batch_insert_schedules ~table:"archive" [ birthday ] "run-1");
  ok
    (execute_sql_no_result
       "CREATE TABLE archive AS SELECT *, 0 AS run_id FROM email_schedules");
  Alcotest.(check int)
    "one" 1
    (ok (batch_insert_schedules ~table:"archive" [ birthday ] "run-1"));
  Alcotest.check rows "there"
    [ [ "101"; "run-1" ] ]
    (ok (execute_sql_safe "SELECT id, run_id FROM archive"))

(* The columns that a replica knows may be older than the table. *)
let on_replica ?auto_sync run server =
  configure
    (Turso.Config.make ?auto_sync
       ~replica:(Temp_dir.file "schedules-replica.db")
       (Sqld.url server));
  run server;
  ok (close_connection ())

let archive more =
  "CREATE TABLE archive (id INTEGER PRIMARY KEY, contact_id INTEGER, \
   email_type TEXT, scheduled_send_date TEXT, scheduled_send_time TEXT, \
   priority INTEGER, status TEXT, skip_reason TEXT" ^ more ^ ")"

let insert_archived id run_id =
  ok
    (batch_insert_schedules ~table:"archive"
       [ { birthday with id = Some id } ]
       run_id)

let run_ids () =
  ok (manual_sync ());
  ok (execute_sql_safe "SELECT id, run_id FROM archive ORDER BY id")

let column_added_elsewhere server =
  ok (execute_sql_no_result (archive ""));
  Alcotest.(check int) "without a column" 1 (insert_archived 1L "run-1");
  Sqld.elsewhere server "ALTER TABLE archive ADD COLUMN run_id TEXT";
  Alcotest.(check int) "with the column" 1 (insert_archived 2L "run-2");
  Alcotest.check rows "kept" [ [ "1"; "NULL" ]; [ "2"; "run-2" ] ] (run_ids ())

let column_removed_elsewhere server =
  ok (execute_sql_no_result (archive ", run_id TEXT"));
  Alcotest.(check int) "with the column" 1 (insert_archived 1L "run-1");
  Sqld.elsewhere server "ALTER TABLE archive DROP COLUMN run_id";
  Alcotest.(check int) "without it" 1 (insert_archived 2L "run-2");
  code Usage
    (batch_insert_schedules ~table:"archive" ~run_id_column:"run_id"
       [ birthday ] "run-3")

let own_table_not_synced _ =
  ok (execute_sql_no_result (archive ", run_id TEXT"));
  Alcotest.(check int) "one" 1 (insert_archived 1L "run-1");
  Alcotest.(check int)
    "by its name" 1
    (ok
       (batch_insert_schedules ~table:"archive" ~run_id_column:"run_id"
          [ { birthday with id = Some 2L } ]
          "run-2"));
  Alcotest.check rows "kept" [ [ "1"; "run-1" ]; [ "2"; "run-2" ] ] (run_ids ())

let () =
  Alcotest.run "schedules"
    [
      ( "batch_insert_schedules",
        [
          test "as in the example" (on_database as_in_the_example);
          test "with a column run_id"
            (on_database ~more:", run_id TEXT" with_run_id);
          test "with a column batch_id"
            (on_database ~more:", batch_id TEXT NOT NULL" with_run_id);
          test "with a column of another name"
            (on_database ~more:", \"made by\" TEXT" in_a_named_column);
          test "all or none" (on_database all_or_none);
          test "another table" (on_database another_table);
          on_server "a column that another client adds"
            (on_replica column_added_elsewhere);
          on_server "a column that another client drops"
            (on_replica column_removed_elsewhere);
          on_server "an own table that was never synced"
            (on_replica ~auto_sync:Turso.Connection.Off own_table_not_synced);
        ] );
    ]
