module Connection = Connection
module Config = Config
module Statement = Statement
module Cursor = Cursor
module Transaction = Transaction
module Retry = Retry
module Value = Value
module Answer = Answer
module Event = Event
module Error = Error
module Database_stats = Database_stats
module Health = Health

type value = Value.t =
  | Null
  | Int of int64
  | Real of float
  | Text of string
  | Blob of string

type error = Error.t = {
  code : Error.code;
  message : string;
  hint : string option;
  retryable : bool;
}
