let longest_ms = 10_000

let may_repeat ~repeat_unsure (error : Error.t) =
  match error.code with
  | Committed_not_synced -> false
  | Remote_interrupted -> repeat_unsure
  | _ -> error.retryable

(* The state is of one call: a shared one is no matter for several domains, and the
   program's own random numbers stay as they are. *)
let pause delay_ms =
  let ms = float_of_int (min delay_ms longest_ms) in
  let part = 0.5 +. Random.State.float (Random.State.make_self_init ()) 0.5 in
  Unix.sleepf (ms *. part /. 1000.)

let with_backoff ?(attempts = 5) ?(delay_ms = 100) ?(repeat_unsure = false) run
    =
  let rec go attempt delay_ms =
    match run () with
    | Error error when attempt < attempts && may_repeat ~repeat_unsure error ->
        pause delay_ms;
        go (attempt + 1) (min (2 * delay_ms) longest_ms)
    | result -> result
  in
  go 1 delay_ms
