type t = {
  url : string;
  auth_token : string option;
  encryption_key : string option;
  replica : string option;
  auto_sync : Connection.auto_sync;
  timeout_ms : int option;
  max_retries : int option;
  offline_start : bool;
  slow_statement_ms : int option;
  on_event : (Event.t -> unit) option;
}

let ( let* ) = Result.bind

let make ?auth_token ?encryption_key ?replica
    ?(auto_sync = Connection.After_writes) ?timeout_ms ?max_retries
    ?(offline_start = false) ?slow_statement_ms ?on_event url =
  {
    url;
    auth_token;
    encryption_key;
    replica;
    auto_sync;
    timeout_ms;
    max_retries;
    offline_start;
    slow_statement_ms;
    on_event;
  }

let default_replica = ".turso/live/replica.db"

(* The environment wins over .env, as it does for turso-sync. *)
let variables directory =
  let* dot_env = Dotenv.read (Filename.concat directory ".env") in
  Ok
    (fun name ->
      match String.trim (Option.value (Sys.getenv_opt name) ~default:"") with
      | "" -> Dotenv.find name dot_env
      | value -> Some value)

let within directory path =
  if Filename.is_relative path && directory <> Filename.current_dir_name then
    Filename.concat directory path
  else path

let replica_of directory variable =
  within directory
    (Option.value (variable "TURSO_REPLICA_PATH") ~default:default_replica)

let replica_path ?(directory = Filename.current_dir_name) () =
  let* variable = variables directory in
  Ok (replica_of directory variable)

let is_file url =
  String.length url >= 5
  && String.lowercase_ascii (String.sub url 0 5) = "file:"

let of_environment ?(directory = Filename.current_dir_name) () =
  let* variable = variables directory in
  match variable "TURSO_DATABASE_URL" with
  | None ->
      Error
        (Error.make Url_missing
           "No database URL: TURSO_DATABASE_URL is not set."
           ~hint:
             (Printf.sprintf
                "Set it in the environment or in %s, for example to \
                 libsql://my-db.turso.io or file:./remote.db."
                (Filename.concat directory ".env")))
  | Some url ->
      let replica =
        if is_file url then None else Some (replica_of directory variable)
      in
      Ok (make url ?auth_token:(variable "TURSO_AUTH_TOKEN") ?replica)

let connect config =
  let* () =
    Option.fold ~none:(Ok ()) ~some:Replica_folder.make config.replica
  in
  Connection.connect config.url ?db_path:config.replica ?token:config.auth_token
    ?encryption_key:config.encryption_key ~auto_sync:config.auto_sync
    ?timeout_ms:config.timeout_ms ?max_retries:config.max_retries
    ~offline_start:config.offline_start
    ?slow_statement_ms:config.slow_statement_ms ?on_event:config.on_event

let with_connection config use =
  let* connection = connect config in
  Connection.closing connection use
