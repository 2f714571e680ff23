//! What follows the log: it puts the frames that come into the replica's file, and notes how far it is.

use bytes::Bytes;
use libsql_replication::injector::{Injector, SqliteInjector};
use libsql_replication::meta::{self, WalIndexMeta};
use libsql_replication::rpc::replication::{Frame, HelloResponse};

use super::files::{inaccessible, Files};
use super::log::{Frames, Log, Patience};
use crate::error::{Error, Result};
use crate::sqlite::Failure;
use crate::status::Status;

/// Frames that the injector keeps before it writes them.
const BUFFERED: usize = 10;

/// Frames in SQLite's log before they go into the file itself.
const CHECKPOINT: u32 = 1000;

/// One that failed is not used again: what it has in memory may be ahead of what it wrote.
pub struct Follower {
    index: WalIndexMeta,
    injector: SqliteInjector,
    /// The last frame that came, of a transaction that has not come to its end perhaps.
    received: Option<u64>,
    session: Option<Bytes>,
}

/// How far a follower got.
pub enum Reached {
    /// All that was committed when it asked; so many frames came.
    TheEnd { frames: u64 },
    /// The log is another one than the replica was made from.
    AnotherLog,
}

impl Follower {
    pub async fn new(files: &Files) -> Result<Self> {
        let path = files.database();
        let index = WalIndexMeta::open_prefixed(path).await.map_err(|error| of_index(files, error))?;
        let injector = SqliteInjector::new(path.to_owned(), BUFFERED, CHECKPOINT, None).await.map_err(of_injector)?;
        Ok(Self { received: index.current_frame_no(), index, injector, session: None })
    }

    /// The number of the last frame that is in the file.
    pub fn frame_no(&self) -> Option<u64> {
        self.index.current_frame_no()
    }

    /// Fetches what has been committed by now. Only the network is waited for with `patience`: what has come is written in
    /// any case.
    pub async fn catch_up(&mut self, files: &Files, log: &Log, patience: &Patience) -> Result<Reached> {
        let mut received = 0;
        let (hello, mut prefetched) = self.greet(log, patience).await?;
        let latest = hello.current_replication_index;
        let is_new = self.index.data.is_none();
        if let Err(error) = self.index.init_from_hello(hello) {
            return match error {
                meta::Error::LogIncompatible => Ok(Reached::AnotherLog),
                error => Err(of_index(files, error)),
            };
        }
        // Otherwise it says what its file says: whatever is injected is noted there with it.
        if is_new {
            self.index.flush().await.map_err(|error| of_index(files, error))?;
        }
        while latest.is_some_and(|latest| self.frame_no().is_none_or(|reached| reached < latest)) {
            let next = self.next();
            let session = self.session.clone().unwrap_or_default();
            // What was asked for along with the greeting may be of just before what the greeting tells of.
            let frames = match prefetched.take() {
                Some(Frames::Some(frames)) if frames.is_empty() => continue,
                Some(frames) => frames,
                None => log.frames(patience, &session, next).await?,
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
                Frames::NeedSnapshot => received += self.load(files, log, patience, &session, next).await?,
            }
        }
        Ok(Reached::TheEnd { frames: received })
    }

    /// Greets the server, and asks for frames at the same time where it knows this session.
    async fn greet(&mut self, log: &Log, patience: &Patience) -> Result<(HelloResponse, Option<Frames>)> {
        let (hello, frames) = match self.session.take() {
            None => (log.hello(patience).await?, None),
            Some(session) => {
                let (hello, frames) = tokio::join!(log.hello(patience), log.frames(patience, &session, self.next()));
                let hello = hello?;
                (hello.clone(), (hello.session_token == session).then_some(frames?))
            }
        };
        self.session = Some(hello.session_token.clone());
        Ok((hello, frames))
    }

    fn next(&self) -> u64 {
        self.received.map_or(0, |received| received + 1)
    }

    async fn load(&mut self, files: &Files, log: &Log, patience: &Patience, session: &Bytes, next: u64) -> Result<u64> {
        let mut received = 0;
        let mut snapshot = log.snapshot(patience, session, next).await?;
        while let Some(frame) = log.next_of(patience, &mut snapshot).await? {
            received += 1;
            self.inject(files, frame).await?;
        }
        Ok(received)
    }

    async fn inject(&mut self, files: &Files, frame: Frame) -> Result<()> {
        // Those of a snapshot come in falling order.
        self.received = self.received.max(number_of(&frame));
        if let Some(committed) = self.injector.inject_frame(frame).await.map_err(of_injector)? {
            self.index.set_commit_frame_no(committed).await.map_err(|error| of_index(files, error))?;
        }
        Ok(())
    }
}

/// A frame begins with its number.
fn number_of(frame: &Frame) -> Option<u64> {
    Some(u64::from_le_bytes(frame.data.get(..8)?.try_into().ok()?))
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
        "Close the connection and open it again; a replica that is not sound is fetched anew then.",
    )
}
