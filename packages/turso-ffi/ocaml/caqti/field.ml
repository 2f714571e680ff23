(* The fields of Caqti as values of SQLite. Dates and times have the form of SQLite's
   own functions, as in Caqti's driver for SQLite: both can work on the same data. *)

open Caqti.Template
open Caqti_platform

(* As in CURRENT_TIMESTAMP, and milliseconds: 2026-01-31 09:30:00.000 *)
let text_of_time time =
  let text = Ptime.to_rfc3339 ~space:true ~frac_s:3 ~tz_offset_s:0 time in
  String.sub text 0 (String.length "2026-01-31 09:30:00.000")

let value : type a. a Field_type.t -> a -> Turso.Value.t =
 fun field value ->
  match field with
  | Bool -> Int (if value then 1L else 0L)
  | Int -> Int (Int64.of_int value)
  | Int16 -> Int (Int64.of_int value)
  | Int32 -> Int (Int64.of_int32 value)
  | Int64 -> Int value
  | Float -> Real value
  | String -> Text value
  | Enum _ -> Text value
  | Octets -> Blob value
  | Pdate -> Text (Conv.iso8601_of_pdate value)
  | Ptime -> Text (text_of_time value)
  | Ptime_span -> Real (Ptime.Span.to_float_s value)

(* The values of a row of parameters. *)
let values ~uri row_type row =
  let write_value ~uri:_ field field_value values =
    value field field_value :: values
  and write_null ~uri:_ _ values = Turso.Value.Null :: values in
  match
    Request_utils.encode_param ~uri { write_value; write_null } row_type row []
  with
  | values -> Ok (List.rev values)
  | exception Caqti.Error.Exn (#Caqti.Error.call as error) -> Error error

exception Refused of string

let refuse format = Printf.ksprintf (fun text -> raise (Refused text)) format

let kind : Turso.Value.t -> string = function
  | Null -> "NULL"
  | Int _ -> "an integer"
  | Real _ -> "a real"
  | Text _ -> "text"
  | Blob _ -> "a blob"

let between low high number =
  if low <= number && number <= high then number
  else refuse "%Ld is out of range" number

let accepted = function Ok value -> value | Error text -> refuse "%s" text

let span seconds =
  match Ptime.Span.of_float_s seconds with
  | Some span -> span
  | None -> refuse "%g seconds are out of range" seconds

let of_value : type a. a Field_type.t -> Turso.Value.t -> a =
 fun field value ->
  match (field, value) with
  | Bool, Int number -> number <> 0L
  | Int, Int number ->
      let low = Int64.of_int min_int and high = Int64.of_int max_int in
      Int64.to_int (between low high number)
  | Int16, Int number -> Int64.to_int (between (-0x8000L) 0x7fffL number)
  | Int32, Int number ->
      let low = Int64.of_int32 Int32.min_int in
      let high = Int64.of_int32 Int32.max_int in
      Int64.to_int32 (between low high number)
  | Int64, Int number -> number
  | Float, Real number -> number
  | Float, Int number -> Int64.to_float number
  | String, Text text -> text
  | Enum _, Text text -> text
  | Octets, Blob bytes -> bytes
  | Pdate, Text text -> accepted (Conv.pdate_of_iso8601 text)
  | Ptime, Text text -> accepted (Conv.ptime_of_rfc3339_utc text)
  | Ptime_span, Real seconds -> span seconds
  | Ptime_span, Int seconds -> span (Int64.to_float seconds)
  | field, value ->
      refuse "%s is no value of type %s" (kind value)
        (Field_type.to_string field)

(* The row of an answer. *)
let row ~uri ~query row_type =
  let read_value ~uri field (values, at) =
    match of_value field values.(at) with
    | value -> (value, (values, at + 1))
    | exception Refused text ->
        let message = Printf.sprintf "Column %d: %s." (at + 1) text in
        Request_utils.raise_decode_rejected ~uri ~typ:(Row_type.field field)
          (Caqti.Error.Msg message)
  and skip_null count (values, at) =
    let is_null value = value = Turso.Value.Null in
    if Array.for_all is_null (Array.sub values at count) then
      Some (values, at + count)
    else None
  in
  let decode = Request_utils.decode_row ~uri { read_value; skip_null } row_type
  and wanted = Row_type.length row_type in
  fun values ->
    let columns = Array.length values in
    if columns <> wanted then
      let message =
        Printf.sprintf "The row has %d columns; its type has %d." columns wanted
      in
      Error
        (Caqti.Error.response_rejected ~uri ~query (Caqti.Error.Msg message))
    else
      match decode (values, 0) with
      | row, _ -> Ok row
      | exception Caqti.Error.Exn (#Caqti.Error.retrieve as error) ->
          Error error
