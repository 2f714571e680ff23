(* The URIs of the driver. A configuration may hold a token and functions, so its
   URI has no more than a number. *)

let configs : (string, Turso.Config.t) Hashtbl.t = Hashtbl.create 1
let mutex = Mutex.create ()

let locked run =
  Mutex.lock mutex;
  Fun.protect ~finally:(fun () -> Mutex.unlock mutex) run

let of_config config =
  locked (fun () ->
      let name = Printf.sprintf "config-%d" (Hashtbl.length configs + 1) in
      Hashtbl.add configs name config;
      Uri.make ~scheme:"turso" ~path:name ())

let unknown =
  Turso.Error.make Url_unsupported
    ~hint:
      "Use turso: for the database of the environment, or \
       Caqti_driver_turso.uri."
    "The URI is neither turso: nor made by Caqti_driver_turso.uri."

let config uri =
  match (Uri.host uri, Uri.path uri, Uri.query uri, Uri.fragment uri) with
  | (None | Some ""), "", [], None -> Turso.Config.of_environment ()
  | (None | Some ""), name, [], None ->
      locked (fun () ->
          Option.to_result ~none:unknown (Hashtbl.find_opt configs name))
  | _ -> Error unknown
