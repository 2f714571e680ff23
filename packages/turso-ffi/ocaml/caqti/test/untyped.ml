(* Rows of any values, as the contract has them. Caqti wants types. *)

open Caqti.Template

type row = Row : 'a Row_type.t * 'a -> row

let rec of_values : Turso.Value.t list -> row = function
  | [] -> Row (Row_type.unit, ())
  | value :: rest -> (
      let (Row (types, values)) = of_values rest in
      let with_ first value = Row (Row_type.t2 first types, (value, values)) in
      match value with
      | Null -> with_ Row_type.(option string) None
      | Int number -> with_ Row_type.int64 number
      | Real number -> with_ Row_type.float number
      | Text text -> with_ Row_type.string text
      | Blob bytes -> with_ Row_type.octets bytes)

let encode _ = Error "only rows of answers have this type"

(* The type of a column in which each value is NULL or of the kind of the first
   that is not. *)
let column (values : Turso.Value.t list) =
  let or_null typ some =
    let decode = function
      | None -> Ok Turso.Value.Null
      | Some value -> Ok (some value)
    in
    Row_type.(custom ~encode ~decode (option typ))
  in
  match List.find_opt (( <> ) Turso.Value.Null) values with
  | Some (Int _) -> Row_type.(or_null int64 (fun it -> Turso.Value.Int it))
  | Some (Real _) -> Row_type.(or_null float (fun it -> Turso.Value.Real it))
  | Some (Blob _) -> Row_type.(or_null octets (fun it -> Turso.Value.Blob it))
  | _ -> Row_type.(or_null string (fun it -> Turso.Value.Text it))

let rec row_type = function
  | [] -> Row_type.(custom ~encode ~decode:(fun () -> Ok []) unit)
  | first :: rest ->
      let decode (value, values) = Ok (value :: values) in
      Row_type.(custom ~encode ~decode (t2 first (row_type rest)))

(* The type of rows like these. *)
let of_rows { Turso.Answer.columns; rows } =
  row_type
    (List.init (Array.length columns) (fun at ->
         column (List.map (fun row -> row.(at)) rows)))

(* Whether each column has one kind of values, which Caqti needs. *)
let is_typed { Turso.Answer.columns; rows } =
  let kind : Turso.Value.t -> int = function
    | Null -> 0
    | Int _ -> 1
    | Real _ -> 2
    | Text _ -> 3
    | Blob _ -> 4
  in
  let kinds at =
    List.sort_uniq compare (List.map (fun row -> kind row.(at)) rows)
  in
  List.for_all
    (fun at -> List.length (List.filter (( <> ) 0) (kinds at)) <= 1)
    (List.init (Array.length columns) Fun.id)

(* Rows of one and of two columns, of all kinds. *)
let samples =
  let kinds = Turso.Value.[ Int 0L; Real 0.; Text ""; Blob "" ] in
  let sample values =
    { Turso.Answer.columns = Array.map (fun _ -> "") values; rows = [ values ] }
  in
  List.map (fun one -> sample [| one |]) kinds
  @ List.concat_map
      (fun one -> List.map (fun other -> sample [| one; other |]) kinds)
      kinds
