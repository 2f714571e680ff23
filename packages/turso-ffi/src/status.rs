//! What a call came to: the numbers and the words of `turso_status`.

use std::ffi::CStr;

macro_rules! statuses {
    ($($name:ident = $number:literal, $word:literal;)*) => {
        /// The outcome of a call; the numbers are those of `turso.h`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Status { $($name = $number),* }

        impl Status {
            /// The stable word of a number, such as `REMOTE_BUSY`; `UNKNOWN` for a number that is none.
            pub fn word_of(number: u32) -> &'static CStr {
                match number { $($number => $word,)* _ => c"UNKNOWN" }
            }
        }
    };
}

statuses! {
    Ok = 0, c"OK";
    Usage = 1, c"USAGE";
    Internal = 2, c"INTERNAL";
    ConnectionClosed = 3, c"CONNECTION_CLOSED";
    UrlMissing = 4, c"URL_MISSING";
    UrlUnsupported = 5, c"URL_UNSUPPORTED";
    ConfigHasSecret = 6, c"CONFIG_HAS_SECRET";
    RemoteUnreachable = 7, c"REMOTE_UNREACHABLE";
    RemoteUnauthorized = 8, c"REMOTE_UNAUTHORIZED";
    RemoteReadOnly = 9, c"REMOTE_READ_ONLY";
    RemoteNotLibsql = 10, c"REMOTE_NOT_LIBSQL";
    RemoteInterrupted = 11, c"REMOTE_INTERRUPTED";
    RemoteBusy = 12, c"REMOTE_BUSY";
    RemoteFailed = 13, c"REMOTE_FAILED";
    ResponseTooLarge = 14, c"RESPONSE_TOO_LARGE";
    SqlFailed = 15, c"SQL_FAILED";
    ConstraintFailed = 16, c"CONSTRAINT_FAILED";
    ValueTooLarge = 17, c"VALUE_TOO_LARGE";
    SyncFailed = 18, c"SYNC_FAILED";
    CommittedNotSynced = 19, c"COMMITTED_NOT_SYNCED";
    ReplicaLocked = 20, c"REPLICA_LOCKED";
    FileInaccessible = 21, c"FILE_INACCESSIBLE";
    DiskFull = 22, c"DISK_FULL";
    TokenOverHttp = 23, c"TOKEN_OVER_HTTP";
    RemoteBlocked = 24, c"REMOTE_BLOCKED";
    RemoteRefusesSize = 25, c"REMOTE_REFUSES_SIZE";
    RemoteRedirected = 26, c"REMOTE_REDIRECTED";
    RemoteTls = 27, c"REMOTE_TLS";
    ProxyFailed = 28, c"PROXY_FAILED";
    AnswerNotExact = 29, c"ANSWER_NOT_EXACT";
}

impl Status {
    /// The stable word, such as `REMOTE_BUSY`.
    pub fn word(self) -> &'static str {
        Self::word_of(self as u32).to_str().unwrap_or_default()
    }
}
