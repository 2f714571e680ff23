(* Connections by name, each opened when it is first asked for. *)

type slot = {
  (* Held while this one connects, so that two threads do not open its replica
     twice. Others connect meanwhile. *)
  lock : Mutex.t;
  mutable config : Turso.Config.t option;
  mutable connection : Turso.Connection.t option;
}

let ( let* ) = Result.bind
let slots : (string, slot) Hashtbl.t = Hashtbl.create 4
let slots_lock = Mutex.create ()

let locked mutex work =
  Mutex.lock mutex;
  Fun.protect ~finally:(fun () -> Mutex.unlock mutex) work

let slot name =
  locked slots_lock (fun () ->
      match Hashtbl.find_opt slots name with
      | Some slot -> slot
      | None ->
          let slot =
            { lock = Mutex.create (); config = None; connection = None }
          in
          Hashtbl.add slots name slot;
          slot)

let is_closed connection =
  match Turso.Connection.stats connection with
  | Error { code = Connection_closed; _ } -> true
  | Ok _ | Error _ -> false

let closed_quietly connection = ignore (Turso.Connection.close connection)

let configure name config =
  let slot = slot name in
  locked slot.lock (fun () ->
      Option.iter closed_quietly slot.connection;
      slot.connection <- None;
      slot.config <- Some config)

(** The connection of a name; [config] says how to open it where nobody did. *)
let get name ~config =
  let slot = slot name in
  locked slot.lock (fun () ->
      match slot.connection with
      | Some connection when not (is_closed connection) -> Ok connection
      | Some _ | None ->
          let* config =
            Option.fold ~none:(config ()) ~some:Result.ok slot.config
          in
          let* connection = Turso.Config.connect config in
          slot.connection <- Some connection;
          Ok connection)

let close name =
  let slot = slot name in
  locked slot.lock (fun () ->
      let connection = slot.connection in
      slot.connection <- None;
      match connection with
      | Some connection when not (is_closed connection) ->
          Turso.Connection.close connection
      | Some _ | None -> Ok ())

(** The names that have a connection, in order. *)
let names () =
  let all =
    locked slots_lock (fun () ->
        Hashtbl.fold (fun name slot all -> (name, slot) :: all) slots [])
  in
  List.sort String.compare
    (List.filter_map
       (fun (name, slot) -> if slot.connection = None then None else Some name)
       all)
