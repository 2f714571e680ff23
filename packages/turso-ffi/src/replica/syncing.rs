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
use crate::events::Event;
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

/// How far the replica could follow.
enum Followed {
    /// So many frames came.
    TheEnd { frames: u64 },
    /// There are no files to go on with.
    NothingThere,
    /// The files cannot go on, for this reason.
    Fault(String),
}

const CHANGED: &str = "another program has changed its files";

impl Replica {
    /// Brings everything that is committed by now. Syncs that were asked for meanwhile are one.
    pub async fn sync(self: &Arc<Self>, call: Call<'_>) -> Result<Synced> {
        let asked = Instant::now();
        call.repeat(Repeat::Read, || self.attempt(asked, call.deadline, None)).await
    }

    /// Fetches the file again for this reason, unless that was done since `generation`.
    pub async fn rebuild(self: &Arc<Self>, call: Call<'_>, generation: u64, reason: &'static str) -> Result<()> {
        let asked = Instant::now();
        let reason = || (self.generation() == generation).then_some(reason);
        call.repeat(Repeat::Read, || self.attempt(asked, call.deadline, reason())).await.map(drop)
    }

    /// On a task of its own, since what has come must not be left half written where the caller goes away.
    async fn attempt(
        self: &Arc<Self>,
        asked: Instant,
        deadline: Instant,
        fault: Option<&'static str>,
    ) -> Result<Synced> {
        let unwanted = CancellationToken::new();
        let patience = Patience { until: Until::Deadline(deadline), unwanted: unwanted.clone() };
        let _unwanted_when_dropped = unwanted.drop_guard();
        let task = tokio::spawn(Arc::clone(self).run(asked, patience, fault));
        match timeout_at(deadline + WRITING, task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panicked)) => Err(Error::internal(format!("a sync ended early ({panicked})"))),
            Err(_) => Err(self.still_fetching()),
        }
    }

    async fn run(self: Arc<Self>, asked: Instant, patience: Patience, fault: Option<&'static str>) -> Result<Synced> {
        let mut kept = match self.log.wait(&patience, self.kept.lock()).await {
            Err(_) if self.is_fetching.load(Ordering::Relaxed) => return Err(self.still_fetching()),
            kept => kept?,
        };
        if self.fresh_as_of().is_some_and(|begun| begun > asked) {
            return Ok(Synced { frames: 0, frame_no: self.frame_no() });
        }
        let (begun, time) = (Instant::now(), SystemTime::now());
        let followed = match fault {
            Some(fault) => Followed::Fault(fault.into()),
            None => self.follow(&mut kept, &patience, time).await?,
        };
        let frames = match followed {
            Followed::TheEnd { frames } => frames,
            Followed::NothingThere => {
                let fault = kept.fault.clone();
                self.fetch_anew(&mut kept, time, fault).await?
            }
            Followed::Fault(fault) => {
                self.is_outdated.store(true, Ordering::Relaxed);
                self.fetch_anew(&mut kept, time, Some(fault)).await?
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
        let (frame_no, duration) = (self.frame_no(), begun.elapsed());
        self.latency.add(duration);
        self.listeners.tell(&Event::Sync { frames, frame_no, duration });
        Ok(Synced { frames, frame_no })
    }

    /// Fetches what came since the last sync.
    async fn follow(&self, kept: &mut Kept, patience: &Patience, time: SystemTime) -> Result<Followed> {
        let Some(before) = kept.note.clone() else { return Ok(Followed::NothingThere) };
        if self.files.state(&before)? != State::AsNoted {
            return Ok(Followed::Fault(CHANGED.into()));
        }
        if kept.keeper.is_none() {
            kept.keeper = Some(keeper(self.files.database())?);
        }
        let mut follower = match kept.follower.take() {
            Some(follower) => follower,
            None => Follower::new(&before),
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
            return Ok(Followed::Fault(CHANGED.into()));
        }
        kept.note = Some(noted);
        match reached? {
            Reached::AnotherHistory => Ok(Followed::Fault("the primary has another history than it had".into())),
            Reached::TheEnd { frames } => {
                self.checkpoint(kept, FRAMES_IN_LOG)?;
                Ok(Followed::TheEnd { frames })
            }
        }
    }

    /// Fetches the whole database into files beside, and puts them in the place of what is there, which serves until then. It goes
    /// on when those who wait for it have no more time.
    async fn fetch_anew(&self, kept: &mut Kept, time: SystemTime, fault: Option<String>) -> Result<u64> {
        // Others may have removed the lock with the folder, and another program may use its place.
        self.lock.renew()?;
        let fresh = self.files.fresh();
        let patience = Patience { until: Until::Idle(self.timeout), unwanted: self.closing.clone() };
        self.is_fetching.store(true, Ordering::Relaxed);
        let fetched = fetch(&fresh, &self.log, &patience, &self.progress).await;
        self.is_fetching.store(false, Ordering::Relaxed);
        let (note, frames) = fetched?;
        let note = self.synced_at(time, note);
        // All let go of their files.
        *kept = Kept::default();
        let note = self.put_in_place(&fresh, note, fault)?;
        kept.keeper = Some(keeper(self.files.database())?);
        kept.follower = Some(Follower::new(&note));
        kept.note = Some(self.files.noted(note)?);
        Ok(frames)
    }

    fn synced_at(&self, time: SystemTime, note: Note) -> Note {
        Note { remote: Some(self.server.base.clone()), synced: Some(time), ..note }
    }

    fn put_in_place(&self, fresh: &Files, note: Note, fault: Option<String>) -> Result<Note> {
        let _alone = self.swapping.write().unwrap_or_else(PoisonError::into_inner);
        let note = self.files.become_those_of(fresh, note)?;
        if let Some(reason) = fault {
            self.rebuilds.fetch_add(1, Ordering::Relaxed);
            self.generation.fetch_add(1, Ordering::AcqRel);
            self.listeners.tell(&Event::Rebuild { reason });
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
        if !self.lock.is_held() {
            return;
        }
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
            "Try again, which goes on from there. A longer timeout_ms waits longer.",
        )
        .retryable()
    }
}

/// A connection that changes nothing, neither when it closes. A fetch by an older version may have left a file that is not in WAL mode.
fn keeper(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute_batch("PRAGMA journal_mode = WAL")?;
        connection.query_row("PRAGMA schema_version", [], |_| Ok(()))?;
        Ok(connection)
    });
    opened.map_err(|error| Failure::from(error).into_error())
}
