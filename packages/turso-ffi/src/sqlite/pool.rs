//! Connections to one file, kept open with their compiled statements and lent to one call at a time.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::failure::Failure;
use super::limit::Limit;

/// Compiled statements that each connection keeps.
const STATEMENTS: usize = 128;

/// The longest time for which SQLite waits for another writer.
const LONGEST_WAIT: Duration = Duration::from_millis(i32::MAX as u64);

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
    /// For each call, and for waiting for other writers.
    timeout: Duration,
    closed: Arc<AtomicBool>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of the connections that are idle.
    generation: u64,
    idle: Vec<Pooled>,
}

struct Pooled {
    connection: Connection,
    limit: Arc<Limit>,
    generation: u64,
}

/// A connection on loan; dropping it gives it back.
pub struct Lease {
    pool: Arc<Pool>,
    pooled: Option<Pooled>,
}

impl Pool {
    pub fn new(path: PathBuf, access: Access, timeout: Duration) -> Self {
        Self { path, access, timeout, closed: Arc::default(), state: Mutex::default() }
    }

    /// Lends a connection to the file as it is since `generation`, a number that rises when it is replaced by another.
    pub fn lend(self: &Arc<Self>, generation: u64) -> Result<Lease, Failure> {
        let mut state = self.state();
        if state.generation < generation {
            state.generation = generation;
            state.idle.clear();
        }
        let idle = state.idle.pop();
        drop(state);
        let pooled = match idle {
            Some(pooled) => pooled,
            None => self.open(generation)?,
        };
        pooled.limit.renew();
        Ok(Lease { pool: Arc::clone(self), pooled: Some(pooled) })
    }

    /// Makes every statement end that is under way.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    fn open(&self, generation: u64) -> Result<Pooled, Failure> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if self.access == Access::Write {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.timeout.min(LONGEST_WAIT))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(match self.access {
            // A replica is opened for writing since a reader of a WAL needs to; this keeps it from writing all the same.
            Access::Read => "PRAGMA query_only = ON",
            Access::Write => "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON",
        })?;
        // Others keep a note of what the files are like.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, self.access == Access::Read)?;
        let limit = Limit::set(&connection, self.timeout, &self.closed);
        Ok(Pooled { connection, limit, generation })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Lease {
    /// The limit of what is done with it, which began when it was lent.
    pub fn limit(&self) -> Arc<Limit> {
        Arc::clone(&self.pooled().limit)
    }

    fn pooled(&self) -> &Pooled {
        match &self.pooled {
            Some(pooled) => pooled,
            None => unreachable!("a lease holds its connection until it is dropped"),
        }
    }
}

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.pooled().connection
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(pooled) = self.pooled.take() else { return };
        let mut state = self.pool.state();
        // One that was left within a transaction is of no use to others.
        if pooled.connection.is_autocommit() && pooled.generation == state.generation && state.idle.len() < IDLE {
            state.idle.push(pooled);
        } else {
            drop(state);
            drop(pooled);
        }
    }
}
