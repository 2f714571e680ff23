(** Runs the contract of direct access: contract/direct-access.txt, which says
    how it is written. *)

open Turso

(** The calls that the contract is about, as a library offers them. *)
module type CALLS = sig
  module Connection : sig
    type t

    val connect :
      ?db_path:string ->
      ?token:string ->
      ?timeout_ms:int ->
      ?offline_start:bool ->
      ?slow_statement_ms:int ->
      ?on_event:(Event.t -> unit) ->
      auto_sync:Turso.Connection.auto_sync ->
      string ->
      (t, Error.t) result

    val close : t -> (unit, Error.t) result

    val query :
      params:Value.t list -> t -> string -> (Answer.rows, Error.t) result

    val execute :
      params:Value.t list -> t -> string -> (Answer.changes, Error.t) result

    val execute_batch :
      t -> (string * Value.t list) list -> (Answer.changes, Error.t) result

    val insert_rows :
      t ->
      table:string ->
      columns:string list ->
      Value.t array list ->
      (Answer.changes, Error.t) result

    val set_token : t -> string -> (unit, Error.t) result
    val sync : t -> (Answer.synced, Error.t) result
    val stats : t -> (Answer.stats, Error.t) result
  end

  module Transaction : sig
    type t

    val begin_ : Connection.t -> (t, Error.t) result

    val query :
      params:Value.t list -> t -> string -> (Answer.rows, Error.t) result

    val execute :
      params:Value.t list -> t -> string -> (Answer.changes, Error.t) result

    val commit : t -> (unit, Error.t) result
    val rollback : t -> (unit, Error.t) result
  end
end

let decoded word =
  let hex at = Char.chr (int_of_string ("0x" ^ String.sub word at 2)) in
  let buffer = Buffer.create (String.length word) in
  let rec go at =
    if at < String.length word then
      if word.[at] = '%' then (
        Buffer.add_char buffer (hex (at + 1));
        go (at + 3))
      else (
        Buffer.add_char buffer word.[at];
        go (at + 1))
  in
  go 0;
  Buffer.contents buffer

let bytes_of_hex hex =
  String.init
    (String.length hex / 2)
    (fun at -> Char.chr (int_of_string ("0x" ^ String.sub hex (2 * at) 2)))

let value word =
  match String.index_opt word ':' with
  | None when word = "null" -> Null
  | None -> failwith ("no value: " ^ word)
  | Some at -> (
      let rest = String.sub word (at + 1) (String.length word - at - 1) in
      match String.sub word 0 at with
      | "int" -> Int (Int64.of_string rest)
      | "real" -> Real (float_of_string rest)
      | "text" -> Text (decoded rest)
      | "blob" -> Blob (bytes_of_hex rest)
      | kind -> failwith ("no kind of value: " ^ kind))

(* %00 in SQL stands for a NUL. *)
let sql text =
  let rec go text =
    match String.index_opt text '%' with
    | Some at when at + 3 <= String.length text && String.sub text at 3 = "%00"
      ->
        String.sub text 0 at ^ "\000"
        ^ go (String.sub text (at + 3) (String.length text - at - 3))
    | Some at ->
        String.sub text 0 (at + 1)
        ^ go (String.sub text (at + 1) (String.length text - at - 1))
    | None -> text
  in
  go text

let words text = List.filter (( <> ) "") (String.split_on_char ' ' text)
let values text = List.map value (words text)

(* A line: its first word, and the rest. *)
let split line =
  match String.index_opt line ' ' with
  | None -> (line, "")
  | Some at ->
      ( String.sub line 0 at,
        String.sub line (at + 1) (String.length line - at - 1) )

(* A step, with the lines that belong to it. *)
type step = { verb : string; rest : string; details : (string * string) list }

let is_detail = function
  | "bind" | "columns" | "row" | "changes" | "error" | "statement" | "values" ->
      true
  | _ -> false

let steps lines =
  List.rev
    (List.fold_left
       (fun steps line ->
         match (split line, steps) with
         | ((word, _) as detail), step :: others when is_detail word ->
             { step with details = step.details @ [ detail ] } :: others
         | (verb, rest), _ -> { verb; rest; details = [] } :: steps)
       [] lines)

let behaviours text =
  let lines =
    List.filter
      (fun line -> line <> "" && line.[0] <> '#')
      (String.split_on_char '\n' text)
  in
  List.rev_map
    (fun (title, lines) -> (title, steps (List.rev lines)))
    (List.fold_left
       (fun behaviours line ->
         match (split line, behaviours) with
         | ("behaviour", title), _ -> (title, []) :: behaviours
         | _, (title, lines) :: others -> (title, line :: lines) :: others
         | _, [] -> failwith ("before any behaviour: " ^ line))
       [] lines)

