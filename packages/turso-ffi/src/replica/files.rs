//! The files of a replica, and whether they are sound.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::note::{Note, Phase};
use super::stamp::{FileStamp, WalStamp};
use crate::error::{Error, Result};
use crate::sqlite::{self, Access, Failure, Pool};
use crate::status::Status;

/// How long a replica is looked through before it is used.
const CHECK: Duration = Duration::from_secs(1);

/// The file, those that SQLite and libSQL keep beside it, and our note.
pub struct Files {
    database: PathBuf,
    wal: PathBuf,
    index: PathBuf,
    note: PathBuf,
}

/// What is there before a replica is used.
pub enum Found {
    Nothing,
    Sound(Note),
    /// Something that is no sound replica, for this reason.
    Fault(String),
}

/// The files, compared with the note of them.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    AsNoted,
    /// A program died within a sync: what was noted is there, and something behind it.
    Interrupted,
    Changed,
}

impl Files {
    pub fn new(database: PathBuf) -> Self {
        let beside = |suffix| with_suffix(&database, suffix);
        Self { wal: beside("-wal"), index: beside("-client_wal_index"), note: beside("-note"), database }
    }

    pub fn database(&self) -> &Path {
        &self.database
    }

    pub fn note(&self) -> &Path {
        &self.note
    }

    /// The id of the log, and the last frame that libSQL has noted; None where it has not noted anything sound.
    fn index(&self) -> Option<(u128, Option<u64>)> {
        let bytes: [u8; 32] = fs::read(&self.index).ok()?.try_into().ok()?;
        let log = u128::from_le_bytes(bytes[..16].try_into().ok()?);
        let frame_no = u64::from_le_bytes(bytes[16..24].try_into().ok()?);
        // The largest number is libSQL's word for none.
        Some((log, (frame_no != u64::MAX).then_some(frame_no)))
    }

