(** Ways to run things at the same time, by name: each runs a function so many
    times, and raises what one of them raised. *)

let in_threads count run =
  let raised = Array.make count None in
  let guarded at = try run at with error -> raised.(at) <- Some error in
  let threads = List.init count (Thread.create guarded) in
  List.iter Thread.join threads;
  Array.iter (Option.iter raise) raised

let ways = ("threads", in_threads) :: Domains.ways in_threads
