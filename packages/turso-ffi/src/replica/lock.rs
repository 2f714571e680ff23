//! One program at a time: two that sync one file would damage it.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
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
    replica: PathBuf,
    held: Mutex<Held>,
}

struct Held {
    _connection: Connection,
    inode: Option<u64>,
}

impl Lock {
    pub fn take(replica: &Path) -> Result<Self> {
        Ok(Self { replica: replica.to_owned(), held: Mutex::new(taken(replica)?) })
    }

    /// Whether it keeps others out. It no longer does if somebody removed its file, for example with the folder.
    pub fn is_held(&self) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).inode == inode(&self.replica)
    }

    /// Takes the lock again if it is not held. Fails with REPLICA_LOCKED if another program has it now.
    pub fn renew(&self) -> Result<()> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.inode != inode(&self.replica) {
            *held = taken(&self.replica)?;
        }
        Ok(())
    }
}

fn taken(replica: &Path) -> Result<Held> {
    match hold(&with_suffix(replica, "-lock")).map_err(Failure::from) {
        Ok(connection) => Ok(Held { _connection: connection, inode: inode(replica) }),
        Err(failure) => Err(match failure.into_error() {
            error if error.status == Status::RemoteBusy => in_use(replica, "another program uses it"),
            error => error,
        }),
    }
}

/// What tells the lock's file from another of its name.
fn inode(replica: &Path) -> Option<u64> {
    fs::metadata(with_suffix(replica, "-lock")).ok().map(|metadata| metadata.ino())
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