    /// Writes what libSQL notes of a replica.
    fn write_index(&self, note: &Note) -> Result<()> {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&log_number(&note.log).unwrap_or_default().to_le_bytes());
        bytes[16..24].copy_from_slice(&note.mark.map_or(u64::MAX, |mark| mark.frame_no).to_le_bytes());
        write_private(&self.index, &bytes).map_err(|error| inaccessible(&self.index, &error))
    }

    /// Looks at the files before they are used. A database that is not ours is refused with FILE_INACCESSIBLE.
    pub fn inspect(&self) -> Result<Found> {
        let size = match fs::metadata(&self.database) {
            Ok(metadata) if metadata.is_file() => Some(metadata.len()),
            Ok(_) => return Err(inaccessible(&self.database, &ErrorKind::IsADirectory.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(inaccessible(&self.database, &error)),
        };
        let is_ours = self.index.exists() || self.note.exists();
        let is_unused = !self.note.exists() && fs::metadata(&self.index).map_or(true, |index| index.len() == 0);
        let fault = match size {
            None if is_ours => "its file was missing".to_owned(),
            None => return Ok(Found::Nothing),
            // As made by those who reserve a name, or by a first sync that came to nothing.
            Some(0) if is_unused => return self.remove().map(|()| Found::Nothing),
            Some(_) if !is_ours => return Err(self.not_a_replica()),
            Some(size) => match self.check(size)? {
                Ok(note) => return Ok(Found::Sound(note)),
                Err(fault) => fault,
            },
        };
        Ok(Found::Fault(fault))
    }

    /// The note of sound files, or what is wrong with them.
    fn check(&self, size: u64) -> Result<Result<Note, String>> {
        let Some(mut note) = Note::load(&self.note) else {
            return Ok(Err("the note of its state was missing".into()));
        };
        match self.state(&note)? {
            State::AsNoted => {}
            State::Interrupted => note = self.rolled_back(note)?,
            State::Changed => return Ok(Err("another program has changed its files".into())),
        }
        if self.index() != log_number(&note.log).map(|log| (log, note.mark.map(|mark| mark.frame_no))) {
            return Ok(Err("the file beside it that tells its state was damaged".into()));
        }
        if size > 0 {
            let mut header = [0; 16];
            let read = fs::File::open(&self.database).and_then(|mut file| file.read_exact(&mut header));
            if read.is_err() || &header != b"SQLite format 3\0" {
                return Ok(Err("its file was damaged".into()));
            }
        }
        let pool = Arc::new(Pool::new(self.database.clone(), Access::Read, CHECK));
        let checked = pool.lend(0).and_then(|lease| sqlite::query(&lease, "PRAGMA quick_check(1)", &[]));
        match checked {
            // One so large shows its damage when it is read.
            Ok(rows) if !rows.ends_with(b"ok") => Ok(Err("its file was damaged".into())),
            Err(Failure::Damaged(_)) => Ok(Err("its file was damaged".into())),
            Err(Failure::Other(error)) => Err(error),
            Ok(_) | Err(Failure::Interrupted) => self.noted(Note { phase: Phase::Still, ..note }).map(Ok),
        }
    }

    /// Compares the files with the note of them, without reading them through.
    pub fn state(&self, note: &Note) -> Result<State> {
        let compared = || -> io::Result<State> {
            let file = FileStamp::of(&self.database)?;
            let wal = WalStamp::of(&self.wal, &note.wal)?;
            let is_same_file = match note.phase {
                Phase::Checkpointing => file.is_some_and(|file| file.inode == note.file.inode),
                Phase::Still | Phase::Backfilled => file == Some(note.file),
            };
            let is_same_wal = wal == note.wal || (note.phase == Phase::Backfilled && wal.frames == 0);
            Ok(if !is_same_file {
                State::Changed
            } else if is_same_wal {
                State::AsNoted
            } else if note.phase == Phase::Backfilled
                || (note.phase == Phase::Still && note.wal.is_begun_by(&self.wal)?)
            {
                State::Interrupted
            } else {
                State::Changed
            })
        };
        compared().map_err(|error| inaccessible(&self.database, &error))
    }

    /// Notes the files as they are now.
    pub fn noted(&self, note: Note) -> Result<Note> {
        let stored = || -> io::Result<Note> {
            let file = FileStamp::of(&self.database)?.ok_or(ErrorKind::NotFound)?;
            let now = Note { file, wal: WalStamp::of(&self.wal, &note.wal)?, ..note };
            let before = Note::load(&self.note);
            if before.map(|before| Note { synced: now.synced, ..before }).as_ref() == Some(&now) {
                now.store_time(&self.note)?;
            } else {
                now.store(&self.note)?;
            }
            Ok(now)
        };
        stored().map_err(|error| inaccessible(&self.database, &error))
    }

    /// Brings back what was noted. In new files, since other programs may have the old ones open.
    fn rolled_back(&self, note: Note) -> Result<Note> {
        let fresh = self.fresh();
        fresh.remove()?;
        let copied = || -> io::Result<()> {
            fs::copy(&self.database, &fresh.database)?;
            if note.phase == Phase::Still && note.wal.length() > 0 {
                fs::copy(&self.wal, &fresh.wal)?;
                fs::OpenOptions::new().write(true).open(&fresh.wal)?.set_len(note.wal.length())?;
            }
            Ok(())
        };
        copied().map_err(|error| inaccessible(&fresh.database, &error))?;
        self.become_those_of(&fresh, note)
    }

    /// Files beside these, for a replica that is to take their place.
    pub fn fresh(&self) -> Self {
        Self::new(with_suffix(&self.database, "-new"))
    }

    /// Takes what is in `fresh`, which nobody has open, and notes it. Where this ends half done, the next one that opens the
    /// replica finds no file, and fetches it.
    pub fn become_those_of(&self, fresh: &Self, note: Note) -> Result<Note> {
        self.remove()?;
        self.write_index(&note)?;
        let moved = || -> io::Result<Note> {
            match fs::rename(&fresh.wal, &self.wal) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let file = FileStamp::of(&fresh.database)?.ok_or(ErrorKind::NotFound)?;
            let note = Note { file, wal: WalStamp::of(&self.wal, &note.wal)?, phase: Phase::Still, ..note };
            note.store(&self.note)?;
            fs::rename(&fresh.database, &self.database)?;
            Ok(note)
        };
        let note = moved().map_err(|error| inaccessible(&fresh.database, &error))?;
        fresh.remove()?;
        Ok(note)
    }

    /// Takes all of them away.
    pub fn remove(&self) -> Result<()> {
        for path in [&self.database, &self.wal, &with_suffix(&self.database, "-shm"), &self.index, &self.note] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(inaccessible(path, &error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn not_a_replica(&self) -> Error {
        Error::new(
            Status::FileInaccessible,
            format!("{} already exists, and is not a replica.", self.database.display()),
            "Give another db_path, or move that file away. A local database without a server is opened by a file: URL.",
        )
    }
}

/// Writes a file that only its owner may read: it lies beside the database's own data.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let options = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    options?.write_all(bytes)
}

/// The id of a log as libSQL keeps it.
fn log_number(id: &str) -> Option<u128> {
    u128::from_str_radix(&id.replace('-', ""), 16).ok()
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
