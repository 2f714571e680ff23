//! Fetching a whole database into files beside the replica's. What has come is kept, whatever ends the fetch: the next one goes
//! on there, also in another process.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use libsql_replication::rpc::replication::{Frame, HelloResponse};
use rusqlite::{Connection, OpenFlags};

use super::files::{inaccessible, Files, State};
use super::log::{Frames, Log, Patience};
use super::note::{Mark, Note, Phase};
use super::stamp::{FileStamp, WalStamp};
use crate::error::Result;
use crate::sqlite::Failure;

const PAGE: u64 = 4096;

/// A frame has this before its page: its number, checksum, page number, and the size of the database where it ends a
/// transaction.
const HEADER: usize = 24;

/// Where the header of a database says in which versions it is written and read: https://sqlite.org/fileformat.html
const VERSIONS: u64 = 18;
const WAL: u8 = 2;

/// How much may have to be fetched once more: so many frames, or what came in so long.
const FRAMES_AT_RISK: u64 = 1024;
const TIME_AT_RISK: Duration = Duration::from_secs(1);

/// How far a fetch is, for those who wait for it.
#[derive(Default)]
pub struct Progress {
    pub received: AtomicU64,
    pub total: AtomicU64,
}

/// Fetches what has been committed by now; gives a note of what is in `fresh`, and how many frames came.
pub async fn fetch(fresh: &Files, log: &Log, patience: &Patience, progress: &Progress) -> Result<(Note, u64)> {
    let hello = log.hello(patience).await?;
    let mut partial = Partial::open(fresh, &hello, log, patience).await?;
    let mut received = 0;
    progress.total.store(hello.current_replication_index.map_or(0, |latest| latest + 1), Ordering::Relaxed);
    let fetched = partial.catch_up(&hello, log, patience, progress, &mut received).await;
    match fetched {
        Ok(()) => Ok((partial.finish()?, received)),
        Err(error) => partial.keep().and(Err(error)),
    }
}

/// A database of which some pages may not have come yet. Nobody reads it, so that pages go to their place as they come.
struct Partial<'f> {
    fresh: &'f Files,
    file: File,
    note: Note,
    kept_at: Instant,
    since_kept: u64,
}

impl<'f> Partial<'f> {
    /// What an earlier fetch has left, where it is of the same history; an empty one otherwise.
    async fn open(fresh: &'f Files, hello: &HelloResponse, log: &Log, patience: &Patience) -> Result<Self> {
        let session = String::from_utf8_lossy(&hello.session_token).into_owned();
        let note = match Note::load(fresh.note()) {
            Some(left) if left.log == hello.log_id && fresh.state(&left)? == State::AsNoted => {
                let is_same = match left.mark {
                    Some(mark) if left.session != session => log.has(patience, &hello.session_token, mark).await?,
                    mark => mark.is_some(),
                };
                is_same.then_some(Note { session: session.clone(), ..left })
            }
            _ => None,
        };
        let is_new = note.is_none();
        if is_new {
            fresh.remove()?;
        }
        let open = || -> io::Result<(File, Note)> {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(is_new)
                .mode(0o600)
                .open(fresh.database())?;
            let stamp = FileStamp::of(fresh.database())?.ok_or(io::ErrorKind::NotFound)?;
            let log = hello.log_id.clone();
            // Pages are written between two notes of them, too.
            let phase = Phase::Checkpointing;
            let empty = Note {
                log,
                session,
                mark: None,
                phase,
                file: stamp,
                wal: WalStamp::default(),
                remote: None,
                synced: None,
            };
            Ok((file, note.unwrap_or(empty)))
        };
        let (file, note) = open().map_err(|error| inaccessible(fresh.database(), &error))?;
        Ok(Self { fresh, file, note, kept_at: Instant::now(), since_kept: 0 })
    }

