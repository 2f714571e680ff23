(** A way to a server that carries writes, and syncs only while it is told to. *)

type t = { port : int; listener : Unix.file_descr; mutable syncs : bool }

let url proxy = Printf.sprintf "http://127.0.0.1:%d" proxy.port

(* Writing to a side that has ended is an error like others. *)
let () = Sys.set_signal Sys.sigpipe Signal_ignore

(* Where gRPC asks for the server's log. *)
let sync_path = "/wal_log.ReplicationLog/"

let close_both a b =
  List.iter
    (fun socket ->
      try Unix.shutdown socket SHUTDOWN_ALL with Unix.Unix_error _ -> ())
    [ a; b ]

(* Hands bytes on until either side ends, or [allows] them not. *)
let relay ~allows from into =
  let chunk = Bytes.create 65_536 in
  let rec go () =
    match Unix.read from chunk 0 (Bytes.length chunk) with
    | 0 -> ()
    | count when allows (Bytes.sub_string chunk 0 count) ->
        ignore (Unix.write into chunk 0 count);
        go ()
    | _ -> ()
  in
  (try go () with Unix.Unix_error _ -> ());
  close_both from into

let serve proxy server_port client =
  let server = Unix.socket ~cloexec:true PF_INET SOCK_STREAM 0 in
  Unix.connect server (ADDR_INET (Unix.inet_addr_loopback, server_port));
  let allows bytes = proxy.syncs || not (Http.contains bytes sync_path) in
  let back =
    Thread.create
      (fun () -> relay ~allows:(fun _ -> true) server client)
      ()
  in
  relay ~allows client server;
  Thread.join back;
  List.iter Unix.close [ client; server ]

(** Runs a function with a proxy to the server. *)
let with_proxy (server : Sqld.t) run =
  let listener = Unix.socket ~cloexec:true PF_INET SOCK_STREAM 0 in
  Unix.bind listener (ADDR_INET (Unix.inet_addr_loopback, 0));
  Unix.listen listener 16;
  let port =
    match Unix.getsockname listener with
    | ADDR_INET (_, port) -> port
    | ADDR_UNIX _ -> assert false
  in
  let proxy = { port; listener; syncs = true } in
  let rec accept () =
    match Unix.accept ~cloexec:true listener with
    | client, _ ->
        ignore (Thread.create (serve proxy server.port) client);
        accept ()
    | exception Unix.Unix_error _ -> ()
  in
  let acceptor = Thread.create accept () in
  Fun.protect
    ~finally:(fun () ->
      Unix.shutdown listener SHUTDOWN_ALL;
      Thread.join acceptor;
      Unix.close listener)
    (fun () -> run proxy)
