//! One program at a time: two that sync one file would damage it.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::Connection;

use super::files::with_suffix;
use crate::error::{Error, Result};
use crate::sqlite::Failure;
use crate::status::Status;

/// A program that is just ending has so long to let go.
const PATIENCE: Duration = Duration::from_millis(250);

/// The lock of an SQLite file beside the replica's, which programs in other languages take as well. The system gives it
/// back when the process ends, however it ends; the file stays, since taking it away would let two programs in.
pub struct Lock {
    _held: Mutex<Connection>,
}

impl Lock {
    pub fn take(replica: &Path) -> Result<Self> {
        match hold(&with_suffix(replica, "-lock")).map_err(Failure::from) {
            Ok(held) => Ok(Self { _held: Mutex::new(held) }),
            Err(failure) => Err(match failure.into_error() {
                error if error.status == Status::RemoteBusy => in_use(replica, "another program uses it"),
                error => error,
            }),
        }
    }
}

fn hold(path: &Path) -> rusqlite::Result<Connection> {
    create_private(path);
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    // In memory, so that no journal is left beside it.
    connection.execute_batch("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")?;
    Ok(connection)
}

/// Creates a file that only its owner may read. If that fails, SQLite says why.
fn create_private(path: &Path) {
    let _ = File::options().write(true).create(true).truncate(false).mode(0o600).open(path);
}

pub fn in_use(replica: &Path, reason: &str) -> Error {
    Error::new(
        Status::ReplicaLocked,
        format!("The replica {} is in use: {reason}.", replica.display()),
        "Close the other one, or give each its own db_path.",
    )
    .retryable()
}
