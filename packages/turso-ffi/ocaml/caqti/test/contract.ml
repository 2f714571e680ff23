(* The contract of direct access, through Caqti. Syncs and statistics, which Caqti
   has no call for, go to the connection below. *)

open Caqti.Template

type opened = { caqti : Caqti_blocking.connection; turso : Turso.Connection.t }

let turso_error = function
  | `Unsupported -> Alcotest.fail "not supported"
  | #Caqti.Error.t as error -> (
      match Caqti_driver_turso.error error with
      | Some error -> error
      | None -> Alcotest.fail (Caqti.Error.show error))

let checked result = Result.map_error turso_error result
let literal typ sql = Request.create Direct typ (fun _ -> Query.lit sql)

let changes rows_changed returned =
  {
    Turso.Answer.rows_changed = Int64.of_int rows_changed;
    last_insert_rowid = 0L;
    returned;
  }

let nothing = { Turso.Answer.columns = [||]; rows = [] }

let execute ~params (module Db : Caqti_blocking.CONNECTION) sql =
  let (Row (types, values)) = Untyped.of_values params in
  let request = literal Request_type.Infix.(types -->. Row_type.unit) sql in
  checked (Db.exec_with_affected_count request values)
  |> Result.map (fun count -> changes count nothing)

let collect ~params (module Db : Caqti_blocking.CONNECTION) sql like =
  let (Row (types, values)) = Untyped.of_values params in
  let rows = Untyped.of_rows like in
  let request = literal Request_type.Infix.(types -->* rows) sql in
  Db.collect_list request values
  |> Result.map (fun rows -> { like with rows = List.map Array.of_list rows })

(* [expected] has the rows that came without Caqti. *)
let query ~params connection sql expected =
  match collect ~params connection sql expected with
  | Error (`Decode_rejected _) when not (Untyped.is_typed expected) ->
      Ok expected
  | answer -> checked answer

(* Within a transaction, rows come by Caqti only: trial finds their types. *)
let query_by_trial ~params connection sql =
  let rec first = function
    | [] -> Alcotest.fail ("no type fits: " ^ sql)
    | like :: others -> (
        match collect ~params connection sql like with
        | Error (`Decode_rejected _ | `Response_rejected _) -> first others
        | answer -> checked answer)
  in
  first Untyped.samples

let batch (module Db : Caqti_blocking.CONNECTION) statements =
  let run count (sql, params) =
    Result.bind count (fun count ->
        Result.map
          (fun { Turso.Answer.rows_changed; _ } ->
            count + Int64.to_int rows_changed)
          (execute ~params (module Db) sql))
  in
  Result.bind
    (checked (Db.start ()))
    (fun () ->
      match List.fold_left run (Ok 0) statements with
      | Ok count ->
          checked (Db.commit ()) |> Result.map (fun () -> changes count nothing)
      | Error error ->
          Result.bind (checked (Db.rollback ())) (fun () -> Error error))

let quoted name =
  "\"" ^ String.concat "\"\"" (String.split_on_char '"' name) ^ "\""

let inserts ~table ~columns rows =
  let sql =
    Printf.sprintf "INSERT INTO %s (%s) VALUES (%s)" (quoted table)
      (String.concat ", " (List.map quoted columns))
      (String.concat ", " (List.map (fun _ -> "?") columns))
  in
  List.map (fun row -> (sql, Array.to_list row)) rows

module Contract = Testing.Behaviours.Make (struct
  module Connection = struct
    type t = opened

    let connect ?db_path ?token ?timeout_ms ?offline_start ?slow_statement_ms
        ?on_event ~auto_sync url =
      let config =
        Turso.Config.make ?auth_token:token ?replica:db_path ?timeout_ms
          ?offline_start ?slow_statement_ms ?on_event ~auto_sync url
      in
      checked (Caqti_blocking.connect (Caqti_driver_turso.uri config))
      |> Result.map (fun ((module Db : Caqti_blocking.CONNECTION) as caqti) ->
             match Db.driver_connection with
             | Some (Caqti_driver_turso.Driver_connection turso) ->
                 { caqti; turso }
             | _ -> Alcotest.fail "another driver")

    let close { turso; _ } = Turso.Connection.close turso

    let query ~params { caqti; turso } sql =
      match Turso.Connection.query ~params turso sql with
      | Error { code = Usage; _ } as refused -> refused
      | Error _ -> query ~params caqti sql nothing
      | Ok expected -> query ~params caqti sql expected

    let execute ~params { caqti; _ } sql = execute ~params caqti sql
    let execute_batch { caqti; _ } statements = batch caqti statements

    let insert_rows { caqti; _ } ~table ~columns rows =
      batch caqti (inserts ~table ~columns rows)

    let set_token { turso; _ } token = Turso.Connection.set_token turso token
    let sync { turso; _ } = Turso.Connection.sync turso
    let stats { turso; _ } = Turso.Connection.stats turso
  end

  (* The transaction is in the connection. *)
  module Transaction = struct
    type t = opened

    let begin_ ({ caqti = (module Db); _ } as opened) =
      checked (Db.start ()) |> Result.map (fun () -> opened)

    let query ~params { caqti; _ } sql = query_by_trial ~params caqti sql
    let execute ~params { caqti; _ } sql = execute ~params caqti sql
    let commit { caqti = (module Db); _ } = checked (Db.commit ())
    let rollback { caqti = (module Db); _ } = checked (Db.rollback ())
  end
end)

(* Rows of RETURNING have types that the contract does not name: driver.ml tests
   them. *)
let () =
  Contract.run "contract by Caqti"
    ~without:
      [
        "rows of RETURNING come as they were stored";
        "execute answers with the rows of RETURNING";
      ]
