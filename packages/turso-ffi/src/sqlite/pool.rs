//! Connections to one file, kept open with their compiled statements and lent to one call at a time.

use std::collections::HashMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags};

use super::failure::Failure;

/// Compiled statements that each connection keeps.
const STATEMENTS: usize = 128;

/// Connections that are kept while nobody needs them.
const IDLE: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The file is there, and somebody else writes it.
    Read,
    /// The file is made where it is missing.
    Write,
}

pub struct Pool {
    path: PathBuf,
    access: Access,
    busy_timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of the connections that are idle.
    generation: u64,
    next_key: u64,
    idle: Vec<Pooled>,
    /// Of all connections that are lent.
    interrupts: HashMap<u64, InterruptHandle>,
}

struct Pooled {
    connection: Connection,
    generation: u64,
}

/// A connection on loan; dropping it gives it back.
pub struct Lease {
    pool: Arc<Pool>,
    pooled: Option<Pooled>,
    key: u64,
}

impl Pool {
    pub fn new(path: PathBuf, access: Access, busy_timeout: Duration) -> Self {
        Self { path, access, busy_timeout, state: Mutex::default() }
    }

    /// Lends a connection to the file as it is since `generation`, a number that rises when it is replaced by another.
    pub fn lend(self: &Arc<Self>, generation: u64) -> Result<Lease, Failure> {
        let mut state = self.state();
        if state.generation < generation {
            state.generation = generation;
            state.idle.clear();
        }
        let pooled = match state.idle.pop() {
            Some(pooled) => pooled,
            None => {
                drop(state);
                let connection = self.open()?;
                state = self.state();
                Pooled { connection, generation }
            }
        };
        let key = state.next_key;
        state.next_key += 1;
        state.interrupts.insert(key, pooled.connection.get_interrupt_handle());
        Ok(Lease { pool: Arc::clone(self), pooled: Some(pooled), key })
    }

    /// Makes every statement under way end with an error.
    pub fn interrupt(&self) {
        self.state().interrupts.values().for_each(InterruptHandle::interrupt);
    }

    fn open(&self) -> Result<Connection, Failure> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if self.access == Access::Write {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(match self.access {
            // A replica is opened for writing since a reader of a WAL needs to; this keeps it from writing all the same.
            Access::Read => "PRAGMA query_only = ON",
            Access::Write => "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON",
        })?;
        Ok(connection)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.pooled {
            Some(pooled) => &pooled.connection,
            None => unreachable!("a lease holds its connection until it is dropped"),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.interrupts.remove(&self.key);
        let Some(pooled) = self.pooled.take() else { return };
        // One that was left within a transaction is of no use to others.
        if pooled.connection.is_autocommit()
            && pooled.generation == state.generation
            && state.idle.len() < IDLE
        {
            state.idle.push(pooled);
        } else {
            drop(state);
            drop(pooled);
        }
    }
}
