//! A database in a file of this machine, without a server: the same calls, carried out by SQLite here.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::failure::Failure;
use super::pool::{Access, Lease, Pool};
use super::query;
use crate::bulk;
use crate::error::{Error, Result};
use crate::input::Statement;
use crate::value::{Changes, Executed, Value};

pub struct FileDatabase {
    pool: Arc<Pool>,
}

impl FileDatabase {
    /// Opens the file, which is made where it is missing.
    pub fn open(path: PathBuf, busy_timeout: Duration) -> Result<Self> {
        let pool = Arc::new(Pool::new(path, Access::Write, busy_timeout));
        let lease = pool.lend(0).map_err(Failure::into_error)?;
        query::query(&lease, "SELECT count(*) FROM sqlite_schema", &[]).map_err(Failure::into_error)?;
        drop(lease);
        Ok(Self { pool })
    }

    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    pub fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<Executed> {
        let lease = self.pool.lend(0).map_err(Failure::into_error)?;
        query::execute(&lease, sql, params).map_err(Failure::into_error)
    }

    pub fn execute_batch(&self, statements: &[Statement<'_>]) -> Result<Changes> {
        let transaction = self.begin()?;
        let mut changes = Changes::default();
        for (index, statement) in statements.iter().enumerate() {
            let done = transaction.execute(statement.sql, &statement.params);
            changes.add(done.map_err(|error| bulk::in_statement(error, index))?.changes);
        }
        transaction.commit()?;
        Ok(changes)
    }

    pub fn insert_rows(&self, sql: &str, rows: std::slice::Chunks<'_, Value<'_>>) -> Result<Changes> {
        let transaction = self.begin()?;
        let mut changes = Changes::default();
        for row in rows {
            changes.add(transaction.execute(sql, row)?.changes);
        }
        transaction.commit()?;
        Ok(changes)
    }

    pub fn begin(&self) -> Result<FileTransaction> {
        let lease = self.pool.lend(0).map_err(Failure::into_error)?;
        query::execute(&lease, "BEGIN IMMEDIATE", &[]).map_err(Failure::into_error)?;
        Ok(FileTransaction { lease: Mutex::new(lease) })
    }
}

/// A transaction on a connection of its own; dropping it rolls it back.
pub struct FileTransaction {
    lease: Mutex<Lease>,
}

impl FileTransaction {
    pub fn query(&self, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>> {
        self.execute(sql, params).map(|executed| executed.rows)
    }

    pub fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<Executed> {
        self.run(|lease| query::execute(lease, sql, params))
    }

    pub fn commit(&self) -> Result<()> {
        self.run(|lease| query::execute(lease, "COMMIT", &[])).map(drop)
    }

    pub fn rollback(&self) -> Result<()> {
        self.run(|lease| query::execute(lease, "ROLLBACK", &[])).map(drop)
    }

    fn run<T>(&self, work: impl FnOnce(&Lease) -> Result<T, Failure>) -> Result<T> {
        let lease = self.lease.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        lease.limit().renew();
        if lease.is_autocommit() {
            // A constraint's ON CONFLICT ROLLBACK, or a full disk, ended it.
            return Err(ended());
        }
        work(&lease).map_err(Failure::into_error)
    }
}

fn ended() -> Error {
    Error::new(
        crate::status::Status::RemoteBusy,
        "The transaction was ended by an earlier error, and nothing of it was written.",
        "Begin it again.",
    )
    .retryable()
}
