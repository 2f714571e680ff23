let longest_ms = 10_000

let may_repeat ?(repeat_unsure = false) (error : Error.t) =
  match error.code with
  | Committed_not_synced -> false
  | Remote_interrupted -> error.retryable || repeat_unsure
  | _ -> error.retryable

(* The state is of one call: a shared one is no matter for several domains, and the
   program's own random numbers stay as they are. *)
let pause ?(delay_ms = 100) attempt =
  let doubled = float_of_int delay_ms *. (2. ** float_of_int (attempt - 1)) in
  let part = 0.5 +. Random.State.float (Random.State.make_self_init ()) 0.5 in
  min doubled (float_of_int longest_ms) *. part /. 1000.

let with_backoff ?(attempts = 5) ?delay_ms ?repeat_unsure run =
  let rec go attempt =
    match run () with
    | Error error when attempt < attempts && may_repeat ?repeat_unsure error ->
        Unix.sleepf (pause ?delay_ms attempt);
        go (attempt + 1)
    | result -> result
  in
  go 1
