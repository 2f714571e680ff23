type t =
  | Sync of { frames : int64; frame_no : int64; duration_ms : float }
  | Retry of { code : Error.code; message : string; pause_ms : float }
  | Rebuild of { reason : string }
  | Slow of { sql : string; duration_ms : float }
