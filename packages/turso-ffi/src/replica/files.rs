//! The files of a replica, and whether they are sound.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::sqlite::{self, Access, Failure, Pool};
use crate::status::Status;

/// How long a replica is looked through before it is used.
const CHECK: Duration = Duration::from_secs(1);

/// The file, and those that SQLite and libSQL keep beside it.
pub struct Files {
    database: PathBuf,
    index: PathBuf,
}

impl Files {
    pub fn new(database: PathBuf) -> Self {
        let index = with_suffix(&database, "-client_wal_index");
        Self { database, index }
    }

    pub fn database(&self) -> &Path {
        &self.database
    }

    /// The last frame that libSQL has noted, behind the id of the log, or None where it has not noted anything sound.
    pub fn frame_no(&self) -> Option<u64> {
        let bytes: [u8; 32] = fs::read(&self.index).ok()?.try_into().ok()?;
        let frame_no = u64::from_le_bytes(bytes[16..24].try_into().ok()?);
        // The largest number is libSQL's word for none.
        Some(if frame_no == u64::MAX { 0 } else { frame_no })
    }

    /// Looks at the files before they are used. What is no sound replica is taken away, to be fetched anew, and the
    /// answer says why. A database that is none of ours is refused with FILE_INACCESSIBLE.
    pub fn inspect(&self) -> Result<Option<String>> {
        let size = match fs::metadata(&self.database) {
            Ok(metadata) if metadata.is_file() => Some(metadata.len()),
            Ok(_) => return Err(inaccessible(&self.database, &ErrorKind::IsADirectory.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(inaccessible(&self.database, &error)),
        };
        let has_index = self.index.exists();
        let is_unused = fs::metadata(&self.index).is_ok_and(|index| index.len() == 0);
        let fault = match size {
            None if has_index => "its file was missing".to_owned(),
            None => return Ok(None),
            // As made by those who reserve a name, or by a first sync that came to nothing.
            Some(0) if is_unused || !has_index => return self.remove().map(|()| None),
            Some(_) if !has_index => return Err(self.not_a_replica()),
            Some(size) => match self.fault(size)? {
                Some(fault) => fault,
                None => return Ok(None),
            },
        };
        self.remove()?;
        Ok(Some(fault))
    }

    fn fault(&self, size: u64) -> Result<Option<String>> {
        if self.frame_no().is_none() {
            return Ok(Some("the file beside it that tells its state was damaged".into()));
        }
        if size > 0 {
            let mut header = [0; 16];
            let read = fs::File::open(&self.database).and_then(|mut file| file.read_exact(&mut header));
            if read.is_err() || &header != b"SQLite format 3\0" {
                return Ok(Some("its file was damaged".into()));
            }
        }
        let pool = Arc::new(Pool::new(self.database.clone(), Access::Read, CHECK));
        let checked = pool.lend(0).and_then(|lease| sqlite::query(&lease, "PRAGMA quick_check(1)", &[]));
        match checked {
            Ok(rows) if rows.ends_with(b"ok") => Ok(None),
            // One so large shows its damage when it is read.
            Err(Failure::Interrupted) => Ok(None),
            Ok(_) | Err(Failure::Damaged(_)) => Ok(Some("its file was damaged".into())),
            Err(Failure::Other(error)) => Err(error),
        }
    }

    /// Files beside these, for a replica that is to take their place.
    pub fn fresh(&self) -> Self {
        Self::new(with_suffix(&self.database, "-new"))
    }

    /// Takes what is in `fresh`, which nobody has open. Where this ends half done, the next one that opens the replica
    /// finds no file, and fetches it.
    pub fn become_those_of(&self, fresh: &Self) -> Result<()> {
        checkpoint(&fresh.database)?;
        self.remove()?;
        rename(&fresh.index, &self.index)?;
        rename(&fresh.database, &self.database)
    }

    /// Takes all of them away.
    pub fn remove(&self) -> Result<()> {
        for suffix in ["", "-wal", "-shm"] {
            remove(&with_suffix(&self.database, suffix))?;
        }
        remove(&self.index)
    }

    fn not_a_replica(&self) -> Error {
        Error::new(
            Status::FileInaccessible,
            format!("{} is a file that is no replica, and it was left as it was.", self.database.display()),
            "Give another db_path, or move that file away. A local database without a server is opened by a file: URL.",
        )
    }
}

/// Puts what is in the log of a database into its file.
fn checkpoint(path: &Path) -> Result<()> {
    let checkpointed = rusqlite::Connection::open(path)
        .and_then(|connection| connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    checkpointed.map_err(|error| Failure::from(error).into_error())
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| inaccessible(from, &error))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(inaccessible(path, &error)),
        _ => Ok(()),
    }
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

pub fn inaccessible(path: &Path, error: &io::Error) -> Error {
    let status = if error.kind() == ErrorKind::StorageFull { Status::DiskFull } else { Status::FileInaccessible };
    Error::new(
        status,
        format!("{} cannot be read or written ({error}).", path.display()),
        "Check that its directory exists and may be written by this user.",
    )
}
