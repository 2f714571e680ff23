(* Credentials from the environment and .env, the folder's mode, errors as text, and
   repetition. No server. *)

open Turso
open Testing
open Expect

let set name value = Unix.putenv name value

(* An empty variable counts as one that is not set. *)
let unset name = Unix.putenv name ""

let variables =
  [ "TURSO_DATABASE_URL"; "TURSO_AUTH_TOKEN"; "TURSO_REPLICA_PATH" ]

let config = Alcotest.(triple string (option string) (option string))

let read ?(environment = []) dot_env =
  let directory = Temp_dir.make () in
  List.iter unset variables;
  List.iter (fun (name, value) -> set name value) environment;
  Option.iter (Temp_dir.write (Filename.concat directory ".env")) dot_env;
  let answer = Turso.Config.of_environment ~directory () in
  List.iter unset variables;
  (directory, answer)

let gives ?environment dot_env ~url ?token replica =
  let directory, answer = read ?environment (Some dot_env) in
  let { Turso.Config.url = got; auth_token; replica = at; _ } = ok answer in
  Alcotest.check config dot_env
    (url, token, Option.map (Filename.concat directory) replica)
    (got, auth_token, at)

let default = Some ".turso/live/replica.db"

let dot_env () =
  gives "TURSO_DATABASE_URL=libsql://a.turso.io\n" ~url:"libsql://a.turso.io"
    default;
  gives
    "# mine\r\n\
     export TURSO_DATABASE_URL = http://h:1 # local\r\n\
     \r\n\
     TURSO_AUTH_TOKEN='t#1'\r\n"
    ~url:"http://h:1" ~token:"t#1" default;
  gives "\xef\xbb\xbfTURSO_DATABASE_URL=\"http://h:1\"\nTURSO_AUTH_TOKEN=`a'b`"
    ~url:"http://h:1" ~token:"a'b" default;
  gives "A=\"two\nlines=\"\nTURSO_DATABASE_URL=http://h:1\nno sense\n=\n"
    ~url:"http://h:1" default;
  gives "TURSO_AUTH_TOKEN=\"a\\nb\"\nTURSO_DATABASE_URL=http://h:1"
    ~url:"http://h:1" ~token:"a\nb" default;
  gives "TURSO_DATABASE_URL=http://h:1\nTURSO_DATABASE_URL=http://h:2"
    ~url:"http://h:2" default;
  gives "TURSO_DATABASE_URL='http://h:1\nTURSO_AUTH_TOKEN=" ~url:"'http://h:1"
    default;
  gives "TURSO_DATABASE_URL=http://h:1\nTURSO_REPLICA_PATH=r/e.db"
    ~url:"http://h:1" (Some "r/e.db");
  gives "TURSO_DATABASE_URL=file:./local.db" ~url:"file:./local.db" None

let environment_wins () =
  gives "TURSO_DATABASE_URL=http://h:1\nTURSO_AUTH_TOKEN=one"
    ~environment:[ ("TURSO_DATABASE_URL", " http://h:2 ") ]
    ~url:"http://h:2" ~token:"one" default;
  gives "TURSO_DATABASE_URL=http://h:1"
    ~environment:[ ("TURSO_DATABASE_URL", " "); ("TURSO_AUTH_TOKEN", "two") ]
    ~url:"http://h:1" ~token:"two" default

let missing () =
  List.iter
    (fun dot_env ->
      let _, answer = read dot_env in
      code Url_missing answer;
      match answer with
      | Error { hint = Some hint; _ } ->
          Alcotest.(check bool) hint true (Http.contains hint ".env")
      | _ -> Alcotest.fail "no hint")
    [
      None; Some ""; Some "TURSO_DATABASE_URL=\n"; Some "#TURSO_DATABASE_URL=x";
    ];
  (* A Python environment. *)
  let directory = Temp_dir.make () in
  Unix.mkdir (Filename.concat directory ".env") 0o700;
  code Url_missing (Turso.Config.of_environment ~directory ())

