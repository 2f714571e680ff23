(* Point queries on a replica, by this library and by the sqlite3 package.

   usage: point_query.exe URL FOLDER

   Prints the seconds of each round of 2,000 queries, as JSON. The two never open
   one file: two SQLites in one process would drop each other's locks. *)

open Turso

let rows = 10_000
let queries = 2_000
let rounds = 5
let select = "SELECT id, contact, kind, at, amount FROM events WHERE id = ?"
let columns = [ "id"; "contact"; "kind"; "at"; "amount" ]

let ok = function
  | Ok answer -> answer
  | Error error ->
      prerr_endline (Turso.Error.to_string error);
      exit 1

let event id =
  let number = Int64.of_int id in
  [|
    Int number;
    Int (Int64.rem number 977L);
    Text "opened";
    Text "2026-01-18T08:30:00Z";
    Real (float_of_int id /. 8.);
  |]

let fill connection =
  ignore
    (ok
       (Connection.execute connection
          "CREATE TABLE IF NOT EXISTS events(id INTEGER PRIMARY KEY, contact \
           INTEGER, kind TEXT, at TEXT, amount REAL)"));
  ignore (ok (Connection.execute connection "DELETE FROM events"));
  ignore
    (ok
       (Connection.insert_rows connection ~table:"events" ~columns
          (List.init rows (fun at -> event (at + 1)))))

(* As it is on disk, with what its log holds. *)
let copy_replica replica copy =
  List.iter
    (fun suffix ->
      let from = replica ^ suffix in
      if Sys.file_exists from then
        let command = Filename.quote_command "cp" [ from; copy ^ suffix ] in
        if Sys.command command <> 0 then exit 1)
    [ ""; "-wal" ]

(* Far apart, so that no page is asked for twice in a row. *)
let id_of query = (query * 7_919 mod rows) + 1

let timed run =
  let began = Unix.gettimeofday () in
  for query = 1 to queries do
    run (id_of query)
  done;
  Unix.gettimeofday () -. began

let found id = function
  | { Answer.rows = [ [| Int found; _; _; _; Real _ |] ]; _ }
    when found = Int64.of_int id ->
      ()
  | _ -> failwith "another row"

let prepared statement id =
  let params = [ Int (Int64.of_int id) ] in
  found id (ok (Statement.query statement ~params))

let unprepared connection id =
  let params = [ Int (Int64.of_int id) ] in
  found id (ok (Connection.query connection select ~params))

let peer statement id =
  Sqlite3.Rc.check (Sqlite3.reset statement);
  Sqlite3.Rc.check (Sqlite3.bind_int statement 1 id);
  match (Sqlite3.step statement, Sqlite3.row_data statement) with
  | ROW, [| INT found; _; _; _; FLOAT _ |] when found = Int64.of_int id -> ()
  | _ -> failwith "another row"

let print measured =
  let list times = String.concat "," (List.map (Printf.sprintf "%.6f") times) in
  let pair (name, times) =
    Printf.sprintf {|"%s":[%s]|} name (list (List.rev times))
  in
  print_endline ("{" ^ String.concat "," (List.map pair measured) ^ "}")

let measure url folder =
  let replica = Filename.concat folder "replica.db" in
  let copy = Filename.concat folder "peer.db" in
  let connect () = ok (Connection.connect url ~db_path:replica) in
  let connection = connect () in
  fill connection;
  ok (Connection.close connection);
  copy_replica replica copy;
  let connection = connect () in
  let statement = ok (Statement.prepare connection select) in
  let db = Sqlite3.db_open copy in
  let peer_statement = Sqlite3.prepare db select in
  let ways =
    [
      ("ours", prepared statement);
      ("unprepared", unprepared connection);
      ("peer", peer peer_statement);
    ]
  in
  let round measured =
    List.map2
      (fun (name, times) (_, run) -> (name, timed run :: times))
      measured ways
  in
  (* The first round warms up. *)
  ignore (round (List.map (fun (name, _) -> (name, [])) ways));
  let rec go left measured =
    if left = 0 then measured else go (left - 1) (round measured)
  in
  print (go rounds (List.map (fun (name, _) -> (name, [])) ways));
  Sqlite3.Rc.check (Sqlite3.finalize peer_statement);
  ignore (Sqlite3.db_close db);
  ok (Connection.close connection)

let () =
  match Sys.argv with
  | [| _; url; folder |] -> measure url folder
  | _ ->
      prerr_endline "usage: point_query.exe URL FOLDER";
      exit 2
