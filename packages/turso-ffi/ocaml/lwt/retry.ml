open Turso

let with_backoff ?(attempts = 5) ?delay_ms ?repeat_unsure run =
  let rec go attempt =
    Lwt.bind (run ()) (function
      | Error error
        when attempt < attempts && Retry.may_repeat ?repeat_unsure error ->
          Lwt.bind
            (Lwt_unix.sleep (Retry.pause ?delay_ms attempt))
            (fun () -> go (attempt + 1))
      | result -> Lwt.return result)
  in
  go 1
