(* The driver itself, for any library of Caqti with the functions of Unix. *)

[@@@alert "-caqti_private"]

open Caqti.Template
open Caqti_platform

type Caqti.Connection.driver_connection +=
  | Driver_connection of Turso.Connection.t

let scheme = "turso"

(* Any number of connections of a program share one replica, so pools may have
   many. *)
let driver_info =
  Caqti.Private__driver_info.create ~uri_scheme:scheme ~dialect_tag:`Sqlite
    ~parameter_style:(`Indexed (fun index -> Printf.sprintf "?%d" (index + 1)))
    ~can_pool:true ~can_concur:true ~can_transact:true
    ~dummy_dialect:
      (Dialect.create_sqlite ~server_version:(Version.of_string_unsafe "") ())
    ()

module Make
    (System : System_sig.S)
    (System_unix :
      Caqti_platform_unix.System_sig.S
        with type 'a fiber := 'a System.Fiber.t
         and type stdenv := System.stdenv) =
struct
  open System
  open Fiber_utils.Make (Fiber)

  module type CONNECTION =
    Caqti.Connection.S
      with type 'a fiber := 'a Fiber.t
       and type ('a, 'error) stream := ('a, 'error) Stream.t

  let driver_info = driver_info
  let detached run = System_unix.Preemptive.detach run ()

  module Base (Opened : sig
    val connection : Turso.Connection.t
    val dialect : Dialect.t
    val uri : Uri.t
    val subst : Query.subst
    val annotate : bool
  end) =
  struct
    open Opened

    let transaction = ref None
    let busy = ref false
    let alone run = assert_single_use ~what:"turso connection" busy run

    let request_failed query error =
      Caqti.Error.request_failed ~uri ~query (Failure.Turso_error error)

    let rejected query message =
      Error
        (Caqti.Error.response_rejected ~uri ~query (Caqti.Error.Msg message))

    let requested query run =
      detached run >|= Result.map_error (request_failed query)

    module Response = struct
      (* Pages of rows; an empty page is the end. *)
      type ('b, +'m) t = {
        query : string;
        row_type : 'b Row_type.t;
        affected : int;
        next : unit -> (Turso.Value.t array list, Turso.Error.t) result;
      }

      let of_rows rows =
        let rest = ref rows in
        fun () ->
          let page = !rest in
          rest := [];
          Ok page

      let of_cursor cursor () =
        Turso.Cursor.next cursor
        |> Result.map (function
             | None -> []
             | Some (page : Turso.Answer.rows) -> page.rows)

      let next { query; next; _ } = requested query next
      let returned_count _ = Fiber.return (Error `Unsupported)
      let affected_count { affected; _ } = Fiber.return (Ok affected)

      let fold_s f ({ query; row_type; _ } as response) state =
        let row = Field.row ~uri ~query row_type in
        let rec over_rows state = function
          | [] -> over_pages state
          | values :: rest -> (
              match row values with
              | Error (#Caqti.Error.retrieve as error) ->
                  Fiber.return (Error error)
              | Ok decoded ->
                  let*? state = f decoded state in
                  over_rows state rest)
        and over_pages state =
          let*? rows = next response in
          if rows = [] then Fiber.return (Ok state) else over_rows state rows
        in
        over_pages state

      let fold f response state =
        fold_s (fun row state -> Fiber.return (Ok (f row state))) response state

      let iter_s f response = fold_s (fun row () -> f row) response ()

      let exec ({ query; _ } as response) =
        let*? rows = next response in
        Fiber.return
          (if rows = [] then Ok ()
           else rejected query "The statement answers with rows, not with none.")

      let find_opt ({ query; _ } as response) =
        let*? rows = fold List.cons response [] in
        Fiber.return
          (match rows with
          | [] -> Ok None
          | [ row ] -> Ok (Some row)
          | _ -> rejected query "The query answers with several rows.")

      let find ({ query; _ } as response) =
        let*? row = find_opt response in
        Fiber.return
          (match row with
          | Some row -> Ok row
          | None -> rejected query "The query answers with no row.")

      let to_stream ({ query; row_type; _ } as response) =
        let row = Field.row ~uri ~query row_type in
        let rec stream rows () =
          match rows with
          | values :: rest ->
              Fiber.return
                (match row values with
                | Ok decoded -> Stream.Cons (decoded, stream rest)
                | Error (#Caqti.Error.retrieve as error) -> Stream.Error error)
          | [] -> (
              let* page = next response in
              match page with
              | Error error -> Fiber.return (Stream.Error error)
              | Ok [] -> Fiber.return Stream.Nil
              | Ok rows -> stream rows ())
        in
        stream []
    end

    let execute params sql =
      match !transaction with
      | Some transaction -> Turso.Transaction.execute ~params transaction sql
      | None -> Turso.Connection.execute ~params connection sql

    type answer =
      | Changes of Turso.Answer.changes
      | Rows of Turso.Answer.rows
      | Cursor of Turso.Cursor.t

    (* A query that would write is refused with USAGE before anything is sent. It
       has RETURNING then. *)
    let reading read params sql =
      match read () with
      | Error { Turso.Error.code = Usage; _ } ->
          Result.map (fun changes -> Changes changes) (execute params sql)
      | answer -> answer

    let read ~many params sql =
      reading
        (fun () ->
          match !transaction with
          | Some transaction ->
              Turso.Transaction.query ~params transaction sql
              |> Result.map (fun rows -> Rows rows)
          | None when many ->
              Turso.Cursor.open_ ~params connection sql
              |> Result.map (fun cursor -> Cursor cursor)
          | None ->
              Turso.Connection.query ~params connection sql
              |> Result.map (fun rows -> Rows rows))
        params sql

    let run mult params sql =
      match Row_mult.expose mult with
      | `Zero ->
          Result.map (fun changes -> Changes changes) (execute params sql)
      | `Zero_or_more -> read ~many:true params sql
      | `One | `Zero_or_one -> read ~many:false params sql

    let responding ~f ~query row_type answer =
      let response affected next =
        { Response.query; row_type; affected; next }
      in
      match answer with
      | Changes { rows_changed; returned; _ } ->
          f
            (response
               (Int64.to_int rows_changed)
               (Response.of_rows returned.rows))
      | Rows { rows; _ } -> f (response 0 (Response.of_rows rows))
      | Cursor cursor ->
          Fiber.finally
            (fun () -> f (response 0 (Response.of_cursor cursor)))
            (fun () -> detached (fun () -> ignore (Turso.Cursor.close cursor)))

    let statement ~parameters query =
      Sql.of_query ~annotate ~parameters (Query.expand ~final:true subst query)

    let rec run_before params = function
      | [] -> Fiber.return (Ok ())
      | { Sql.text; embedded } :: rest ->
          let*? _ =
            requested text (fun () -> execute (params @ embedded) text)
          in
          run_before params rest

    let run_all ~f request params statements =
      let row_type = Request.row_type request in
      match List.rev statements with
      | [] ->
          let next = Response.of_rows [] in
          f { Response.query = ""; row_type; affected = 0; next }
      | { Sql.text; embedded } :: before ->
          let*? () = run_before params (List.rev before) in
          let*? answer =
            requested text (fun () ->
                run (Request.row_mult request) (params @ embedded) text)
          in
          responding ~f ~query:text row_type answer

    let pp_request ppf = Request.make_pp_with_param ~subst ~dialect () ppf

    let call ~f request row =
      alone @@ fun () ->
      let* () =
        Log.debug ~src:Logging.request_log_src (fun log ->
            log "Sending %a" pp_request (request, row))
      in
      let parameters = Row_type.length (Request.param_type request) in
      let statements =
        List.map (statement ~parameters) (Request.queries request dialect)
      in
      match Field.values ~uri (Request.param_type request) row with
      | Error error -> Fiber.return (Error error)
      | Ok params -> run_all ~f request params statements

    (* Statements are compiled for each call: nothing is kept for a request. *)
    let deallocate _ = Fiber.return (Ok ())

    (* The time-out is one of the connection: Turso.Config. *)
    let set_statement_timeout _ = Fiber.return (Ok ())
    let usage message = Error (Turso.Error.make Usage message)

    let start () =
      alone @@ fun () ->
      requested "BEGIN" (fun () ->
          match !transaction with
          | Some _ -> usage "A transaction is already open on this connection."
          | None ->
              Turso.Transaction.begin_ connection
              |> Result.map (fun begun -> transaction := Some begun))

    let finished query finish =
      alone @@ fun () ->
      requested query (fun () ->
          match !transaction with
          | None -> usage "No transaction is open on this connection."
          | Some open_ ->
              transaction := None;
              finish open_)

    let commit () = finished "COMMIT" Turso.Transaction.commit
    let rollback () = finished "ROLLBACK" Turso.Transaction.rollback

    let disconnect () =
      alone @@ fun () ->
      detached (fun () -> ignore (Turso.Connection.close connection))

    (* The library connects again by itself. A transaction must not pass to the
       next user of a pool. *)
    let validate () = Fiber.return true
    let check keep = keep (!transaction = None)

    let insert ~table ~columns =
      let places =
        List.mapi (fun at _ -> Printf.sprintf "?%d" (at + 1)) columns
      in
      Printf.sprintf "INSERT INTO %s (%s) VALUES (%s)" table
        (String.concat ", " columns)
        (String.concat ", " places)

    let all_encoded row_type rows =
      let encode row encoded =
        Fiber.return
          (Result.map
             (fun values -> values :: encoded)
             (Field.values ~uri row_type row))
      in
      Stream.fold_s ~f:encode rows [] >|=? List.rev

    let insert_each sql rows =
      let rec each = function
        | [] -> Ok ()
        | params :: rest ->
            Result.bind (execute params sql) (fun _ -> each rest)
      in
      match !transaction with
      | Some _ -> each rows
      | None ->
          List.map (fun params -> (sql, params)) rows
          |> Turso.Connection.execute_batch connection
          |> Result.map ignore

    let populate ~table ~columns row_type rows =
      alone @@ fun () ->
      let sql = insert ~table ~columns in
      let*? rows = all_encoded row_type rows in
      if rows = [] then Fiber.return (Ok ())
      else requested sql (fun () -> insert_each sql rows)
  end

  let server_version connection =
    Turso.Connection.query connection "SELECT sqlite_version()"
    |> Result.map (fun (answer : Turso.Answer.rows) ->
           match answer.rows with
           | [ [| Text version |] ] -> Version.of_string_unsafe version
           | _ -> Version.of_string_unsafe "")

  let opened uri =
    Result.bind (Address.config uri) @@ fun config ->
    Result.bind (Turso.Config.connect config) @@ fun connection ->
    match server_version connection with
    | Ok server_version ->
        Ok (connection, Dialect.create_sqlite ~server_version ())
    | Error error ->
        ignore (Turso.Connection.close connection);
        Error error

  let connect ~sw:_ ~stdenv:_ ~subst ~config uri =
    detached (fun () -> opened uri) >|= function
    | Error error ->
        Error (Caqti.Error.connect_failed ~uri (Failure.Turso_error error))
    | Ok (connection, dialect) ->
        let module Base = Base (struct
          let connection = connection
          let dialect = dialect
          let uri = uri
          let subst = subst dialect

          let annotate =
            Caqti.Connect.Config.(get enable_query_annotations) config
        end) in
        let module Connection = struct
          let driver_info = driver_info
          let dialect = dialect
          let driver_connection = Some (Driver_connection connection)

          include Base
          include Connection_utils.Make_convenience (System) (Base)
        end in
        Ok (module Connection : CONNECTION)
end
