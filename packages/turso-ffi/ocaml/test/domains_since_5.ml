(* Four domains of several threads each: those of one share its lock, and the
   domains run side by side. *)

let domain_count = 4

let in_domains in_threads count run =
  let part domain () =
    let own = (count - domain + domain_count - 1) / domain_count in
    in_threads own (fun at -> run (domain + (at * domain_count)))
  in
  let domains =
    List.init domain_count (fun domain -> Domain.spawn (part domain))
  in
  List.iter Domain.join domains

let ways in_threads = [ ("domains", in_domains in_threads) ]
