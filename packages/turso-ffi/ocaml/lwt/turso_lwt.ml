module Connection = Connection
module Config = Config
module Statement = Statement
module Cursor = Cursor
module Transaction = Transaction
module Retry = Retry
