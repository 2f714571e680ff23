(* Writes a row for each run, and prints how many there are. TURSO_DATABASE_URL
   and TURSO_AUTH_TOKEN name the database, in the environment or in .env. *)

let ( let* ) = Result.bind

let count_runs () =
  let* () =
    Turso_integration.execute_sql_no_result
      "CREATE TABLE IF NOT EXISTS runs (at TEXT DEFAULT CURRENT_TIMESTAMP)"
  in
  let* () =
    Turso_integration.execute_sql_no_result "INSERT INTO runs DEFAULT VALUES"
  in
  Turso_integration.execute_sql_safe "SELECT count(*) FROM runs"

let () =
  match count_runs () with
  | Ok rows -> List.iter (fun row -> print_endline ("Run " ^ String.concat " " row)) rows
  | Error error ->
      prerr_endline (Turso_integration.string_of_db_error error);
      exit 1