(* A socket, since the superuser may read every file. *)
let unreadable () =
  let directory = Temp_dir.make () in
  let socket = Unix.socket PF_UNIX SOCK_STREAM 0 in
  Fun.protect
    ~finally:(fun () -> Unix.close socket)
    (fun () ->
      Unix.bind socket (ADDR_UNIX (Filename.concat directory ".env"));
      code File_inaccessible (Turso.Config.of_environment ~directory ());
      code File_inaccessible (Turso.Config.replica_path ~directory ()))

let modes () =
  let directory = Temp_dir.make () in
  let mode () = Turso_integration.detect_workflow_mode ~directory () in
  let at path = Filename.concat directory path in
  let make path text =
    let folder = Filename.dirname (at path) in
    ignore (Sys.command (Filename.quote_command "mkdir" [ "-p"; folder ]));
    Temp_dir.write (at path) text
  in
  let in_status = function
    | "ffi" -> "live-connection"
    | "legacy" -> "working-copy"
    | other -> other
  in
  let is expected =
    Alcotest.(check string) expected expected (mode ());
    Alcotest.(check string)
      "the same mode in turso-sync status" (in_status expected)
      (Command.mode ~directory)
  in
  List.iter unset variables;
  is "uninitialized";
  make "working_copy.db" "";
  is "uninitialized";
  make ".turso/default/base/baseline.db" "";
  is "legacy";
  make ".turso/live/replica.db" "";
  is "legacy";
  make ".turso/live/replica.db-client_wal_index" "";
  is "legacy";
  make ".turso/live/replica.db-client_wal_index" "x";
  is "ffi";
  make ".env" "TURSO_REPLICA_PATH=other.db";
  is "legacy";
  make "other.db" "";
  make "other.db-client_wal_index" "x";
  is "ffi";
  Unix.unlink (at "working_copy.db");
  is "ffi";
  Unix.unlink (at "other.db");
  is "uninitialized"

let here () =
  let directory = Temp_dir.make () and before = Sys.getcwd () in
  Fun.protect
    ~finally:(fun () -> Sys.chdir before)
    (fun () ->
      Sys.chdir directory;
      Temp_dir.write "working_copy.db" "";
      Unix.mkdir ".turso" 0o700;
      Unix.mkdir ".turso/default" 0o700;
      Unix.mkdir ".turso/default/base" 0o700;
      Temp_dir.write ".turso/default/base/baseline.db" "";
      Alcotest.(check string)
        "the current folder" "legacy"
        (Turso_integration.detect_workflow_mode ()))

(* The lines of a file in contract/, which the tests of every language read. *)
let contract name =
  Temp_dir.read (Temp_dir.find_above ("contract/" ^ name))
  |> String.split_on_char '\n'
  |> List.filter (fun line -> line <> "" && line.[0] <> '#')

let table_of_codes () =
  List.iter
    (fun line ->
      let word = List.nth (String.split_on_char ' ' line) 1 in
      Alcotest.(check bool)
        word true
        (match Turso.Error.of_word word with Other _ -> false | _ -> true))
    (contract "error-codes.txt")

(* A URL and what it means, around the arrow. *)
let rule line =
  let rec arrow at =
    if String.sub line at 4 = " => " then at else arrow (at + 1)
  in
  let at = arrow 0 in
  (String.sub line 0 at, String.sub line (at + 4) (String.length line - at - 4))

let includes part text =
  let length = String.length part in
  let rec go at =
    at + length <= String.length text
    && (String.sub text at length = part || go (at + 1))
  in
  go 0

(* The server as messages name it. *)
let location url host port path =
  let scheme =
    String.lowercase_ascii (List.hd (String.split_on_char ':' url))
  in
  scheme ^ "://" ^ host ^ port ^ String.concat "" path

let urls () =
  (* No request is made with this token, and the message names the server. *)
  let refused url = Turso.Connection.connect ~token:"a b" url in
  let is_server url scheme host port path =
    let default = if scheme = "https" then "443" else "80" in
    let port = if port = default then "" else ":" ^ port in
    match refused url with
    | Error { code = Remote_unauthorized; message; _ } ->
        let told = " " ^ location url host port path ^ " " in
        Alcotest.(check bool)
          (url ^ " in " ^ message)
          true (includes told message)
    | answer -> code Remote_unauthorized answer
  in
  List.iter
    (fun line ->
      let url, meaning = rule line in
      match String.split_on_char ' ' meaning with
      | (("http" | "https") as scheme) :: host :: port :: path ->
          is_server url scheme host port path
      | "file" :: _ -> ()
      | _ -> code (Turso.Error.of_word meaning) (refused url))
    (contract "urls.txt");
  (* Only a server without TLS is a danger to a token. *)
  code Token_over_http
    (Turso.Connection.connect ~token:"t" "libsql://db.example:8080?tls=0")

