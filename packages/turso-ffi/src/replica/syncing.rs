//! Bringing the replica up to date.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::time::{timeout_at, Instant};
use tokio_util::sync::CancellationToken;

use super::fetch::fetch;
use super::files::{Files, State};
use super::follower::{Follower, Reached};
use super::log::{Patience, Until};
use super::note::{Note, Phase};
use super::{Kept, Replica};
use crate::call::{Call, Repeat};
use crate::error::{Error, Result};
use crate::sqlite::Failure;
use crate::status::Status;

/// Frames in SQLite's log before they go into the file itself.
const FRAMES_IN_LOG: u32 = 1000;

/// What has come is written after the time is over.
const WRITING: Duration = Duration::from_secs(1);

/// What a sync brought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Synced {
    pub frames: u64,
    pub frame_no: u64,
}

impl Replica {
    /// Brings everything that is committed by now. Syncs that were asked for meanwhile are one.
    pub async fn sync(self: &Arc<Self>, call: Call<'_>) -> Result<Synced> {
        let asked = Instant::now();
        call.repeat(Repeat::Read, || self.attempt(asked, call.deadline, false)).await
    }

    /// Fetches the file again, unless that was done since `generation`.
    pub async fn rebuild(self: &Arc<Self>, call: Call<'_>, generation: u64) -> Result<()> {
        let asked = Instant::now();
        let is_due = || self.generation() == generation;
        call.repeat(Repeat::Read, || self.attempt(asked, call.deadline, is_due())).await.map(drop)
    }

