type t = { read_ms : float; sync_ms : float; frame_no : int64 }

let ( let* ) = Result.bind

let timed work =
  let began = Unix.gettimeofday () in
  let* result = work () in
  Ok (result, (Unix.gettimeofday () -. began) *. 1000.)

let check connection =
  let* _, read_ms = timed (fun () -> Connection.query connection "SELECT 1") in
  let* (synced : Answer.synced), sync_ms =
    timed (fun () -> Connection.sync connection)
  in
  Ok { read_ms; sync_ms; frame_no = synced.frame_no }