let words () =
  let codes =
    [
      Turso.Error.Usage;
      Internal;
      Connection_closed;
      Url_missing;
      Url_unsupported;
      Config_has_secret;
      Remote_unreachable;
      Remote_unauthorized;
      Remote_read_only;
      Remote_not_libsql;
      Remote_interrupted;
      Remote_busy;
      Remote_failed;
      Response_too_large;
      Sql_failed;
      Constraint_failed;
      Value_too_large;
      Sync_failed;
      Committed_not_synced;
      Replica_locked;
      File_inaccessible;
      Disk_full;
      Token_over_http;
      Remote_blocked;
      Remote_refuses_size;
      Remote_redirected;
      Remote_tls;
      Proxy_failed;
      Answer_not_exact;
      Other "SOMETHING_NEW";
    ]
  in
  List.iter
    (fun code ->
      Alcotest.(check bool)
        (Turso.Error.word code) true
        (Turso.Error.of_word (Turso.Error.word code) = code))
    codes;
  let known =
    List.filter (function Turso.Error.Other _ -> false | _ -> true)
  in
  Alcotest.(check (list string))
    "in the order of the table"
    (List.map
       (fun line -> List.nth (String.split_on_char ' ' line) 1)
       (contract "error-codes.txt"))
    (List.map Turso.Error.word (known codes));
  let told = Turso_integration.string_of_db_error in
  Alcotest.(check string)
    "with a hint" "USAGE: No. Do this."
    (told (Turso.Error.make Usage "No" ~hint:"Do this."));
  Alcotest.(check string)
    "without" "SQL_FAILED: no such table: t."
    (told (Turso.Error.make Sql_failed "no such table: t"))

let failing times error =
  let runs = ref 0 in
  let run () =
    incr runs;
    if !runs <= times then Error error else Ok !runs
  in
  (runs, run)

let error ?(retryable = true) code = Turso.Error.make ~retryable code "Not now."

let repeated () =
  let retry = Turso_integration.with_retry ~delay_ms:1 in
  let _, run = failing 3 (error Remote_unreachable) in
  Alcotest.(check int) "the fourth time" 4 (ok (retry run));
  let runs, run = failing 9 (error Remote_unreachable) in
  word Remote_unreachable (retry run);
  Alcotest.(check int) "five times at most" 5 !runs;
  let runs, run = failing 9 (error Remote_busy) in
  word Remote_busy (retry ~attempts:2 run);
  Alcotest.(check int) "twice" 2 !runs

let never_repeated () =
  List.iter
    (fun error ->
      let runs, run = failing 9 error in
      word error.Turso.Error.code (Turso_integration.with_retry ~delay_ms:1 run);
      Alcotest.(check int) "once" 1 !runs)
    [
      error ~retryable:false Sql_failed;
      error Committed_not_synced;
      error ~retryable:false Remote_interrupted;
    ];
  let runs, run = failing 2 (error ~retryable:false Remote_interrupted) in
  ignore (ok (Turso_integration.with_retry ~delay_ms:1 ~repeat_unsure:true run));
  Alcotest.(check int) "where it does no harm" 3 !runs;
  let runs, run = failing 2 (error Remote_interrupted) in
  ignore (ok (Turso_integration.with_retry ~delay_ms:1 run));
  Alcotest.(check int) "a read" 3 !runs

let waits () =
  let began = Unix.gettimeofday () in
  let _, run = failing 3 (error Remote_busy) in
  ignore (ok (Turso_integration.with_retry ~delay_ms:40 run));
  let took = Unix.gettimeofday () -. began in
  (* 40 + 80 + 160, of which up to a half is left out. *)
  Alcotest.(check bool) "long enough" true (took >= 0.14)

