(* A query of Caqti as SQL. Values that are embedded in it become parameters behind
   those of the request. *)

[@@@alert "-caqti_private"]

open Caqti.Template

type t = { text : string; embedded : Turso.Value.t list }

let of_query ~annotate ~parameters query =
  let buffer = Buffer.create 64 in
  let embedded = ref [] in
  let number = ref parameters in
  let embed value =
    incr number;
    embedded := value :: !embedded;
    Printf.bprintf buffer "?%d" !number
  in
  let rec add : Query.t -> unit = function
    | L text -> Buffer.add_string buffer text
    | V (field, value) -> embed (Field.value field value)
    | Q text -> embed (Text text)
    | P index -> Printf.bprintf buffer "?%d" (index + 1)
    | E variable -> invalid_arg ("No query stands for $(" ^ variable ^ ").")
    | S queries -> List.iter add queries
    | Annot (annotation, query) ->
        let tag print = if annotate then print buffer annotation in
        tag Query.Private.Annot.bprint_start_tag;
        add query;
        tag Query.Private.Annot.bprint_stop_tag
  in
  add query;
  { text = Buffer.contents buffer; embedded = List.rev !embedded }