    /// On a task of its own, since what has come must not be left half written where the caller goes away.
    async fn attempt(self: &Arc<Self>, asked: Instant, deadline: Instant, anew: bool) -> Result<Synced> {
        let unwanted = CancellationToken::new();
        let patience = Patience { until: Until::Deadline(deadline), unwanted: unwanted.clone() };
        let _unwanted_when_dropped = unwanted.drop_guard();
        let task = tokio::spawn(Arc::clone(self).run(asked, patience, anew));
        match timeout_at(deadline + WRITING, task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panicked)) => Err(Error::internal(format!("a sync ended early ({panicked})"))),
            Err(_) => Err(self.still_fetching()),
        }
    }

    async fn run(self: Arc<Self>, asked: Instant, patience: Patience, anew: bool) -> Result<Synced> {
        let mut kept = match self.log.wait(&patience, self.kept.lock()).await {
            Err(_) if self.is_fetching.load(Ordering::Relaxed) => return Err(self.still_fetching()),
            kept => kept?,
        };
        if self.fresh_as_of().is_some_and(|begun| begun > asked) {
            return Ok(Synced { frames: 0, frame_no: self.frame_no() });
        }
        let (begun, time) = (Instant::now(), SystemTime::now());
        let frames = if anew { None } else { self.follow(&mut kept, &patience, time).await? };
        let frames = match frames {
            Some(frames) => frames,
            None => {
                self.is_outdated.store(true, Ordering::Relaxed);
                self.fetch_anew(&mut kept, time).await?
            }
        };
        self.is_outdated.store(false, Ordering::Relaxed);
        let mark = kept.note.as_ref().and_then(|note| note.mark);
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.frame_no.store(mark.map_or(0, |mark| mark.frame_no), Ordering::Relaxed);
        *self.fresh_as_of.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        if let Some(note) = &kept.note {
            self.take_up(note);
        }
        Ok(Synced { frames, frame_no: self.frame_no() })
    }

    /// Fetches what came since the last sync. None where the files cannot go on from there: another program has changed them, or
    /// the primary has another history.
    async fn follow(&self, kept: &mut Kept, patience: &Patience, time: SystemTime) -> Result<Option<u64>> {
        let Some(before) = kept.note.clone() else { return Ok(None) };
        if self.files.state(&before)? != State::AsNoted {
            return Ok(None);
        }
        if kept.keeper.is_none() {
            kept.keeper = Some(keeper(self.files.database())?);
        }
        let mut follower = match kept.follower.take() {
            Some(follower) => follower,
            None => Follower::new(&self.files, &before).await?,
        };
        let reached = follower.catch_up(&self.files, &self.log, patience).await;
        let mut after = follower.note(&before);
        if matches!(reached, Ok(Reached::TheEnd { .. })) {
            after = self.synced_at(time, after);
        }
        let is_written = after.mark != before.mark;
        if is_written {
            after.phase = Phase::Still;
        }
        if reached.is_ok() {
            kept.follower = Some(follower);
        } else {
            drop(follower);
        }
        let noted = self.files.noted(after)?;
        // What was written went into files that are no longer at their path.
        let is_lost = is_written && (noted.file, noted.wal) == (before.file, before.wal);
        if is_lost || noted.file.inode != before.file.inode {
            return Ok(None);
        }
        kept.note = Some(noted);
        match reached? {
            Reached::AnotherHistory => Ok(None),
            Reached::TheEnd { frames } => {
                self.checkpoint(kept, FRAMES_IN_LOG)?;
                Ok(Some(frames))
            }
        }
    }

    /// Fetches the whole database into files beside, and puts them in the place of what is there, which serves until then. It goes
    /// on when those who wait for it have no more time.
    async fn fetch_anew(&self, kept: &mut Kept, time: SystemTime) -> Result<u64> {
        let fresh = self.files.fresh();
        let patience = Patience { until: Until::Idle(self.timeout), unwanted: self.closing.clone() };
        self.is_fetching.store(true, Ordering::Relaxed);
        let fetched = fetch(&fresh, &self.log, &patience, &self.progress).await;
        self.is_fetching.store(false, Ordering::Relaxed);
        let (note, frames) = fetched?;
        let note = self.synced_at(time, note);
        let is_rebuild = kept.note.is_some() || kept.is_rebuild;
        // All let go of their files.
        *kept = Kept::default();
        let note = self.put_in_place(&fresh, note, is_rebuild)?;
        kept.keeper = Some(keeper(self.files.database())?);
        kept.follower = Some(Follower::new(&self.files, &note).await?);
        kept.note = Some(self.files.noted(note)?);
        Ok(frames)
    }

    fn synced_at(&self, time: SystemTime, note: Note) -> Note {
        Note { remote: Some(self.server.base.clone()), synced: Some(time), ..note }
    }

    fn put_in_place(&self, fresh: &Files, note: Note, is_rebuild: bool) -> Result<Note> {
        let _alone = self.swapping.write().unwrap_or_else(PoisonError::into_inner);
        let note = self.files.become_those_of(fresh, note)?;
        if is_rebuild {
            self.note_rebuild();
        }
        Ok(note)
    }

    /// Puts into the file what the write-ahead log has, where that are more than so many frames.
    fn checkpoint(&self, kept: &mut Kept, more_than: u32) -> Result<()> {
        let (Some(note), Some(keeper)) = (&kept.note, &kept.keeper) else { return Ok(()) };
        if note.wal.frames <= more_than {
            return Ok(());
        }
        let begun = self.files.noted(Note { phase: Phase::Checkpointing, ..note.clone() })?;
        let whole = |mode: &str| {
            let row = keeper.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                Ok((row.get::<_, i64>(0)? == 0) && row.get::<_, i64>(1)? == row.get::<_, i64>(2)?)
            });
            row.map_err(|error| Failure::from(error).into_error())
        };
        let phase = if whole("PASSIVE")? { Phase::Backfilled } else { Phase::Still };
        kept.note = Some(self.files.noted(Note { phase, ..begun })?);
        Ok(())
    }

    /// Ends a fetch that is under way, and leaves the files so that other programs may come and go.
    pub(super) fn close(&self) {
        self.closing.cancel();
        let Ok(mut kept) = self.kept.try_lock() else { return };
        kept.follower = None;
        let _ = self.checkpoint(&mut kept, 0);
        if let (Some(Note { phase: Phase::Backfilled, .. }), Some(keeper)) = (&kept.note, &kept.keeper) {
            let _ = keeper.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    fn still_fetching(&self) -> Error {
        let (received, total) = (&self.progress.received, &self.progress.total);
        Error::new(
            Status::SyncFailed,
            format!(
                "The replica is still being fetched: {} of {} pages are there.",
                received.load(Ordering::Relaxed),
                total.load(Ordering::Relaxed)
            ),
            "Try again, which goes on from there; reads go on with what the replica has. A longer timeout_ms waits longer.",
        )
        .retryable()
    }

    fn note_rebuild(&self) {
        self.rebuilds.fetch_add(1, Ordering::Relaxed);
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

/// A connection that changes nothing, neither when it closes.
fn keeper(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
        Ok(connection)
    });
    opened.map_err(|error| Failure::from(error).into_error())
}