(* What a program may pass by mistake, and what comes of it. *)
let refusals connection =
  let file = "file:" ^ Temp_dir.file "refused.db" in
  let connect ?db_path ?token ?auto_sync ?timeout_ms ?max_retries
      ?slow_statement_ms url () =
    Result.map ignore
      (Connection.connect ?db_path ?token ?auto_sync ?timeout_ms ?max_retries
         ?slow_statement_ms url)
  in
  let query ?params sql () =
    Result.map ignore (Connection.query ?params connection sql)
  in
  let batch statements () =
    Result.map ignore (Connection.execute_batch connection statements)
  in
  let insert ?(table = "t") ?(columns = [ "v" ]) rows () =
    Result.map ignore (Connection.insert_rows connection ~table ~columns rows)
  in
  let page max_rows () =
    let cursor = ok (Cursor.open_ connection "SELECT 1") in
    Fun.protect
      ~finally:(fun () -> ignore (Cursor.close cursor))
      (fun () -> Result.map ignore (Cursor.next ~max_rows cursor))
  in
  let with_replica replica () =
    let url = "http://127.0.0.1:1" in
    Result.map ignore
      (Turso.Config.connect
         (Turso.Config.make ~replica ~max_retries:1 ~timeout_ms:2000 url))
  in
  let statement = ok (Statement.prepare connection "SELECT ?") in
  let closed = ok (Statement.prepare connection "SELECT 1") in
  ignore (ok (Statement.close closed));
  let transaction = ok (Transaction.begin_ connection) in
  ignore (ok (Transaction.rollback transaction));
  let plain = Temp_dir.file "plain" in
  Temp_dir.write plain "";
  let bad = Value.Text "\xff" in
  [
    ("no URL", Turso.Error.Url_missing, connect "");
    ("a NUL in the URL", Url_unsupported, connect "libsql://a\000");
    ("a URL that is not UTF-8", Usage, connect "libsql://\xff");
    ("a NUL in the path", Usage, connect ~db_path:"a\000" "http://127.0.0.1:1");
    ( "a NUL in the token",
      Remote_unauthorized,
      connect ~token:"a\000" "http://127.0.0.1:1" );
    ("a token that is not UTF-8", Usage, connect ~token:"\xff" file);
    ("no time", Usage, connect ~timeout_ms:0 file);
    ("time before now", Usage, connect ~timeout_ms:(-1) file);
    ("too much time", Usage, connect ~timeout_ms:max_int file);
    ("retries below none", Usage, connect ~max_retries:(-1) file);
    ("slower than at once", Usage, connect ~slow_statement_ms:0 file);
    ("an interval of 0", Usage, connect ~auto_sync:(Every 0) file);
    ("an interval below 0", Usage, connect ~auto_sync:(Every min_int) file);
    ( "a changed interval of 0",
      Usage,
      fun () -> Connection.set_auto_sync connection (Every 0) );
    ("a NUL in the replica", Usage, with_replica (Temp_dir.file "a\000/r.db"));
    ( "a file for a folder",
      Remote_unreachable,
      with_replica (Filename.concat plain "r.db") );
    ( "a file among the folders",
      File_inaccessible,
      with_replica (Filename.concat plain "live/r.db") );
    ( "a folder that cannot be",
      Url_missing,
      fun () ->
        Result.map ignore (Turso.Config.of_environment ~directory:"\000" ()) );
    ("a NUL", Usage, query "SELECT 1\000");
    ("SQL that is not UTF-8", Usage, query "SELECT '\xff'");
    ("text that is not UTF-8", Usage, query "SELECT ?" ~params:[ bad ]);
    ("a value too many", Usage, query "SELECT 1" ~params:[ Null ]);
    ("no statement", Sql_failed, query "");
    ("a batch with a NUL", Usage, batch [ ("\000", []) ]);
    ("a batch with bad text", Usage, batch [ ("SELECT ?", [ bad ]) ]);
    ("no table", Usage, insert ~table:"" []);
    ("no columns", Usage, insert ~columns:[] []);
    ("values of no columns", Usage, insert ~columns:[] [ [| Null |] ]);
    ("an empty row", Usage, insert [ [| Null |]; [||] ]);
    ("a row that is too long", Usage, insert [ [| Null; Null |] ]);
    ("a NUL in the table", Usage, insert ~table:"t\000" []);
    ("a page of 0 rows", Usage, page 0);
    ("a page below 0 rows", Usage, page (-1));
    ("a page too large", Usage, page max_int);
    ( "a statement without its value",
      Usage,
      fun () -> Result.map ignore (Statement.query statement) );
    ( "a closed statement",
      Connection_closed,
      fun () -> Result.map ignore (Statement.execute closed) );
    ( "a statement closed twice",
      Connection_closed,
      fun () -> Statement.close closed );
    ( "a transaction that is over",
      Connection_closed,
      fun () -> Transaction.commit transaction );
    ( "a transaction ended within",
      Connection_closed,
      fun () ->
        Transaction.with_transaction connection (fun transaction ->
            Transaction.commit transaction) );
    ( "a name of nobody",
      Usage,
      fun () ->
        Result.map ignore (Turso_integration.get_connection ~name:"nobody" ())
    );
    ( "an error that is never over",
      Remote_busy,
      fun () ->
        Retry.with_backoff ~attempts:2 ~delay_ms:min_int (fun () ->
            Error { (error Remote_busy) with hint = Some "Try again." }) );
  ]
  @ List.concat_map
      (fun id ->
        let nobody = Connection.of_id id in
        List.map
          (fun call ->
            (Printf.sprintf "id %d" id, Turso.Error.Connection_closed, call))
          [
            (fun () -> Result.map ignore (Connection.query nobody "SELECT 1"));
            (fun () -> Result.map ignore (Connection.sync nobody));
            (fun () -> Result.map ignore (Connection.stats nobody));
            (fun () -> Result.map ignore (Turso.Health.check nobody));
            (fun () -> Result.map ignore (Turso.Database_stats.read nobody));
            (fun () -> Connection.close nobody);
          ])
      [ 0; -1; max_int; min_int ]

