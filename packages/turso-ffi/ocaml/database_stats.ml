type t = {
  tables : (string * int64) list;
  bytes : int64;
  connection : Answer.stats;
}

let ( let* ) = Result.bind

let tables_sql =
  "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
   AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"

let bytes_sql =
  "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"

let integer connection sql =
  let* answer = Connection.query connection sql in
  match answer.rows with
  | [ [| Value.Int number |] ] -> Ok number
  | _ ->
      Error
        (Error.make Internal
           ("No number came from: " ^ sql)
           ~hint:"Please report it with what led to it.")

let quoted name =
  "\"" ^ String.concat "\"\"" (String.split_on_char '"' name) ^ "\""

let rec counted connection counted_so_far = function
  | [| Value.Text name |] :: rest ->
      let* count = integer connection ("SELECT count(*) FROM " ^ quoted name) in
      counted connection ((name, count) :: counted_so_far) rest
  | _ -> Ok (List.rev counted_so_far)

let read connection =
  let* names = Connection.query connection tables_sql in
  let* tables = counted connection [] names.rows in
  let* bytes = integer connection bytes_sql in
  let* stats = Connection.stats connection in
  Ok { tables; bytes; connection = stats }
