(** A way to a server that carries writes, and syncs only while it is told to.
*)

type t = { port : int; syncs : bool ref }

let url proxy = Loopback.url proxy.port

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

let serve syncs server_port client =
  let server = Unix.socket ~cloexec:true PF_INET SOCK_STREAM 0 in
  Unix.connect server (ADDR_INET (Unix.inet_addr_loopback, server_port));
  let allows bytes = !syncs || not (Http.contains bytes sync_path) in
  let back =
    Thread.create (fun () -> relay ~allows:(fun _ -> true) server client) ()
  in
  relay ~allows client server;
  Thread.join back;
  List.iter Unix.close [ client; server ]

(** Runs a function with a proxy to the server. *)
let with_proxy (server : Sqld.t) run =
  let syncs = ref true in
  Loopback.with_server
    (fun client -> ignore (Thread.create (serve syncs server.port) client))
    (fun port -> run { port; syncs })
