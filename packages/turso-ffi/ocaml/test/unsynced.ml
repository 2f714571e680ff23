(* A write that is committed, and a sync after it that fails: neither "done" nor
   "failed", and never written twice. *)

open Turso
open Testing
open Expect

let on_server_side server sql =
  ok
    (Connection.with_connection (Sqld.url server) (fun connection ->
         Ok (count connection sql)))

let number = "SELECT count(*) FROM t"

let writes =
  let insert = "INSERT INTO t VALUES (1)" in
  [
    ( "execute",
      fun connection -> Result.map ignore (Connection.execute connection insert)
    );
    ( "execute_batch",
      fun connection ->
        Result.map ignore (Connection.execute_batch connection [ (insert, []) ])
    );
    ( "insert_rows",
      fun connection ->
        Result.map ignore
          (Connection.insert_rows connection ~table:"t" ~columns:[ "v" ]
             [ [| Int 1L |] ]) );
    ( "a statement",
      fun connection ->
        Statement.with_statement connection insert (fun statement ->
            Result.map ignore (Statement.execute statement)) );
    ( "a transaction",
      fun connection ->
        Transaction.with_transaction connection (fun transaction ->
            Result.map ignore (Transaction.execute transaction insert)) );
  ]

let told write server =
  Proxy.with_proxy server (fun proxy ->
      let connection =
        ok
          (Connection.connect (Proxy.url proxy) ~timeout_ms:2_000 ~max_retries:1
             ~db_path:(Temp_dir.file "replica.db"))
      in
      execute connection "CREATE TABLE t (v)";
      proxy.syncs := false;
      code Committed_not_synced
        (Turso.Retry.with_backoff ~delay_ms:1 ~repeat_unsure:true (fun () ->
             write connection));
      Alcotest.(check int) "there, once" 1 (on_server_side server number);
      Alcotest.(check int) "not in the replica" 0 (count connection number);
      code Sync_failed (Connection.sync connection);
      proxy.syncs := true;
      ignore (ok (Connection.sync connection));
      Alcotest.(check int) "after a sync" 1 (count connection number);
      ok (Connection.close connection))

let () =
  Alcotest.run "unsynced"
    [
      ( "committed, and not synced",
        List.map (fun (how, write) -> on_server how (told write)) writes );
    ]
