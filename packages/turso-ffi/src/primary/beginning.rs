//! Transactions of this process begin one after another in each database. Only one of them could get the lock. Each of the others would
//! occupy one of the server's few connections, and so keep away the requests that end the first one.

use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout_at;

use crate::address::Server;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::status::Status;

/// The turns of each address at which a transaction is beginning.
type Turns = Vec<(String, Weak<Mutex<()>>)>;

static BEGINNING: StdMutex<Turns> = StdMutex::new(Vec::new());

/// The turn of a transaction to begin; dropping it lets the next one begin.
pub struct Turn(Option<OwnedMutexGuard<()>>);

/// Waits for the turn to begin a transaction. Fails with REMOTE_BUSY when the call has no more time.
pub async fn turn(server: &Server, call: Call<'_>) -> Result<Turn> {
    let guard = timeout_at(call.deadline, turns_at(&server.base).lock_owned()).await;
    guard.map(|guard| Turn(Some(guard))).map_err(|_| {
        Error::new(
            Status::RemoteBusy,
            format!("{}: earlier transactions of this program took too long to begin.", server.location),
            "Nothing was sent. Begin fewer transactions at a time, or use a longer timeout_ms.",
        )
        .retryable()
    })
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0 = None;
        let mut beginning = beginning();
        beginning.retain(|(_, turns)| turns.strong_count() > 0);
        if beginning.is_empty() {
            // Its memory too.
            *beginning = Vec::new();
        }
    }
}

fn turns_at(base: &str) -> Arc<Mutex<()>> {
    let mut beginning = beginning();
    let there = beginning.iter().find(|(known, _)| known == base);
    there.and_then(|(_, turns)| turns.upgrade()).unwrap_or_else(|| {
        let turns = Arc::default();
        beginning.push((base.to_owned(), Arc::downgrade(&turns)));
        turns
    })
}

fn beginning() -> MutexGuard<'static, Turns> {
    BEGINNING.lock().unwrap_or_else(PoisonError::into_inner)
}
