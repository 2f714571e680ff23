(* Prints every example of some files, each as a module. An example stands between
   an open brace with a bracket and their counterparts, which cannot be written
   here. *)

let read path =
  let channel = open_in_bin path in
  Fun.protect
    ~finally:(fun () -> close_in channel)
    (fun () -> really_input_string channel (in_channel_length channel))

let opening = "{" ^ "["
let closing = "]" ^ "}"

let find part text from =
  let last = String.length text - String.length part in
  let rec go at =
    if at > last then None
    else if String.sub text at (String.length part) = part then Some at
    else go (at + 1)
  in
  go from

let rec examples text from =
  match find opening text from with
  | None -> []
  | Some at -> (
      let from = at + String.length opening in
      match find closing text from with
      | None -> failwith "an example without an end"
      | Some until -> String.sub text from (until - from) :: examples text until
      )

let () =
  let files = List.tl (Array.to_list Sys.argv) in
  let all = List.concat_map (fun file -> examples (read file) 0) files in
  if List.length all < 6 then failwith "The examples are not where they were.";
  List.iteri
    (fun number example ->
      Printf.printf "module Example_%d = struct%send\n\n" (number + 1) example)
    all
