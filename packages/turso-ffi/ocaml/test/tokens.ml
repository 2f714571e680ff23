(** New keys and tokens for a server that asks for them. *)

type t = { public_key : string; read_write : string; read_only : string }

let script =
  {|const { generateKeyPairSync, sign } = require('node:crypto');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const exp = Math.floor(Date.now() / 1000) + 3600;
const token = (a) => {
  const text = part({ alg: 'EdDSA', typ: 'JWT' }) + '.' + part({ a, exp });
  return text + '.' + sign(null, Buffer.from(text), privateKey).toString('base64url');
};
console.log(token('rw') + '\n' + token('ro'));
console.log(publicKey.export({ type: 'spki', format: 'pem' }));|}

let rec read_lines channel lines =
  match input_line channel with
  | line -> read_lines channel (line :: lines)
  | exception End_of_file -> List.rev lines

let make () =
  let channel = Unix.open_process_args_in "node" [| "node"; "-e"; script |] in
  let lines = read_lines channel [] in
  match (Unix.close_process_in channel, lines) with
  | WEXITED 0, read_write :: read_only :: public_key ->
      { public_key = String.concat "\n" public_key; read_write; read_only }
  | _ -> failwith "node makes no tokens"
