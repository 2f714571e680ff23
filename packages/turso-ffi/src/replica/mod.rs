//! The embedded replica: a copy of the primary's database in a file, brought up to date by syncs.

mod files;
mod follower;
mod lock;
mod log;
mod opened;
mod syncing;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use self::files::Files;
use self::follower::Follower;
use self::lock::Lock;
use self::log::Log;
use crate::address::Server;
use crate::error::Result;
use crate::secret::Secret;
use crate::sqlite::{Failure, Lease, Pool};

pub use opened::open;
pub use syncing::Synced;

/// A replica's file. Connections of this process to one file share one of these.
pub struct Replica {
    files: Files,
    server: Server,
    token: Secret,
    log: Log,
    /// What keeps other programs off; given back when this is dropped.
    _lock: Lock,
    /// None where it is to be made anew.
    follower: tokio::sync::Mutex<Option<Follower>>,
    /// When the latest sync that succeeded began.
    fresh_as_of: Mutex<Option<Instant>>,
    /// Held while the file is another one for a moment.
    swapping: RwLock<()>,
    generation: AtomicU64,
    frame_no: AtomicU64,
    rebuilds: AtomicU64,
    syncs: AtomicU64,
    requests: Arc<AtomicU64>,
}

impl Replica {
    pub fn path(&self) -> &Path {
        self.files.database()
    }

    /// Rises when the file is replaced by another, so that readers open it again.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Lends a connection to the file as it is now.
    pub fn lend(&self, pool: &Arc<Pool>) -> Result<Lease, Failure> {
        let _there = self.swapping.read().unwrap_or_else(PoisonError::into_inner);
        pool.lend(self.generation())
    }

    /// The number of the last frame that came; 0 where none has.
    pub fn frame_no(&self) -> u64 {
        self.frame_no.load(Ordering::Relaxed)
    }

    pub fn rebuilds(&self) -> u64 {
        self.rebuilds.load(Ordering::Relaxed)
    }

    pub fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    /// Requests that syncs made.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How long ago the last sync that succeeded began.
    pub fn age(&self) -> Option<Duration> {
        self.fresh_as_of().map(|begun| begun.elapsed())
    }

    fn fresh_as_of(&self) -> Option<Instant> {
        *self.fresh_as_of.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn new(path: PathBuf, server: Server, token: Secret, timeout: Duration) -> Result<Self> {
        let lock = Lock::take(&path)?;
        let requests = Arc::default();
        let connector = crate::primary::connector(timeout / 3)?;
        let log = Log::new(connector, server.clone(), &token, Arc::clone(&requests))?;
        Ok(Self {
            files: Files::new(path),
            server,
            token,
            log,
            _lock: lock,
            follower: tokio::sync::Mutex::default(),
            fresh_as_of: Mutex::default(),
            swapping: RwLock::default(),
            generation: AtomicU64::new(0),
            frame_no: AtomicU64::new(0),
            rebuilds: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            requests,
        })
    }
}
