/** Returns the files of a minimal OCaml program on top of turso-ffi, by their paths in the project. */
export function ffiFiles(name: string): Record<string, string> {
  return {
    'dune-project': `(lang dune 2.9)

(package
 (name ${name}))
`,
    dune: `; The target ffi-build copies the sources of turso-ffi there.

(vendored_dirs vendor)

; dune must not look into these.

(data_only_dirs target node_modules)
`,
    'bin/dune': `(executable
 (name main)
 (public_name ${name})
 (package ${name})
 (libraries turso))
`,
    'bin/main.ml': MAIN,
    '.gitignore': `_build
_install
target
vendor
.turso
.env.local
`,
  };
}

const MAIN = `(* Writes a row for each run, and prints how many there are. TURSO_DATABASE_URL
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
`;
