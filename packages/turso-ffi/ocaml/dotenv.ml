(* What a .env file says, read as Node reads it: KEY=value lines, export allowed,
   comments after #, quotes of three kinds around values, which may then span
   lines, and \n in double quotes. *)

let rec with_newlines = function
  | '\\' :: 'n' :: rest -> '\n' :: with_newlines rest
  | char :: rest -> char :: with_newlines rest
  | [] -> []

let unescaped text =
  String.of_seq (List.to_seq (with_newlines (List.of_seq (String.to_seq text))))

let without_prefix prefix text =
  let length = String.length prefix in
  if String.length text >= length && String.sub text 0 length = prefix then
    String.sub text length (String.length text - length)
  else text

let until stop text from =
  Option.value
    (String.index_from_opt text from stop)
    ~default:(String.length text)

let between text from stop = String.sub text from (stop - from)

let rec skip_blanks text at =
  if at < String.length text && (text.[at] = ' ' || text.[at] = '\t') then
    skip_blanks text (at + 1)
  else at

(* The text within the quote at [from], and where the closing one is. *)
let quoted text from =
  match if from < String.length text then text.[from] else ' ' with
  | ('"' | '\'' | '`') as quote ->
      Option.map
        (fun closing ->
          let inner = between text (from + 1) closing in
          ((if quote = '"' then unescaped inner else inner), closing))
        (String.index_from_opt text (from + 1) quote)
  | _ -> None

(* The value that begins at [from], and where its line ends. *)
let value_at text from =
  match quoted text (skip_blanks text from) with
  | Some (value, closing) -> (value, until '\n' text closing)
  | None ->
      let line_end = until '\n' text from in
      let line = between text from line_end in
      (String.trim (between line 0 (until '#' line 0)), line_end)

(** The keys and values of a text, in its order. *)
let parse text =
  let text = String.concat "" (String.split_on_char '\r' text) in
  let text = without_prefix "\xef\xbb\xbf" text in
  let rec go at found =
    if at >= String.length text then List.rev found
    else
      let line_end = until '\n' text at in
      let equals = until '=' text at in
      let key = String.trim (between text at (min equals line_end)) in
      if equals >= line_end || key = "" || key.[0] = '#' then
        go (line_end + 1) found
      else
        let value, line_end = value_at text (equals + 1) in
        let key = String.trim (without_prefix "export " key) in
        go (line_end + 1) ((key, value) :: found)
  in
  go 0 []

let read_all path =
  let channel = open_in_bin path in
  Fun.protect
    ~finally:(fun () -> close_in_noerr channel)
    (fun () -> really_input_string channel (in_channel_length channel))

(** The keys and values of a file; none where there is no such file. *)
let read path =
  let unreadable reason =
    Error
      (Error.make File_inaccessible
         (Printf.sprintf "%s cannot be read: %s." path reason)
         ~hint:"Check its permissions.")
  in
  try
    (* A folder of that name is a Python environment. *)
    if (not (Sys.file_exists path)) || Sys.is_directory path then Ok []
    else Ok (parse (read_all path))
  with
  | Sys_error reason -> unreadable reason
  | End_of_file -> unreadable "another program has made it shorter"

(** The last value that counts: an empty one is as good as none. *)
let find key pairs =
  List.fold_left
    (fun found (name, value) ->
      if name = key then
        match String.trim value with "" -> None | value -> Some value
      else found)
    None pairs
