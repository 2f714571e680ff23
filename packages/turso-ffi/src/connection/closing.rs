//! Closing a connection, whatever goes on in it.

use std::sync::atomic::Ordering;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

use super::{Backend, Connection, CONNECTIONS, CURSORS, STATEMENTS, TRANSACTIONS};
use crate::call::Call;
use crate::error::Result;
use crate::{primary, replica, runtime};

/// How long the server has to hear that a transaction is over; it finds out by itself within 10 s.
const FAREWELL: Duration = Duration::from_secs(2);

/// Closes a connection with all that is open on it. Calls under way end with CONNECTION_CLOSED before this returns.
pub fn close(id: i64) -> Result<()> {
    let connection = CONNECTIONS.remove(id)?;
    connection.closed.cancel();
    for background in [&connection.background, &connection.catching_up] {
        background.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
    connection.wait_for_calls();
    let listener = connection.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
    drop(listener);
    STATEMENTS.remove_all(|it| it.is_of(id));
    CURSORS.remove_all(|it| it.is_of(id));
    for transaction in TRANSACTIONS.remove_all(|it| it.is_of(id)) {
        transaction.abandon(Call::once(Instant::now() + FAREWELL));
    }
    Ok(())
}

/// Closes all connections, and ends the threads of this library. A later call starts them again.
pub fn shutdown() {
    for id in CONNECTIONS.ids() {
        // Somebody else may close it first.
        let _ = close(id);
    }
    CONNECTIONS.release();
    STATEMENTS.release();
    CURSORS.release();
    TRANSACTIONS.release();
    runtime::stop();
    // Last, since a task of the threads may have had it.
    replica::release();
    primary::release();
}

impl Connection {
    fn wait_for_calls(&self) {
        match &self.backend {
            Backend::Replica { pool, .. } => pool.close(),
            Backend::File { database } => database.pool().close(),
            Backend::Remote { .. } => {}
        }
        while self.active.load(Ordering::SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
