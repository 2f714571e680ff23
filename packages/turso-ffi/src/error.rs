//! The one error of this library: what happened, and what to do about it.

use std::fmt;

use crate::status::Status;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong. `retryable` says that the same call may succeed later, unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub status: Status,
    pub message: String,
    pub hint: String,
    pub retryable: bool,
}

impl Error {
    pub fn new(status: Status, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { status, message: message.into(), hint: hint.into(), retryable: false }
    }

    pub fn retryable(mut self) -> Self {
        self.retryable = true;
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

    /// The same error, of another status and with a sentence before its message.
    pub fn within(self, status: Status, sentence: &str, hint: &str) -> Self {
        Self {
            status,
            message: format!("{sentence} {}", self.message),
            hint: if hint.is_empty() { self.hint } else { hint.into() },
            retryable: self.retryable,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status.word(), self.message)
    }
}

impl std::error::Error for Error {}
