//! A live connection: where it reads, where it writes, and what keeps the two together.

mod closing;
mod cursor;
mod listening;
mod offline;
mod open;
mod read;
mod statement;
mod stats;
mod sync;
mod timing;
mod token;
mod transaction;
mod write;

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::listening::Listener;
use self::stats::Counters;
use self::sync::Background;
use self::timing::Latencies;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::primary::Primary;
use crate::registry::Registry;
use crate::replica::OpenReplica;
use crate::runtime;
use crate::sqlite::database::FileDatabase;
use crate::sqlite::Pool;

pub use closing::{close, shutdown};
pub use cursor::Cursor;
pub use listening::Callback;
pub use open::{open, Options};
pub use statement::Statement;
pub use sync::AutoSync;
pub use transaction::Transaction;

pub static CONNECTIONS: Registry<Connection> = Registry::new();
pub static STATEMENTS: Registry<Statement> = Registry::new();
pub static CURSORS: Registry<Cursor> = Registry::new();
pub static TRANSACTIONS: Registry<Transaction> = Registry::new();

pub struct Connection {
    id: i64,
    backend: Backend,
    timeout: Duration,
    max_retries: u32,
    auto_sync: Mutex<AutoSync>,
    background: Mutex<Option<Background>>,
    /// After a start without the server.
    catching_up: Mutex<Option<Background>>,
    counters: Counters,
    latencies: Latencies,
    /// Calls that take at least so long are told about.
    slow_statement: Option<Duration>,
    events: Arc<Events>,
    listener: Mutex<Option<Listener>>,
    closed: CancellationToken,
    /// Calls under way.
    active: AtomicUsize,
}

enum Backend {
    /// Reads from the replica, writes to the primary.
    Replica { primary: Arc<Primary>, replica: Arc<OpenReplica>, pool: Arc<Pool> },
    /// Everything goes to the primary.
    Remote { primary: Arc<Primary> },
    /// Everything happens in a file.
    File { database: FileDatabase },
}

/// A call under way; it counts until this is dropped.
struct Entered<'c>(&'c Connection);

impl Connection {
    /// Begins a call. Fails with CONNECTION_CLOSED where the connection was closed meanwhile.
    fn enter(&self) -> Result<Entered<'_>> {
        self.active.fetch_add(1, Ordering::SeqCst);
        let entered = Entered(self);
        if self.closed.is_cancelled() {
            Err(Error::closed())
        } else {
            Ok(entered)
        }
    }

    /// The outcome of work on a file, which is interrupted where the connection is closed meanwhile.
    fn unless_closed<T>(&self, outcome: Result<T>) -> Result<T> {
        match outcome {
            Err(_) if self.closed.is_cancelled() => Err(Error::closed()),
            outcome => outcome,
        }
    }

    fn call(&self) -> Call<'_> {
        Call {
            deadline: Instant::now() + self.timeout,
            max_retries: self.max_retries,
            retries: &self.counters.retries,
            sent: None,
        }
    }

    /// Waits for work over the network; it is dropped where the connection is closed meanwhile.
    fn wait<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        runtime::wait(async {
            tokio::select! {
                outcome = work => outcome,
                () = self.closed.cancelled() => Err(Error::closed()),
            }
        })
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::SeqCst);
    }
}
