(* The encoding that turso.h describes: what calls take, and what they
   answer. *)

open Answer

(* --- what calls take *)

let add_length buffer length = Buffer.add_int32_le buffer (Int32.of_int length)

let add_text buffer text =
  add_length buffer (String.length text);
  Buffer.add_string buffer text

let add_value buffer : Value.t -> unit = function
  | Null -> Buffer.add_uint8 buffer 0
  | Int int ->
      Buffer.add_uint8 buffer 1;
      Buffer.add_int64_le buffer int
  | Real real ->
      Buffer.add_uint8 buffer 2;
      Buffer.add_int64_le buffer (Int64.bits_of_float real)
  | Text text ->
      Buffer.add_uint8 buffer 3;
      add_text buffer text
  | Blob bytes ->
      Buffer.add_uint8 buffer 4;
      add_text buffer bytes

let add_values buffer values =
  add_length buffer (List.length values);
  List.iter (add_value buffer) values

let encoded size write =
  let buffer = Buffer.create size in
  write buffer;
  Buffer.contents buffer

let values = function
  | [] -> ""
  | values -> encoded 64 (fun buffer -> add_values buffer values)

let statements statements =
  encoded 1024 (fun buffer ->
      add_length buffer (List.length statements);
      List.iter
        (fun (sql, params) ->
          add_text buffer sql;
          add_values buffer params)
        statements)

let rows ~columns rows =
  encoded 4096 (fun buffer ->
      add_length buffer (List.length columns);
      List.iter (add_text buffer) columns;
      add_length buffer (List.length rows);
      List.iter (Array.iter (add_value buffer)) rows)

(* --- what they answer *)

type reader = { bytes : string; mutable at : int }

let taken reader length =
  let at = reader.at in
  reader.at <- at + length;
  at

let read_byte reader = String.get_uint8 reader.bytes (taken reader 1)
let read_int64 reader = String.get_int64_le reader.bytes (taken reader 8)

let read_length reader =
  Int32.to_int (String.get_int32_le reader.bytes (taken reader 4))
  land 0xffff_ffff

let read_text reader =
  let length = read_length reader in
  String.sub reader.bytes (taken reader length) length

let read_value reader : Value.t =
  match read_byte reader with
  | 0 -> Null
  | 1 -> Int (read_int64 reader)
  | 2 -> Real (Int64.float_of_bits (read_int64 reader))
  | 3 -> Text (read_text reader)
  | 4 -> Blob (read_text reader)
  | tag -> invalid_arg (Printf.sprintf "tag %d" tag)

(* The elements in their order, and no stack for long lists. *)
let read_many count read reader =
  let rec go left read_so_far =
    if left = 0 then List.rev read_so_far
    else go (left - 1) (read reader :: read_so_far)
  in
  go count []

let read_array count read reader = Array.init count (fun _ -> read reader)

let read_rows reader =
  let width = read_length reader in
  let columns = read_array width read_text reader in
  let count = read_length reader in
  { columns; rows = read_many count (read_array width read_value) reader }

let read_page reader =
  let more = read_byte reader = 1 in
  (more, read_rows reader)

let read_changes reader =
  let rows_changed = read_int64 reader in
  let last_insert_rowid = read_int64 reader in
  { rows_changed; last_insert_rowid; returned = { columns = [||]; rows = [] } }

let read_executed reader =
  let changes = read_changes reader in
  { changes with returned = read_rows reader }

let read_synced reader =
  let frames = read_int64 reader in
  { frames; frame_no = read_int64 reader }

let read_named reader =
  let name = read_text reader in
  (name, read_int64 reader)

(* By their names: newer libraries tell more. *)
let read_stats reader =
  let all = read_many (read_length reader) read_named reader in
  let stat name = Option.value (List.assoc_opt name all) ~default:0L in
  let age name =
    let age = stat name in
    if Int64.compare age 0L < 0 then None else Some age
  in
  let latency kind =
    let ms name =
      Int64.to_float (stat (Printf.sprintf "latency_%s_%s" kind name)) /. 1000.
    in
    {
      count = stat (Printf.sprintf "latency_%s_count" kind);
      p50_ms = ms "p50_us";
      p95_ms = ms "p95_us";
      max_ms = ms "max_us";
    }
  in
  {
    writes = stat "writes";
    reads = stat "reads";
    syncs = stat "syncs";
    requests = stat "requests";
    retries = stat "retries";
    reconnects = stat "reconnects";
    rebuilds = stat "rebuilds";
    frame_no = stat "frame_no";
    last_sync_ms_ago = age "last_sync_ms_ago";
    replica_age_ms = age "replica_age_ms";
    rows_written = stat "rows_written";
    open_statements = stat "open_statements";
    open_cursors = stat "open_cursors";
    latencies =
      {
        reads = latency "reads";
        writes = latency "writes";
        syncs = latency "syncs";
      };
  }

let read_field reader =
  let name = read_text reader in
  (name, read_value reader)

(* None for one that a newer library tells. *)
let read_event reader =
  let kind = read_text reader in
  let fields = read_many (read_length reader) read_field reader in
  let int name =
    match List.assoc_opt name fields with
    | Some (Value.Int int) -> int
    | _ -> 0L
  in
  let text name =
    match List.assoc_opt name fields with
    | Some (Value.Text text) -> text
    | _ -> ""
  in
  let real name =
    match List.assoc_opt name fields with
    | Some (Value.Real real) -> real
    | _ -> 0.
  in
  match kind with
  | "sync" ->
      Some
        (Event.Sync
           {
             frames = int "frames";
             frame_no = int "frame_no";
             duration_ms = real "duration_ms";
           })
  | "retry" ->
      Some
        (Event.Retry
           {
             code = Error.of_word (text "code");
             message = text "message";
             pause_ms = real "pause_ms";
           })
  | "rebuild" -> Some (Event.Rebuild { reason = text "reason" })
  | "slow" ->
      Some (Event.Slow { sql = text "sql"; duration_ms = real "duration_ms" })
  | _ -> None

let read_nothing _ = ()

let read_error reader =
  let _status = read_length reader in
  let retryable = read_byte reader = 1 in
  let word = read_text reader in
  let message = read_text reader in
  let hint = match read_text reader with "" -> None | hint -> Some hint in
  Error.make ?hint ~retryable (Error.of_word word) message

let read read bytes =
  try Ok (read { bytes; at = 0 })
  with Invalid_argument reason ->
    Error
      (Error.make Internal
         (Printf.sprintf "An answer cannot be read: %s." reason)
         ~hint:
           "The linked library is of another version than the OCaml code: \
            build both again.")

(* What a call came to: the id that was made, and what its answer says. *)
let made_answer read_answer (reply : Raw.reply) =
  if reply.status = 0 then
    Result.map (fun answer -> (reply.id, answer)) (read read_answer reply.bytes)
  else Result.bind (read read_error reply.bytes) Result.error

let answer read_answer reply = Result.map snd (made_answer read_answer reply)
