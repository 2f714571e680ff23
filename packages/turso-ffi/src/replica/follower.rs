//! What follows the log: it puts the frames that come into the replica's file, and notes how far it is.

use bytes::Bytes;
use libsql_replication::injector::{Injector, SqliteInjector};
use libsql_replication::meta::{self, WalIndexMeta};
use libsql_replication::rpc::replication::{Frame, HelloResponse};

use super::files::{inaccessible, Files};
use super::log::{Frames, Log, Patience};
use super::note::{Mark, Note};
use crate::error::{Error, Result};
use crate::sqlite::Failure;
use crate::status::Status;

/// Frames that the injector keeps before it writes them.
const BUFFERED: usize = 10;

/// Never: the main file changes only when the note says so.
const AUTO_CHECKPOINT: u32 = i32::MAX as u32;

/// One that failed is not used again: what it has in memory may be ahead of what it wrote.
pub struct Follower {
    /// None until a frame comes: to open it costs more than the greeting that tells of no new frames.
    writer: Option<Writer>,
    log_id: String,
    session: Bytes,
    /// What is in the file.
    mark: Option<Mark>,
    /// The latest frame that came, of a transaction that has not come to its end perhaps.
    received: Option<Mark>,
    /// Whether it has greeted the server before.
    has_greeted: bool,
}

/// What writes frames into the files, and libSQL's note of how far it is.
struct Writer {
    index: WalIndexMeta,
    injector: SqliteInjector,
}

/// How far a follower got.
pub enum Reached {
    /// All that was committed when it asked; so many frames came.
    TheEnd { frames: u64 },
    /// The primary's history is another one than the replica was made from: another log, or an older copy of the same one.
    AnotherHistory,
}

impl Follower {
    /// Follows from where the files are, as noted.
    pub fn new(note: &Note) -> Self {
        Self {
            writer: None,
            log_id: note.log.clone(),
            session: Bytes::from(note.session.clone()),
            mark: note.mark,
            received: note.mark,
            has_greeted: false,
        }
    }

    /// The note of what is in the file; its stamps are still to be taken.
    pub fn note(&self, before: &Note) -> Note {
        let session = String::from_utf8_lossy(&self.session).into_owned();
        Note { log: self.log_id.clone(), session, mark: self.mark, ..before.clone() }
    }

    /// Fetches what has been committed by now. Only the network is waited for with `patience`: what has come is written in
    /// any case.
    pub async fn catch_up(&mut self, files: &Files, log: &Log, patience: &Patience) -> Result<Reached> {
        let mut received = 0;
        let (hello, mut prefetched) = self.greet(log, patience).await?;
        let latest = hello.current_replication_index;
        if !self.is_of(&hello, log, patience).await? {
            return Ok(Reached::AnotherHistory);
        }
        self.session = hello.session_token;
        while latest.is_some_and(|latest| self.mark.is_none_or(|reached| reached.frame_no < latest)) {
            let next = self.next();
            // What was asked for along with the greeting may be of just before what the greeting tells of.
            let frames = match prefetched.take() {
                Some(Frames::Some(frames)) if frames.is_empty() => continue,
                Some(frames) => frames,
                None => log.frames(patience, &self.session, next).await?,
            };
            match frames {
                Frames::Some(frames) if frames.is_empty() => return Err(log.failed_for("it sent no frames")),
                Frames::Some(frames) => {
                    received += frames.len() as u64;
                    for frame in frames {
                        self.inject(files, frame).await?;
                    }
                }
                // It may have another history by now, which only a new greeting tells.
                Frames::NeedHello => return Err(log.started_anew()),
                Frames::NeedSnapshot => received += self.load(files, log, patience, next).await?,
            }
        }
        Ok(Reached::TheEnd { frames: received })
    }

    /// Greets the server, and asks for frames at the same time, which come where it still knows this session. Not the first time: only
    /// one socket is open then as a rule, and a replica that was just opened may be up to date.
    async fn greet(&mut self, log: &Log, patience: &Patience) -> Result<(HelloResponse, Option<Frames>)> {
        if !std::mem::replace(&mut self.has_greeted, true) {
            return Ok((log.hello(patience).await?, None));
        }
        let (hello, frames) = tokio::join!(log.hello(patience), log.frames(patience, &self.session, self.next()));
        let hello = hello?;
        let frames = if hello.session_token == self.session { Some(frames?) } else { None };
        Ok((hello, frames))
    }

    /// Whether the server's history goes on from where the file is. While it runs, it has one history; after a
    /// restart, it may have an older copy, with the same id.
    async fn is_of(&self, hello: &HelloResponse, log: &Log, patience: &Patience) -> Result<bool> {
        if hello.log_id != self.log_id {
            return Ok(false);
        }
        let Some(mark) = self.mark else { return Ok(true) };
        if hello.current_replication_index.is_none_or(|latest| latest < mark.frame_no) {
            return Ok(false);
        }
        Ok(hello.session_token == self.session || log.has(patience, &hello.session_token, mark).await?)
    }

    fn next(&self) -> u64 {
        self.received.map_or(0, |received| received.frame_no + 1)
    }

    async fn load(&mut self, files: &Files, log: &Log, patience: &Patience, next: u64) -> Result<u64> {
        let mut received = 0;
        let mut snapshot = log.snapshot(patience, &self.session, next).await?;
        while let Some(frame) = log.next_of(patience, &mut snapshot).await? {
            received += 1;
            self.inject(files, frame).await?;
        }
        Ok(received)
    }

    async fn inject(&mut self, files: &Files, frame: Frame) -> Result<()> {
        // Those of a snapshot come in falling order.
        let mark = Mark::of(&frame);
        if mark.map(|mark| mark.frame_no) > self.received.map(|received| received.frame_no) {
            self.received = mark;
        }
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(Writer::open(files).await?),
        };
        if let Some(committed) = writer.injector.inject_frame(frame).await.map_err(of_injector)? {
            self.mark = self.received;
            writer.index.set_commit_frame_no(committed).await.map_err(|error| of_index(files, error))?;
        }
        Ok(())
    }
}

impl Writer {
    async fn open(files: &Files) -> Result<Self> {
        let path = files.database();
        let index = WalIndexMeta::open_prefixed(path).await.map_err(|error| of_index(files, error))?;
        if index.data.is_none() {
            return Err(failed("the file beside it that tells its state is damaged".into()));
        }
        let injector = SqliteInjector::new(path.to_owned(), BUFFERED, AUTO_CHECKPOINT, None).await;
        Ok(Self { index, injector: injector.map_err(of_injector)? })
    }
}

fn of_index(files: &Files, error: meta::Error) -> Error {
    match error {
        meta::Error::Io(error) | meta::Error::FailedToCommit(error) => inaccessible(files.database(), &error),
        error => failed(error.to_string()),
    }
}

fn of_injector(error: libsql_replication::injector::Error) -> Error {
    use libsql_replication::injector::Error::{FatalInjectError, Io, Sqlite};
    match error {
        Sqlite(error) => Failure::from(error).into_error(),
        FatalInjectError(error) => match error.downcast::<rusqlite::Error>() {
            Ok(error) => Failure::from(*error).into_error(),
            Err(error) => failed(error.to_string()),
        },
        Io(error) => failed(error.to_string()),
    }
}

fn failed(reason: String) -> Error {
    Error::new(
        Status::SyncFailed,
        format!("What came from the primary could not be written ({reason})."),
        "Close the connection and open it again; a damaged replica is fetched again then.",
    )
}
