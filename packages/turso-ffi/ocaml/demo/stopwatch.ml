(** Times, in milliseconds. *)

let now () = Unix.gettimeofday () *. 1000.

(** What a function gives, and how long it took. *)
let time work =
  let began = now () in
  let result = work () in
  (result, now () -. began)

let median times =
  let sorted = List.sort compare times in
  List.nth sorted (List.length sorted / 2)

let to_string ms =
  if ms < 1. then Printf.sprintf "%.3f ms" ms
  else if ms < 100. then Printf.sprintf "%.1f ms" ms
  else Printf.sprintf "%.0f ms" ms
