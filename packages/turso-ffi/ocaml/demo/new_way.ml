(** The live connection: a replica, and writes that are on the server when the
    call returns. *)

open Plan

let measure plan folder ~from =
  let replica = Filename.concat folder "replica.db" in
  let connect () =
    Turso.Connection.connect plan.url ?token:plan.token
      ?db_path:(if plan.has_replica then Some replica else None)
  in
  with_lazy_connection connect (fun connection ->
      Plan.measure plan ~from
        ~set_up:(fun () -> ignore (connection ()))
        ~write:(fun rows -> insert plan (connection ()) rows)
        ~read:(fun id -> query plan (connection ()) id))
