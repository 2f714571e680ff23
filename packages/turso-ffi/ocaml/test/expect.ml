(** What tests expect of answers. *)

open Turso

let value = Alcotest.testable Value.pp Value.equal
let rows = Alcotest.(list (array value))

(** That rows are the same, also in threads and domains. What Alcotest prints of
    each check goes through one formatter, and two domains at a time break it:
    here it prints only a failure. *)
let same_rows what expected found =
  if not (Alcotest.equal rows expected found) then
    Alcotest.check rows what expected found

(** The answer of a call that has to succeed. *)
let ok = function
  | Ok answer -> answer
  | Error error -> Alcotest.fail (Turso.Error.to_string error)

(** What the table of codes says of [retryable], by the words of the codes. *)
let retryable_by_word =
  Error_codes.table |> String.split_on_char '\n'
  |> List.filter_map (fun line ->
         match String.split_on_char ' ' line with
         | number :: word :: retryable :: _ when number <> "#" ->
             Some (word, retryable)
         | _ -> None)

(** That an answer is an error of this code, also one that a test or a program
    made. *)
let word expected = function
  | Ok _ -> Alcotest.failf "succeeds, not %s" (Turso.Error.word expected)
  | Error ({ code; _ } as error : Turso.Error.t) ->
      Alcotest.(check string)
        (Turso.Error.to_string error)
        (Turso.Error.word expected)
        (Turso.Error.word code)

(** That a call fails with this code, says what happened and what to do, and is
    retryable only as the table of codes allows. *)
let code expected answer =
  word expected answer;
  match answer with
  | Ok _ -> ()
  | Error ({ code; message; hint; retryable } as error : Turso.Error.t) ->
      let told = Turso.Error.to_string error in
      Alcotest.(check bool) "it says something" true (message <> "");
      Alcotest.(check bool)
        ("it says what to do: " ^ told)
        true
        (Option.value hint ~default:"" <> "");
      let allowed = List.assoc (Turso.Error.word code) retryable_by_word in
      Alcotest.(check string)
        ("retryable: " ^ told) allowed
        (match allowed with
        | "sometimes" -> allowed
        | _ when retryable -> "always"
        | _ -> "never")

(** The rows of a query on a connection. *)
let query ?params connection sql =
  (ok (Connection.query ?params connection sql)).rows

let execute ?params connection sql =
  ignore (ok (Connection.execute ?params connection sql))

(** The number in the only cell of an answer. *)
let count connection sql =
  match query connection sql with
  | [ [| Int number |] ] -> Int64.to_int number
  | _ -> Alcotest.fail ("one number: " ^ sql)

let closing connection run =
  Fun.protect
    ~finally:(fun () -> ignore (Connection.close connection))
    (fun () -> run connection)

(** A connection for one test, with a replica of its own. *)
let with_replica ?auto_sync ?timeout_ms server =
  closing
    (ok
       (Connection.connect ?auto_sync ?timeout_ms
          ~db_path:(Temp_dir.file "replica.db")
          (Sqld.url server)))

(** A connection to a file, without a server. *)
let with_file run =
  closing (ok (Connection.connect ("file:" ^ Temp_dir.file "local.db"))) run

(** Waits until something holds, however busy the machine is. *)
let eventually what holds =
  let deadline = Unix.gettimeofday () +. 30. in
  while not (holds ()) do
    if Unix.gettimeofday () > deadline then Alcotest.fail ("never: " ^ what);
    Thread.delay 0.01
  done

let test name run = Alcotest.test_case name `Quick run

(** A test with a server of its own. *)
let on_server name run = test name (fun () -> Sqld.with_server run)
