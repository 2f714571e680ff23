type t = { read_ms : float; sync_ms : float; frame_no : int64 }

let ( let* ) = Result.bind

let timed work =
  let began = Unix.gettimeofday () in
  let* result = work () in
  Ok (result, (Unix.gettimeofday () -. began) *. 1000.)

let check connection =
  let* _, read_ms =
    timed (fun () -> Turso_connection.query connection "SELECT 1")
  in
  let* (synced : Turso_answer.synced), sync_ms =
    timed (fun () -> Turso_connection.sync connection)
  in
  Ok { read_ms; sync_ms; frame_no = synced.frame_no }
