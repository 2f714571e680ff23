//! What SQLite says, as an error of ours.

use rusqlite::ffi;

use crate::error::Error;
use crate::status::Status;

/// Why a statement on a file failed.
#[derive(Debug)]
pub enum Failure {
    /// The file is damaged, or no database. A replica can be fetched again.
    Damaged(Error),
    /// It took too long, or the connection was closed.
    Interrupted,
    Other(Error),
}

impl Failure {
    pub fn into_error(self) -> Error {
        match self {
            Failure::Damaged(error) | Failure::Other(error) => error,
            Failure::Interrupted => Error::new(
                Status::SqlFailed,
                "The statement took longer than a call may take.",
                "Give it more time by timeout_ms, or make it do less.",
            ),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Other(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        let (code, message) = match error {
            rusqlite::Error::SqliteFailure(error, message) => {
                (error.extended_code, message.unwrap_or_else(|| ffi::code_to_str(error.extended_code).to_owned()))
            }
            // Not by Display, which quotes the whole statement.
            rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, msg),
            other => return Failure::Other(sql_failed(other.to_string())),
        };
        match code & 0xff {
            ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB => Failure::Damaged(Error::new(
                Status::FileInaccessible,
                format!("The database file is damaged ({message})."),
                "Restore it from a copy. A replica is fetched again when its connection is opened.",
            )),
            ffi::SQLITE_INTERRUPT => Failure::Interrupted,
            code => Failure::Other(of_code(code, message)),
        }
    }
}

fn of_code(code: i32, message: String) -> Error {
    match code {
        ffi::SQLITE_CONSTRAINT => constraint_failed(message),
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => busy(&message),
        ffi::SQLITE_FULL => Error::new(Status::DiskFull, message, "Make room on the disk, then try again."),
        ffi::SQLITE_TOOBIG => Error::new(Status::ValueTooLarge, message, "Make the value smaller."),
        ffi::SQLITE_CANTOPEN | ffi::SQLITE_IOERR | ffi::SQLITE_READONLY | ffi::SQLITE_PERM => Error::new(
            Status::FileInaccessible,
            format!("The database file cannot be read or written ({message})."),
            "Check that the file and its directory exist and may be written by this user.",
        ),
        _ => sql_failed(message),
    }
}

/// Values that a constraint does not allow.
pub fn constraint_failed(message: String) -> Error {
    Error::new(
        Status::ConstraintFailed,
        message,
        "Nothing was changed. Make the values meet the constraint that the message names.",
    )
}

/// A database that someone else is writing to.
pub fn busy(message: &str) -> Error {
    Error::new(
        Status::RemoteBusy,
        format!("Another writer holds the database ({message})."),
        "Nothing was changed. Try again.",
    )
    .retryable()
}

/// SQL that does not compile or that fails as it runs.
pub fn sql_failed(message: String) -> Error {
    Error::new(Status::SqlFailed, message, "The message is SQLite's own. Look at the statement and at the schema.")
}
