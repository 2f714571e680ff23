type t = { id : int; notice : string option }
type auto_sync = After_writes | Off | Every of int

let ( let* ) = Result.bind
let id { id; _ } = id
let of_id id = { id; notice = None }
let notice { notice; _ } = notice
let version = Raw.version

(* A failure shows in the first call that needs the threads. *)
let init_runtime () = ignore (Raw.init_runtime ())

(* As turso_auto_sync has them; the library asks no interval of the others. *)
let mode_and_interval = function
  | After_writes -> (0, 0)
  | Off -> (1, 0)
  | Every interval_ms -> (2, interval_ms)

(* The library takes zero for its default. *)
let checked_option what = function
  | None -> Ok 0
  | Some number -> Count.checked what number

let checked_mode auto_sync =
  match auto_sync with
  | Every interval_ms ->
      let* _ = Count.checked "The interval of auto-sync, in ms," interval_ms in
      Ok (mode_and_interval auto_sync)
  | After_writes | Off -> Ok (mode_and_interval auto_sync)

(* Signals whose handlers may raise: other threads run them. *)
let signals =
  Sys.[ sigalrm; sighup; sigint; sigquit; sigterm; sigusr1; sigusr2 ]

(* The thread waits in the library without the runtime lock. So no thread of the
   library has to enter OCaml, and the function may do what it likes. *)
let listen (id, on_event) =
  ignore (Thread.sigmask SIG_BLOCK signals);
  let rec go () =
    match Wire.(answer read_event) (Raw.next_event id) with
    | Ok event ->
        (try Option.iter on_event event with _ -> ());
        go ()
    | Error _ -> ()
  in
  go ()

let start_listening id on_event =
  match
    Option.iter
      (fun on_event -> ignore (Thread.create listen (id, on_event)))
      on_event
  with
  | () -> Ok ()
  | exception (Failure reason | Sys_error reason) ->
      ignore (Raw.close_connection id);
      Error
        (Error.make Internal
           (Printf.sprintf "The thread for events cannot be started: %s."
              (String.trim reason))
           ~hint:"Look at the limits of the system for threads.")

let connect ?(db_path = "") ?(token = "") ?(encryption_key = "")
    ?(auto_sync = After_writes) ?timeout_ms ?max_retries
    ?(offline_start = false) ?slow_statement_ms ?on_event url =
  let* auto_sync, sync_interval_ms = checked_mode auto_sync in
  let* timeout_ms = checked_option "The timeout, in ms," timeout_ms in
  let* max_retries = checked_option "The number of retries" max_retries in
  let* slow_statement_ms =
    checked_option "The time of a slow statement, in ms," slow_statement_ms
  in
  let* id, notice =
    Wire.made_answer Wire.read_text
      (Raw.open_
         {
           db_path;
           url;
           token;
           auto_sync;
           sync_interval_ms;
           timeout_ms;
           max_retries;
           encryption_key;
           offline_start;
           slow_statement_ms;
         })
  in
  let* () = start_listening id on_event in
  Ok { id; notice = (if notice = "" then None else Some notice) }

let close { id; _ } = Wire.(answer read_nothing) (Raw.close_connection id)

let closing connection use =
  Fun.protect
    ~finally:(fun () -> ignore (close connection))
    (fun () -> use connection)

let with_connection ?db_path ?token ?encryption_key ?auto_sync ?timeout_ms
    ?max_retries ?offline_start ?slow_statement_ms ?on_event url use =
  let* connection =
    connect ?db_path ?token ?encryption_key ?auto_sync ?timeout_ms ?max_retries
      ?offline_start ?slow_statement_ms ?on_event url
  in
  closing connection use

let query ?(params = []) { id; _ } sql =
  Wire.(answer read_rows) (Raw.query id sql (Wire.values params))

let execute ?(params = []) { id; _ } sql =
  Wire.(answer read_executed) (Raw.execute id sql (Wire.values params))

let execute_batch { id; _ } statements =
  Wire.(answer read_changes) (Raw.execute_batch id (Wire.statements statements))

(* Where the first row is that has not one value a column, counted from 1. *)
let ragged columns rows =
  let width = List.length columns in
  let rec go number = function
    | [] -> None
    | row :: _ when Array.length row <> width ->
        Some (number, Array.length row, width)
    | _ :: rest -> go (number + 1) rest
  in
  go 1 rows

let insert_rows { id; _ } ~table ~columns rows =
  match ragged columns rows with
  | Some (number, values, width) ->
      Error
        (Error.make Usage
           (Printf.sprintf "Row %d has %d values for %d columns." number values
              width)
           ~hint:"Give every row one value a column; Null where it has none.")
  | None ->
      Wire.(answer read_changes)
        (Raw.insert_rows id table (Wire.rows ~columns rows))

let sync { id; _ } = Wire.(answer read_synced) (Raw.sync id)

let set_token { id; _ } token =
  Wire.(answer read_nothing) (Raw.set_token id token)

let set_auto_sync { id; _ } auto_sync =
  let* mode, interval = checked_mode auto_sync in
  Wire.(answer read_nothing) (Raw.set_auto_sync id mode interval)

let stats { id; _ } = Wire.(answer read_stats) (Raw.stats id)
