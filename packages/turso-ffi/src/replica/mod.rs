//! The embedded replica: a copy of the primary's database in a file, brought up to date by syncs.

mod fetch;
mod files;
mod follower;
mod grpc_web;
mod lock;
mod log;
mod note;
mod opened;
mod stamp;
mod syncing;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::fetch::Progress;
use self::files::Files;
use self::follower::Follower;
use self::lock::Lock;
use self::log::Log;
use self::note::Note;
use crate::address::Server;
use crate::credentials::Credentials;
use crate::error::Result;
use crate::events::{Events, Listeners};
use crate::latency::Latency;
use crate::primary::http::HttpClient;
use crate::sqlite::{Failure, Lease, Pool};

pub use opened::{open, open_offline, release, OpenReplica};
pub use syncing::Synced;

/// A replica's file. Connections of this process to one file share one of these.
pub struct Replica {
    files: Files,
    server: Server,
    credentials: Mutex<Credentials>,
    log: Log,
    /// The connections that use it.
    listeners: Arc<Listeners>,
    latency: Latency,
    /// What keeps other programs off; given back when this is dropped.
    lock: Lock,
    kept: tokio::sync::Mutex<Kept>,
    /// Of a fetch of the whole database, while one is under way.
    progress: Progress,
    is_fetching: AtomicBool,
    /// Ends a fetch, which goes on while those who asked for it come and go.
    closing: CancellationToken,
    timeout: Duration,
    /// When the latest sync that succeeded began.
    fresh_as_of: Mutex<Option<Instant>>,
    last_sync: Mutex<Option<LastSync>>,
    /// Whether the files are to be replaced: others changed them, or the primary has another history.
    is_outdated: AtomicBool,
    /// Held while the file is another one for a moment.
    swapping: RwLock<()>,
    generation: AtomicU64,
    frame_no: AtomicU64,
    rebuilds: AtomicU64,
    syncs: AtomicU64,
}

/// The latest sync that succeeded, also by an earlier process.
#[derive(Clone)]
struct LastSync {
    begun: SystemTime,
    /// None where the note is of an older version.
    remote: Option<String>,
}

/// What one sync leaves to the next.
#[derive(Default)]
struct Kept {
    /// None where the last sync failed.
    follower: Option<Follower>,
    /// What the files were after the last sync; None where they are to be fetched.
    note: Option<Note>,
    /// What was wrong with the files before, which were taken away.
    fault: Option<String>,
    /// Keeps SQLite from emptying the write-ahead log when the last reader goes, behind the note's back.
    keeper: Option<Connection>,
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

    /// Syncs that begin from now on have these, also those of other connections that share it.
    pub fn set_credentials(&self, credentials: &Credentials) -> Result<()> {
        let mut own = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        self.log.set_credentials(credentials)?;
        *own = credentials.clone();
        Ok(())
    }

    fn has_credentials(&self, credentials: &Credentials) -> bool {
        *self.credentials.lock().unwrap_or_else(PoisonError::into_inner) == *credentials
    }

    /// The number of the last frame that came; 0 where none has.
    pub fn frame_no(&self) -> u64 {
        self.frame_no.load(Ordering::Relaxed)
    }

    /// The times of syncs.
    pub fn latency(&self) -> &Latency {
        &self.latency
    }

    /// Tells a connection what happens from now on.
    pub fn listen(&self, events: &Arc<Events>) {
        self.listeners.add(events);
    }

    pub fn rebuilds(&self) -> u64 {
        self.rebuilds.load(Ordering::Relaxed)
    }

    pub fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::Relaxed)
    }

    /// Requests that syncs made.
    pub fn requests(&self) -> u64 {
        self.log.requests()
    }

    /// How often syncs sent a request again, since the server had too many.
    pub fn repeated(&self) -> u64 {
        self.log.repeated()
    }

    /// How long ago the last sync of this process that succeeded began.
    pub fn since_sync(&self) -> Option<Duration> {
        self.fresh_as_of().map(|begun| begun.elapsed())
    }

    /// How old what the replica has is: the time since the last sync that succeeded, also by an earlier process. None where there
    /// was none.
    pub fn age(&self) -> Option<Duration> {
        self.last_sync().map(|last| last.begun.elapsed().unwrap_or_default())
    }

    /// Why it cannot serve while its server is away; None where it can.
    fn unfit_offline(&self) -> Option<String> {
        if self.is_outdated.load(Ordering::Relaxed) {
            return Some("it was changed by another program, or the server has another history than it".into());
        }
        let Some(last) = self.last_sync() else { return Some("it was never fetched as a whole".into()) };
        match last.remote {
            Some(remote) if remote == self.server.base => None,
            Some(_) => Some("it was synced with another remote".into()),
            None => Some("its note is of an older version and names no remote".into()),
        }
    }

    fn last_sync(&self) -> Option<LastSync> {
        self.last_sync.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes from a note when the files were synced, and with what.
    fn take_up(&self, note: &Note) {
        let last = note.synced.map(|begun| LastSync { begun, remote: note.remote.clone() });
        *self.last_sync.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }

    fn fresh_as_of(&self) -> Option<Instant> {
        *self.fresh_as_of.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn new(path: PathBuf, http: &HttpClient, credentials: Credentials, timeout: Duration) -> Result<Self> {
        let lock = Lock::take(&path)?;
        let listeners = Arc::new(Listeners::default());
        let log = Log::new(http, &credentials, Arc::clone(&listeners))?;
        Ok(Self {
            files: Files::new(path),
            server: http.server().clone(),
            credentials: Mutex::new(credentials),
            log,
            listeners,
            latency: Latency::default(),
            lock,
            kept: tokio::sync::Mutex::default(),
            progress: Progress::default(),
            is_fetching: AtomicBool::new(false),
            closing: CancellationToken::new(),
            timeout,
            fresh_as_of: Mutex::default(),
            last_sync: Mutex::default(),
            is_outdated: AtomicBool::new(false),
            swapping: RwLock::default(),
            generation: AtomicU64::new(0),
            frame_no: AtomicU64::new(0),
            rebuilds: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
        })
    }
}
