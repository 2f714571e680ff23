(* Runs a call in a thread of Lwt's pool. The promise can be cancelled, and the call
   goes on: [release] then gives back what it has opened. *)
let run ?(release = fun _ -> ()) call =
  let promise, resolver = Lwt.task () in
  let is_awaited () = Lwt.state promise = Lwt.Sleep in
  let dropped result =
    Lwt.async (fun () -> Lwt_preemptive.detach release result)
  in
  Lwt.on_any
    (Lwt_preemptive.detach call ())
    (fun result ->
      if is_awaited () then Lwt.wakeup_later resolver result else dropped result)
    (fun error -> if is_awaited () then Lwt.wakeup_later_exn resolver error);
  promise

(* The same for a call that opens something, which [close] closes. *)
let opened ~close call =
  let release = function Ok made -> ignore (close made) | Error _ -> () in
  run ~release call

(* Uses what a call has opened, and closes it, also if the use fails. *)
let using ~close use opening =
  Lwt_result.bind opening (fun opened ->
      Lwt.finalize
        (fun () -> use opened)
        (fun () -> Lwt.map ignore (Lwt.no_cancel (close opened))))