let refused () =
  with_file (fun connection ->
      execute connection "CREATE TABLE t (v)";
      List.iter
        (fun (what, expected, call) ->
          match call () with
          | answer -> code expected answer
          | exception raised ->
              Alcotest.failf "%s raises %s" what (Printexc.to_string raised))
        (refusals connection);
      Alcotest.(check int)
        "nothing was changed" 0
        (count connection "SELECT count(*) FROM t"))

(* Whoever asks again does not get the end of the rows. *)
let failed_cursor () =
  with_file (fun connection ->
      let sql =
        "SELECT abs(iif(value < 2, value, -9223372036854775807 - 1)) FROM \
         json_each('[1, 2]')"
      in
      let cursor = ok (Cursor.open_ connection sql) in
      ignore (ok (Cursor.next ~max_rows:1 cursor));
      code Sql_failed (Cursor.next cursor);
      code Sql_failed (Cursor.next cursor);
      ignore (ok (Cursor.close cursor));
      code Connection_closed (Cursor.next cursor))

let ids_in_texts () =
  List.iter
    (fun id ->
      match Turso_ffi.turso_query id "SELECT 1" with
      | Error told ->
          Alcotest.(check string)
            id "CONNECTION_CLOSED"
            (List.hd (String.split_on_char ':' told))
      | Ok _ -> Alcotest.fail id)
    [ ""; "x"; "-1"; "0x1"; "1_0"; String.make 30 '9'; "1\000" ]

let () =
  Alcotest.run "settings"
    [
      ( "configuration",
        [
          test "what .env says" dot_env;
          test "the environment wins" environment_wins;
          test "no URL" missing;
          test ".env that cannot be read" unreadable;
        ] );
      ("mode", [ test "by what is there" modes; test "here" here ]);
      ( "errors",
        [
          test "words and texts" words;
          test "the codes of every language" table_of_codes;
        ] );
      ("URLs", [ test "as in every language" urls ]);
      ( "refused calls",
        [
          test "say so and raise nothing" refused;
          test "of a cursor that has failed" failed_cursor;
          test "on ids in texts" ids_in_texts;
        ] );
      ( "repetition",
        [
          test "what may succeed later" repeated;
          test "what may not be repeated" never_repeated;
          test "waits in between" waits;
        ] );
    ]
