(* A number of which the library takes 1 and more, as a 32-bit integer. *)
let checked what number =
  if number >= 1 && number <= 0x7fff_ffff then Ok number
  else
    Error
      (Error.make Usage
         (Printf.sprintf "%s is %d." what number)
         ~hint:"Give a whole number from 1 to 2147483647.")
