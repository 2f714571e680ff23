//! When the replica is brought up to date.

use std::future::Future;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::{Backend, Connection};
use crate::call::{jitter, Call};
use crate::error::{Error, Result};
use crate::replica::{OpenReplica, Synced};
use crate::runtime;
use crate::status::Status;

/// Between the tries to reach a server that was away as the connection was opened; twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

const COMMITTED: &str = "The write is committed, but the replica does not have it yet.";

/// When the replica is brought up to date by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoSync {
    /// After every write, before the call returns.
    On,
    Off,
    /// Every so often in the background, and after every write as well.
    Interval(Duration),
}

/// The syncs in the background; dropping it ends them.
pub struct Background(AbortHandle);

impl Connection {
    /// Brings the replica up to date. A connection without one has nothing to do.
    pub fn sync(&self) -> Result<Synced> {
        let _entered = self.enter()?;
        let Backend::Replica { replica, .. } = &self.backend else { return Ok(Synced::default()) };
        self.wait(replica.sync(self.call())).map_err(|error| reads_go_on(error.of_sync()))
    }

    /// Brings a write that has been committed to the replica, where that is wanted.
    pub(super) fn sync_after_write(&self, call: Call<'_>) -> Result<()> {
        let Backend::Replica { replica, .. } = &self.backend else { return Ok(()) };
        if self.auto_sync() == AutoSync::Off {
            return Ok(());
        }
        self.wait(replica.sync(call)).map(drop).map_err(|error| {
            let hint = "Do not repeat the write. Sync until that succeeds; the next reads see it then.";
            error.within(Status::CommittedNotSynced, COMMITTED, hint).final_one()
        })
    }

    pub fn set_auto_sync(self: &Arc<Self>, mode: AutoSync) -> Result<()> {
        let _entered = self.enter()?;
        let background = match (mode, &self.backend) {
            (AutoSync::Interval(interval), Backend::Replica { replica, .. }) => {
                Some(Background::start(replica, interval, self)?)
            }
            _ => None,
        };
        *self.auto_sync.lock().unwrap_or_else(PoisonError::into_inner) = mode;
        *self.background.lock().unwrap_or_else(PoisonError::into_inner) = background;
        Ok(())
    }

    /// Makes up for the first sync as soon as the server answers. Where syncs have an interval, they do so; where they are off, nobody
    /// asked for it.
    pub(super) fn catch_up(&self) -> Result<()> {
        let (AutoSync::On, Backend::Replica { replica, .. }) = (self.auto_sync(), &self.backend) else { return Ok(()) };
        let background = Background::catch_up(replica, self.timeout)?;
        *self.catching_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(background);
        Ok(())
    }

    fn auto_sync(&self) -> AutoSync {
        *self.auto_sync.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So it is on an open connection, and not while it is opened.
fn reads_go_on(error: Error) -> Error {
    if error.status != Status::SyncFailed {
        return error;
    }
    let hint = format!("Reads go on with what the replica has. {}", error.hint);
    Error { hint: hint.trim_end().into(), ..error }
}

impl Background {
    fn start(replica: &Arc<OpenReplica>, interval: Duration, connection: &Connection) -> Result<Self> {
        let (replica, timeout) = (Arc::clone(replica), connection.timeout);
        Self::spawn(async move {
            let mut pause = Duration::ZERO;
            loop {
                tokio::time::sleep(interval.max(pause)).await;
                // Failures show when somebody syncs or writes; the next turn tries again, unless the server wants to be left alone.
                let outcome = replica.sync(Call::once(Instant::now() + timeout)).await;
                pause = outcome.err().and_then(|error| error.pause).unwrap_or_default();
            }
        })
    }

    /// Syncs until that succeeds once.
    pub fn catch_up(replica: &Arc<OpenReplica>, timeout: Duration) -> Result<Self> {
        let replica = Arc::clone(replica);
        Self::spawn(async move {
            let mut pause = FIRST_PAUSE;
            while let Err(error) = replica.sync(Call::once(Instant::now() + timeout)).await {
                tokio::time::sleep(error.pause.unwrap_or(pause.mul_f64(jitter()))).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        })
    }

    fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Result<Self> {
        Ok(Self(runtime::start()?.spawn(work).abort_handle()))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl AutoSync {
    /// Reads the numbers of `turso.h`.
    pub fn of(mode: u32, interval_ms: u32) -> Result<Self> {
        match mode {
            0 => Ok(AutoSync::On),
            1 => Ok(AutoSync::Off),
            2 => {
                Ok(AutoSync::Interval(Duration::from_millis(if interval_ms == 0 { 1000 } else { interval_ms.into() })))
            }
            _ => Err(Error::usage(
                format!("There is no auto-sync mode {mode}."),
                "It is 0 (on), 1 (off) or 2 (interval).",
            )),
        }
    }
}