(* The kinds of events that no step has waited for, newest first. *)
type events = { lock : Mutex.t; mutable kinds : string list }

type outcome =
  | Done
  | Rows of Answer.rows
  | Returned of Answer.changes
  | Changes of Answer.changes

let locked { lock; _ } work =
  Mutex.lock lock;
  Fun.protect ~finally:(fun () -> Mutex.unlock lock) work

let kind : Event.t -> string = function
  | Sync _ -> "sync"
  | Retry _ -> "retry"
  | Rebuild _ -> "rebuild"
  | Slow _ -> "slow"

let listen events event =
  locked events (fun () -> events.kinds <- kind event :: events.kinds)

(* Takes the events up to one of this kind, if it has come. *)
let take_event events wanted =
  let rec after = function
    | [] -> None
    | kind :: later when kind = wanted -> Some later
    | _ :: later -> after later
  in
  locked events (fun () ->
      match after (List.rev events.kinds) with
      | Some later ->
          events.kinds <- List.rev later;
          true
      | None -> false)

let details word step = List.filter (fun (name, _) -> name = word) step.details

let params step =
  match details "bind" step with [] -> [] | (_, rest) :: _ -> values rest

(* What `open` says; no URL is the server's. *)
type opening = {
  name : string;
  kind : string;
  auto_sync : Turso.Connection.auto_sync;
  url : string option;
  token : string option;
  timeout_ms : int option;
  offline_start : bool;
  slow_statement_ms : int option;
}

let default_opening =
  {
    name = "main";
    kind = "replica";
    auto_sync = Turso.Connection.After_writes;
    url = None;
    token = None;
    timeout_ms = None;
    offline_start = false;
    slow_statement_ms = None;
  }

module Make (Calls : CALLS) = struct
  open Calls

  type scene = {
    folder : string;
    server : Sqld.t option;
    url : string;  (** where the server is reached *)
    connections : (string, Connection.t) Hashtbl.t;
    transactions : (string, Transaction.t) Hashtbl.t;
    keys : (string, Tokens.t) Hashtbl.t;
    events : (string, events) Hashtbl.t;
    mutable current : string;
  }

  let server scene = Option.get scene.server

  let tokens scene name =
    match Hashtbl.find_opt scene.keys name with
    | Some tokens -> tokens
    | None ->
        let tokens = Tokens.make () in
        Hashtbl.replace scene.keys name tokens;
        tokens

  let rec opened scene opening = function
    | "as" :: name :: rest -> opened scene { opening with name } rest
    | "at" :: url :: rest -> opened scene { opening with url = Some url } rest
    | "token" :: token :: rest ->
        opened scene { opening with token = Some token } rest
    | "key" :: key :: rest ->
        let token = Some (tokens scene key).read_write in
        opened scene { opening with token } rest
    | "offline-start" :: rest ->
        opened scene { opening with offline_start = true } rest
    | "timeout" :: ms :: rest ->
        opened scene { opening with timeout_ms = Some (int_of_string ms) } rest
    | "slow" :: ms :: rest ->
        let slow_statement_ms = Some (int_of_string ms) in
        opened scene { opening with slow_statement_ms } rest
    | (("replica" | "remote" | "file") as kind) :: rest ->
        opened scene { opening with kind } rest
    | "auto-sync" :: mode :: rest ->
        let auto_sync =
          match mode with
          | "on" -> Turso.Connection.After_writes
          | "off" -> Off
          | ms -> Every (int_of_string ms)
        in
        opened scene { opening with auto_sync } rest
    | word :: _ -> failwith ("open: " ^ word)
    | [] ->
        let { name; kind; auto_sync; url; token; _ } = opening in
        let { timeout_ms; offline_start; slow_statement_ms; _ } = opening in
        let events = { lock = Mutex.create (); kinds = [] } in
        let connect =
          Connection.connect ?timeout_ms ~offline_start ?slow_statement_ms
            ~on_event:(listen events) ~auto_sync
        in
        let file = Filename.concat scene.folder (name ^ ".db") in
        let url () = Option.value url ~default:scene.url in
        scene.current <- name;
        Result.map
          (fun connection ->
            Hashtbl.replace scene.connections name connection;
            Hashtbl.replace scene.events name events;
            Done)
          (match kind with
          | "file" -> connect ("file:" ^ file)
          | "remote" -> connect ?token (url ())
          | _ -> connect ?token ~db_path:file (url ()))

  (* Each statement of a batch with the `bind` that may follow it. *)
  let rec statements = function
    | ("statement", text) :: ("bind", rest) :: others ->
        (sql text, values rest) :: statements others
    | ("statement", text) :: others -> (sql text, []) :: statements others
    | _ -> []

  let inserted connection step =
    match List.map decoded (words step.rest) with
    | [] -> failwith "insert: no table"
    | table :: columns ->
        Connection.insert_rows connection ~table ~columns
          (List.map
             (fun (_, rest) -> Array.of_list (values rest))
             (details "values" step))

  let ended scene finish =
    let transaction = Hashtbl.find scene.transactions scene.current in
    Hashtbl.remove scene.transactions scene.current;
    Result.map (fun () -> Done) (finish transaction)

  (* By SQLite's own shell, which is another program. *)
  let run_elsewhere path sql =
    let command = Filename.quote_command "sqlite3" [ "-bail"; path; sql ] in
    if Sys.command command <> 0 then failwith command

  (* What another program does to a file of a replica. *)
  let harm scene part how =
    let suffix = if part = "file" then "" else part in
    let path = Filename.concat scene.folder (scene.current ^ ".db" ^ suffix) in
    match how with
    | "delete" -> if Sys.file_exists path then Sys.remove path
    | "empty" -> Temp_dir.write path ""
    | "replace" ->
        Sys.remove path;
        run_elsewhere path
          "CREATE TABLE t (v); INSERT INTO t VALUES ('another')"
    | "write" -> run_elsewhere path "DELETE FROM t"
    | how -> failwith ("harm: " ^ how)

  let check_rebuilds connection wanted =
    Result.map
      (fun (stats : Answer.stats) ->
        Alcotest.(check int64)
          "rebuilds" (Int64.of_string wanted) stats.rebuilds;
        Done)
      (Connection.stats connection)

  let run scene step =
    let connection () = Hashtbl.find scene.connections scene.current in
    let transaction = Hashtbl.find_opt scene.transactions scene.current in
    let params = params step in
    let changes = Result.map (fun changes -> Changes changes) in
    let nothing answer = Result.map (fun _ -> Done) answer in
    match (step.verb, transaction) with
    | "open", _ -> opened scene default_opening (words step.rest)
    | "use", _ ->
        scene.current <- step.rest;
        Ok Done
    | "execute", Some transaction ->
        changes (Transaction.execute ~params transaction (sql step.rest))
    | "execute", None ->
        changes (Connection.execute ~params (connection ()) (sql step.rest))
    | "returning", _ ->
        Result.map
          (fun changes -> Returned changes)
          (match transaction with
          | Some transaction ->
              Transaction.execute ~params transaction (sql step.rest)
          | None -> Connection.execute ~params (connection ()) (sql step.rest))
    | "query", _ ->
        Result.map
          (fun rows -> Rows rows)
          (match transaction with
          | Some transaction ->
              Transaction.query ~params transaction (sql step.rest)
          | None -> Connection.query ~params (connection ()) (sql step.rest))
    | "batch", _ ->
        changes
          (Connection.execute_batch (connection ()) (statements step.details))
    | "insert", _ -> changes (inserted (connection ()) step)
    | "begin", _ ->
        Result.map
          (fun transaction ->
            Hashtbl.replace scene.transactions scene.current transaction;
            Done)
          (Transaction.begin_ (connection ()))
    | "commit", _ -> ended scene Transaction.commit
    | "rollback", _ -> ended scene Transaction.rollback
    | "sync", _ -> nothing (Connection.sync (connection ()))
    | "close", _ -> nothing (Connection.close (connection ()))
    | "elsewhere", _ ->
        Sqld.elsewhere (server scene) step.rest;
        Ok Done
    | "server", _ ->
        (match words step.rest with
        | [ "stop" ] -> Sqld.kill_noticed
        | [ "start" ] -> Sqld.start_again
        | [ "save" ] -> Sqld.save
        | [ "restore" ] -> Sqld.restore
        | [ "freeze" ] -> Sqld.freeze
        | [ "thaw" ] -> Sqld.thaw
        | [ "key"; name ] ->
            let { Tokens.public_key; _ } = tokens scene name in
            fun server -> Sqld.take_only server public_key
        | _ -> failwith ("server: " ^ step.rest))
          (server scene);
        Ok Done
    | "token", _ ->
        let { Tokens.read_write; _ } = tokens scene step.rest in
        nothing (Connection.set_token (connection ()) read_write)
    | "told", _ ->
        let events = Hashtbl.find scene.events scene.current in
        Expect.eventually ("told " ^ step.rest) (fun () ->
            take_event events step.rest);
        Ok Done
    | "harm", _ ->
        let part, how = split step.rest in
        harm scene part how;
        Ok Done
    | "rebuilds", _ -> check_rebuilds (connection ()) step.rest
    | "pause", _ ->
        Thread.delay (float_of_string step.rest /. 1000.);
        Ok Done
    | verb, _ -> failwith ("no such step: " ^ verb)

  let check_rows what step { Answer.columns; rows } =
    List.iter
      (fun (_, names) ->
        Alcotest.(check (array string))
          what
          (Array.of_list (List.map decoded (words names)))
          columns)
      (details "columns" step);
    Alcotest.(check Expect.rows)
      what
      (List.map
         (fun (_, rest) -> Array.of_list (values rest))
         (details "row" step))
      rows

  let check_changes what step { Answer.rows_changed; _ } =
    List.iter
      (fun (_, expected) ->
        Alcotest.(check int64) what (Int64.of_string expected) rows_changed)
      (details "changes" step)

  let check_refusal what refusal outcome =
    let word, again = split refusal in
    Expect.code (Turso.Error.of_word word) outcome;
    match (again, outcome) with
    | "", _ | _, Ok _ -> ()
    | _, Error ({ retryable; _ } : Turso.Error.t) ->
        Alcotest.(check string)
          what again
          (if retryable then "retryable" else "final")

  let check step outcome =
    let what = step.verb ^ " " ^ step.rest in
    match (details "error" step, outcome) with
    | [ (_, refusal) ], outcome -> check_refusal what refusal outcome
    | _, Error error -> Alcotest.fail (what ^ ": " ^ Turso.Error.to_string error)
    | _, Ok (Rows rows) -> check_rows what step rows
    | _, Ok (Changes changes) -> check_changes what step changes
    | _, Ok (Returned changes) ->
        check_changes what step changes;
        check_rows what step changes.returned
    | _, Ok Done -> ()

  let play ?(url = "") steps server =
    let scene =
      {
        folder = Temp_dir.make ();
        server;
        url;
        connections = Hashtbl.create 2;
        transactions = Hashtbl.create 2;
        keys = Hashtbl.create 2;
        events = Hashtbl.create 2;
        current = "main";
      }
    in
    Fun.protect
      ~finally:(fun () ->
        Hashtbl.iter
          (fun _ connection -> ignore (Connection.close connection))
          scene.connections)
      (fun () -> List.iter (fun step -> check step (run scene step)) steps)

  let needs_server steps =
    not
      (List.exists
         (fun { verb; rest; _ } ->
           verb = "open"
           && List.exists
                (fun word -> List.mem word [ "file"; "at" ])
                (words rest))
         steps)

  let test (title, steps) =
    Expect.test title (fun () ->
        if needs_server steps then
          Sqld.with_server (fun server ->
              play ~url:(Sqld.url server) steps (Some server))
        else play steps None)

  (* A behaviour of a server that is there, each connection without a replica;
   nothing for what only replicas do. *)
  let without_replica (title, steps) =
    let is_of_replicas { verb; rest; _ } =
      List.mem verb [ "sync"; "rebuilds"; "harm" ]
      || (verb = "open" && List.mem "auto-sync" (words rest))
      || verb = "server"
         && List.mem (fst (split rest)) [ "stop"; "key"; "freeze" ]
    in
    let remote = function
      | { verb = "open"; rest; _ } as step ->
          { step with rest = rest ^ " remote" }
      | step -> step
    in
    if needs_server steps && not (List.exists is_of_replicas steps) then
      Some (title, List.map remote steps)
    else None

  (* On a server that speaks the JSON of Hrana 2 only. *)
  let json_test (title, steps) =
    Expect.test title (fun () ->
        Sqld.with_server (fun server ->
            play ~url:(Doubles.url server "bare") steps (Some server)))

  (** The behaviours as tests, except those [without]; [also_json] runs them on
      a server without Protocol Buffers too. *)
  let run ?(also_json = false) ?(without = []) name =
    let text =
      Temp_dir.read (Temp_dir.find_above "contract/direct-access.txt")
    in
    let behaviours =
      List.filter
        (fun (title, _) -> not (List.mem title without))
        (behaviours text)
    in
    let in_json =
      if also_json then List.filter_map without_replica behaviours else []
    in
    Alcotest.run name
      [
        ("contract", List.map test behaviours);
        ("contract in JSON", List.map json_test in_json);
      ]
end
