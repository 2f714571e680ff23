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

#[cfg(test)]
mod tests {
    use super::*;

    /// Number and word of each code, as every language has them.
    fn table() -> impl Iterator<Item = (u32, &'static str)> {
        let lines = include_str!("../contract/error-codes.txt").lines();
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
            let mut words = line.split(' ');
            (words.next().unwrap().parse().unwrap(), words.next().unwrap())
        })
    }

    #[test]
    fn codes_are_those_of_every_language() {
        for (number, word) in table() {
            assert_eq!(Status::word_of(number).to_str(), Ok(word));
        }
        assert_eq!(Status::word_of(table().count() as u32 + 1), c"UNKNOWN");
    }

    #[test]
    fn the_header_has_each_code() {
        let header = include_str!("../include/turso.h");
        let (_, codes) = header.split_once("typedef enum turso_status {").unwrap();
        let (codes, _) = codes.split_once('}').unwrap();
        let codes: Vec<_> = codes.lines().filter_map(|line| line.trim().split_once(" = ")).collect();
        let number_of = |text: &str| text.split([',', ' ']).next().unwrap().parse::<u32>().unwrap();
        let told: Vec<_> = codes.iter().map(|(name, rest)| (number_of(rest), *name)).collect();
        let wanted: Vec<_> = table().map(|(number, word)| (number, format!("TURSO_{word}"))).collect();
        assert_eq!(told[0], (0, "TURSO_OK"));
        assert_eq!(told[1..], wanted.iter().map(|(number, name)| (*number, name.as_str())).collect::<Vec<_>>());
    }
}
