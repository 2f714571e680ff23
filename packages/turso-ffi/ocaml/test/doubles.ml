(** Doubles of other kinds of servers, which take capabilities away from a real
    one: those of packages/testing, in a process of Node that ends with this
    one. *)

let process =
  lazy
    (let script = Temp_dir.find_above "testing/dist/serve-doubles.js" in
     Unix.open_process_args "node" [| "node"; script |])

(** The URL of a double of this kind before a server. *)
let url (server : Sqld.t) kind =
  let answers, questions = Lazy.force process in
  Printf.fprintf questions "%d %s\n%!" server.port kind;
  Loopback.url (int_of_string (input_line answers))
