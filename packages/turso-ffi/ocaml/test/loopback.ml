(** Servers on loopback that are made by the tests themselves. *)

let url port = Printf.sprintf "http://127.0.0.1:%d" port

(** A socket that listens on a free port, and the port. *)
let listen () =
  let listener = Unix.socket ~cloexec:true PF_INET SOCK_STREAM 0 in
  Unix.bind listener (ADDR_INET (Unix.inet_addr_loopback, 0));
  Unix.listen listener 16;
  match Unix.getsockname listener with
  | ADDR_INET (_, port) -> (listener, port)
  | ADDR_UNIX _ -> assert false

(** Runs a function with the port of a server that serves each client so. *)
let with_server serve run =
  let listener, port = listen () in
  let rec accept () =
    match Unix.accept ~cloexec:true listener with
    | client, _ ->
        serve client;
        accept ()
    | exception Unix.Unix_error _ -> ()
  in
  let acceptor = Thread.create accept () in
  Fun.protect
    ~finally:(fun () ->
      Unix.shutdown listener SHUTDOWN_ALL;
      Thread.join acceptor;
      Unix.close listener)
    (fun () -> run port)
