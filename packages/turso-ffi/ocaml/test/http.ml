(** Requests to a server on loopback, by hand against the protocol, so that
    tests do not judge the library by its own means. *)

let read_all socket =
  let buffer = Buffer.create 4096 and chunk = Bytes.create 65536 in
  let rec go () =
    match Unix.read socket chunk 0 (Bytes.length chunk) with
    | 0 -> Buffer.contents buffer
    | count ->
        Buffer.add_subbytes buffer chunk 0 count;
        go ()
  in
  go ()

(** The whole answer, head and body. *)
let request ?(headers = []) ?body ~port path =
  let socket = Unix.socket PF_INET SOCK_STREAM 0 in
  Fun.protect
    ~finally:(fun () -> Unix.close socket)
    (fun () ->
      Unix.connect socket (ADDR_INET (Unix.inet_addr_loopback, port));
      let text = Option.value body ~default:"" in
      let head =
        [
          (if body = None then "GET " else "POST ") ^ path ^ " HTTP/1.1";
          "Host: 127.0.0.1";
          "Connection: close";
          Printf.sprintf "Content-Length: %d" (String.length text);
        ]
        @ headers
      in
      let bytes = String.concat "\r\n" (head @ [ ""; text ]) in
      let sent = Unix.write_substring socket bytes 0 (String.length bytes) in
      if sent <> String.length bytes then failwith "The request was cut off.";
      read_all socket)

let json_string text =
  let buffer = Buffer.create (String.length text + 2) in
  String.iter
    (function
      | '"' -> Buffer.add_string buffer "\\\""
      | '\\' -> Buffer.add_string buffer "\\\\"
      | char when char < ' ' ->
          Buffer.add_string buffer (Printf.sprintf "\\u%04x" (Char.code char))
      | char -> Buffer.add_char buffer char)
    text;
  "\"" ^ Buffer.contents buffer ^ "\""

let contains text part =
  let last = String.length text - String.length part in
  let rec go at =
    at <= last && (String.sub text at (String.length part) = part || go (at + 1))
  in
  go 0

(** Runs one statement on a server, as another client; gives the answer. *)
let execute ~port sql =
  let body =
    Printf.sprintf
      {|{"requests":[{"type":"execute","stmt":{"sql":%s}},{"type":"close"}]}|}
      (json_string sql)
  in
  let answer = request ~body ~port "/v2/pipeline" in
  if contains answer {|"type":"error"|} || not (contains answer "200 OK") then
    failwith (sql ^ ": " ^ answer);
  answer