    async fn catch_up(
        &mut self,
        hello: &HelloResponse,
        log: &Log,
        patience: &Patience,
        progress: &Progress,
        received: &mut u64,
    ) -> Result<()> {
        let session = &hello.session_token;
        let is_behind = |partial: &Self| hello.current_replication_index.is_some_and(|latest| partial.next() <= latest);
        while is_behind(self) {
            let next = self.next();
            let mut need_snapshot = false;
            match log.entries(patience, session, next).await? {
                Frames::NeedHello => return Err(log.started_anew()),
                Frames::NeedSnapshot => need_snapshot = true,
                Frames::Some(mut entries) => {
                    while is_behind(self) {
                        match log.next_frame(patience, &mut entries).await? {
                            Frames::NeedHello => return Err(log.started_anew()),
                            Frames::NeedSnapshot => need_snapshot = true,
                            Frames::Some(Some(frame)) => {
                                *received += 1;
                                self.write(&frame)?;
                                self.note.mark = Mark::of(&frame);
                                progress.received.store(self.next(), Ordering::Relaxed);
                                self.keep_now_and_then()?;
                                continue;
                            }
                            Frames::Some(None) => {}
                        }
                        break;
                    }
                }
            }
            if need_snapshot {
                *received += self.load(session, log, patience, progress).await?;
            }
            if self.next() == next {
                return Err(log.failed_for("it sent no frames"));
            }
        }
        Ok(())
    }

    /// Fetches a snapshot. Its frames come in falling order, so that only the whole of it counts.
    async fn load(&mut self, session: &Bytes, log: &Log, patience: &Patience, progress: &Progress) -> Result<u64> {
        let mut snapshot = log.snapshot(patience, session, self.next()).await?;
        let (mut received, mut newest) = (0, None);
        while let Some(frame) = log.next_of(patience, &mut snapshot).await? {
            received += 1;
            self.write(&frame)?;
            newest = newest.or(Mark::of(&frame));
            progress.received.fetch_add(1, Ordering::Relaxed);
        }
        self.note.mark = newest.or(self.note.mark);
        Ok(received)
    }

    /// The number of the frame that comes next.
    fn next(&self) -> u64 {
        self.note.mark.map_or(0, |mark| mark.frame_no + 1)
    }

    fn write(&mut self, frame: &Frame) -> Result<()> {
        let number =
            |at: usize| frame.data.get(at..at + 4).map(|it| it.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)));
        let (Some(page_no @ 1..), Some(size_after)) = (number(16), number(20)) else { return Ok(()) };
        let written = self.file.write_all_at(&frame.data[HEADER..], (page_no - 1) * PAGE);
        let sized = written.and_then(|()| if size_after > 0 { self.file.set_len(size_after * PAGE) } else { Ok(()) });
        self.since_kept += 1;
        sized.map_err(|error| inaccessible(self.fresh.database(), &error))
    }

    fn keep_now_and_then(&mut self) -> Result<()> {
        if self.since_kept < FRAMES_AT_RISK && self.kept_at.elapsed() < TIME_AT_RISK {
            return Ok(());
        }
        self.keep()
    }

    /// Notes how far it is, once that is on the disk.
    fn keep(&mut self) -> Result<()> {
        self.sync_file()?;
        self.note = self.fresh.noted(self.note.clone())?;
        (self.kept_at, self.since_kept) = (Instant::now(), 0);
        Ok(())
    }

    /// Makes the whole of it ready for readers. The note, whose stamps are older, is stored once it is in its place.
    fn finish(self) -> Result<Note> {
        in_wal_mode(self.fresh.database(), &self.file)?;
        self.sync_file()?;
        Ok(self.note)
    }

    fn sync_file(&self) -> Result<()> {
        self.file.sync_data().map_err(|error| inaccessible(self.fresh.database(), &error))
    }
}

/// Puts a file into WAL mode that is not yet: one without pages, and one whose first page is as the server was started with it. Readers
/// would keep the first frames out else. Nobody has the file open, so that no journal is needed on the disk.
fn in_wal_mode(path: &Path, file: &File) -> Result<()> {
    let mut versions = [0; 2];
    if file.read_exact_at(&mut versions, VERSIONS).is_ok() && versions == [WAL, WAL] {
        return Ok(());
    }
    let open = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL")
    };
    open().map_err(|error| Failure::from(error).into_error())
}
