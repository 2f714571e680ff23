(** What both ways do: how often, and to which table. *)

type t = {
  url : string;
  token : string option;
  has_replica : bool;  (** a [file:] database has none *)
  command : string;  (** turso-core's, such as [turso-sync] *)
  runs : int;
  batch : int;
  table : string;
}

type measured = {
  set_up : float;
  single_insert : float;
  batch_insert : float;
  query : float;
}
(** What was measured of one way: the median of the runs, in milliseconds. *)

exception Failed of string

(** The answer, or the end of the demo. *)
let ok = function
  | Ok answer -> answer
  | Error error -> raise (Failed (Turso.Error.to_string error))

let create_table { table; _ } =
  Printf.sprintf "CREATE TABLE %s (id INTEGER PRIMARY KEY, note TEXT NOT NULL)"
    table

let rows ~from count =
  List.init count (fun at ->
      [|
        Turso.Value.Int (Int64.of_int (from + at));
        Text (Printf.sprintf "note %d" (from + at));
      |])

let insert plan connection rows =
  ignore
    (ok
       (Turso.Connection.insert_rows connection ~table:plan.table
          ~columns:[ "id"; "note" ] rows))

(** Reads back what has just been written, and checks that it is there. *)
let query plan connection id =
  let sql = Printf.sprintf "SELECT note FROM %s WHERE id = ?" plan.table in
  match
    (ok
       (Turso.Connection.query connection sql ~params:[ Int (Int64.of_int id) ]))
      .rows
  with
  | [ [| Text note |] ] when note = Printf.sprintf "note %d" id -> ()
  | _ -> raise (Failed (Printf.sprintf "Row %d is not there." id))

(** Runs a function with a way to get a connection that is opened when it is
    first asked for. *)
let with_lazy_connection connect use =
  let connection = lazy (ok (connect ())) in
  Fun.protect
    ~finally:(fun () ->
      if Lazy.is_val connection then
        ignore (Turso.Connection.close (Lazy.force connection)))
    (fun () -> use (fun () -> Lazy.force connection))

(** Writes and reads by the functions of one way. Ids begin at [from]. *)
let measure plan ~from ~set_up ~write ~read =
  let time work =
    Interrupt.check ();
    Stopwatch.time work
  in
  let _, set_up = time set_up in
  let singles =
    List.init plan.runs (fun run ->
        let id = from + run in
        let (), write_time = time (fun () -> write (rows ~from:id 1)) in
        let (), read_time = time (fun () -> read id) in
        (write_time, read_time))
  in
  let batches =
    List.init plan.runs (fun run ->
        let from = from + plan.runs + (run * plan.batch) in
        let (), write_time = time (fun () -> write (rows ~from plan.batch)) in
        read (from + plan.batch - 1);
        write_time)
  in
  {
    set_up;
    single_insert = Stopwatch.median (List.map fst singles);
    query = Stopwatch.median (List.map snd singles);
    batch_insert = Stopwatch.median batches;
  }
