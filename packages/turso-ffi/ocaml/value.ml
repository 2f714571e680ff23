type t = Null | Int of int64 | Real of float | Text of string | Blob of string

let equal a b =
  match (a, b) with
  | Real a, Real b ->
      Int64.equal (Int64.bits_of_float a) (Int64.bits_of_float b)
  | (Null | Int _ | Text _ | Blob _ | Real _), _ -> a = b

let real_to_string real =
  let shortest =
    List.find
      (fun text -> float_of_string text = real)
      [
        Printf.sprintf "%.15g" real;
        Printf.sprintf "%.16g" real;
        Printf.sprintf "%.17g" real;
      ]
  in
  let is_whole =
    String.for_all (function '0' .. '9' | '-' -> true | _ -> false) shortest
  in
  if is_whole then shortest ^ ".0" else shortest

let to_string = function
  | Null -> "NULL"
  | Int int -> Int64.to_string int
  | Real real when Float.is_nan real -> "NULL"
  | Real real -> real_to_string real
  | Text bytes | Blob bytes -> bytes

let quoted text =
  "'" ^ String.concat "''" (String.split_on_char '\'' text) ^ "'"

let hex bytes =
  String.concat ""
    (List.map
       (fun byte -> Printf.sprintf "%02x" (Char.code byte))
       (List.of_seq (String.to_seq bytes)))

let pp formatter value =
  Format.pp_print_string formatter
    (match value with
    | Real real when real = infinity -> "9e999"
    | Real real when real = neg_infinity -> "-9e999"
    | Null | Int _ | Real _ -> to_string value
    | Text text -> quoted text
    | Blob bytes -> "X'" ^ hex bytes ^ "'")
