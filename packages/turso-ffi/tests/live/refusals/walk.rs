//! What holds for every refused call.

use std::collections::BTreeSet;

use crate::support::codes;
use crate::support::connection::Result;

/// What a refused call comes to.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub code: &'static str,
    pub retryable: bool,
    /// A part of what the error says.
    pub says: &'static str,
}

impl Wanted {
    pub const fn says(self, says: &'static str) -> Self {
        Self { says, ..self }
    }
}

/// An error after which the same call fails again.
pub const fn last(code: &'static str) -> Wanted {
    Wanted { code, retryable: false, says: "" }
}

/// An error after which the same call may succeed.
pub const fn passing(code: &'static str) -> Wanted {
    Wanted { code, retryable: true, says: "" }
}

pub const USAGE: Wanted = last("USAGE");
pub const CLOSED: Wanted = last("CONNECTION_CLOSED");

/// Whoever answers so was reached.
const NOT_THE_URL: [&str; 7] = [
    "REMOTE_UNAUTHORIZED",
    "REMOTE_READ_ONLY",
    "REMOTE_BLOCKED",
    "REMOTE_REFUSES_SIZE",
    "REMOTE_BUSY",
    "REMOTE_FAILED",
    "COMMITTED_NOT_SYNCED",
];

/// What only the commands have.
const OF_COMMANDS: [&str; 5] = ["turso-sync", "config", "token variable", "TURSO_DATABASE_URL", "TURSO_AUTH_TOKEN"];

/// The codes that were seen so far.
#[derive(Default)]
pub struct Walk {
    pub seen: BTreeSet<String>,
}

impl Walk {
    /// Checks that a call was refused as it should be.
    pub fn refuses<T>(&mut self, what: &str, outcome: Result<T>, wanted: Wanted) {
        let Err(error) = outcome else { panic!("{what}: it was not refused with {}", wanted.code) };
        let told = format!("{what}: {error:?}");
        assert_eq!((error.code.as_str(), error.retryable), (wanted.code, wanted.retryable), "{told}");
        assert!(codes::is_allowed(&error), "{told}");
        let text = format!("{} {}", error.message, error.hint);
        assert!(text.contains(wanted.says), "{told}, and not: {}", wanted.says);
        // Nobody can mistake any other for a write whose outcome is not known.
        let is_unknown = error.code == "REMOTE_INTERRUPTED" && !error.retryable;
        assert_eq!(text.contains("committed or not"), is_unknown, "{told}");
        assert!(!OF_COMMANDS.iter().any(|word| text.contains(word)), "{told}");
        assert!(!(NOT_THE_URL.contains(&wanted.code) && text.contains("URL")), "{told}");
        self.seen.insert(error.code);
    }
}
