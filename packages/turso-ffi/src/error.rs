//! The one error of this library: what happened, and what to do about it.

use std::fmt;
use std::time::Duration;

use crate::status::Status;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong. `retryable` says that the same call may succeed later, unchanged: in a transaction, all of
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub status: Status,
    pub message: String,
    pub hint: String,
    pub retryable: bool,
    /// The server may have carried out what failed: the answer was lost or cannot be read.
    pub is_undecided: bool,
    /// How long the server wants to be left alone.
    pub pause: Option<Duration>,
}

impl Error {
    pub fn new(status: Status, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status, message: message.into(), hint: hint.into(), retryable: false, is_undecided: false, pause: None }
    }

    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// An error of a request that the server may have carried out.
    pub fn may_be_done(mut self) -> Self {
        self.is_undecided = true;
        self
    }

    /// An error after which the same call must not simply be made again.
    pub fn final_one(mut self) -> Self {
        self.retryable = false;
        self
    }

    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Status::Usage, message, hint)
    }

    pub fn internal(what: impl fmt::Display) -> Self {
        Self::new(
            Status::Internal,
            format!("A defect of turso-ffi: {what}."),
            "Please report it with what led to it; the connection can be closed and opened again.",
        )
    }

    pub fn closed() -> Self {
        Self::new(
            Status::ConnectionClosed,
            "The connection is closed, or there was never one of this id.",
            "Open a connection; ids are never used again.",
        )
    }

    /// The error of a sync: one of the server or the way to it is SYNC_FAILED, with the same hint. What is wrong on this machine, such as
    /// a full disk, has its own status.
    pub fn of_sync(self) -> Self {
        let is_of_server = matches!(
            self.status,
            Status::RemoteUnreachable
                | Status::RemoteUnauthorized
                | Status::RemoteReadOnly
                | Status::RemoteNotLibsql
                | Status::RemoteInterrupted
                | Status::RemoteBusy
                | Status::RemoteFailed
                | Status::RemoteBlocked
                | Status::RemoteRefusesSize
                | Status::RemoteRedirected
                | Status::RemoteTls
                | Status::ProxyFailed
                | Status::ResponseTooLarge
        );
        if is_of_server {
            self.within(Status::SyncFailed, "The replica could not be brought up to date.", "")
        } else {
            self
        }
    }

    /// The same error, of another status and with a sentence before its message.
    pub fn within(self, status: Status, sentence: &str, hint: &str) -> Self {
        Self {
            status,
            message: format!("{sentence} {}", self.message),
            hint: if hint.is_empty() { self.hint } else { hint.into() },
            ..self
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status.word(), self.message)
    }
}

impl std::error::Error for Error {}
