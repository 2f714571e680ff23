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

let count_runs connection =
  let* _ =
    Turso.Connection.execute connection
      "CREATE TABLE IF NOT EXISTS runs (at TEXT DEFAULT CURRENT_TIMESTAMP)"
  in
  let* _ =
    Turso.Connection.execute connection "INSERT INTO runs DEFAULT VALUES"
  in
  Turso.Connection.query connection "SELECT count(*) FROM runs"

let run () =
  let* config = Turso.Config.of_environment () in
  Turso.Config.with_connection config count_runs

let () =
  match run () with
  | Ok answer ->
      List.iter
        (fun row -> print_endline ("Run " ^ String.concat " " row))
        (Turso.Answer.texts answer)
  | Error error ->
      prerr_endline (Turso.Error.to_string error);
      exit 1
`;
