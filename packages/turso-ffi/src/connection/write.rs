//! Writing: on the primary, and then to the replica by a sync.

use std::future::Future;
use std::sync::atomic::Ordering;

use super::{Backend, Connection};
use crate::bulk;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::input::{InsertRows, Statement};
use crate::keyword;
use crate::primary::errors;
use crate::status::Status;
use crate::value::{Changes, Value};

impl Connection {
    /// Runs one statement that writes.
    pub fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<Changes> {
        let _entered = self.enter()?;
        keyword::check_single(sql)?;
        match &self.backend {
            Backend::File { database } => self.wrote(self.unless_closed(database.execute(sql, params))?),
            Backend::Replica { primary, .. } | Backend::Remote { primary } => {
                let call = self.call();
                self.write(call, primary.execute(call, sql, params))
            }
        }
    }

    /// Runs statements in one transaction.
    pub fn execute_batch(&self, statements: &[Statement<'_>]) -> Result<Changes> {
        let _entered = self.enter()?;
        for (index, statement) in statements.iter().enumerate() {
            keyword::check_within(statement.sql).map_err(|error| bulk::in_statement(error, index))?;
        }
        match &self.backend {
            _ if statements.is_empty() => Ok(Changes::default()),
            Backend::File { database } => self.wrote(self.unless_closed(database.execute_batch(statements))?),
            Backend::Replica { primary, .. } | Backend::Remote { primary } => {
                let call = self.call();
                self.write(call, primary.execute_batch(call, statements))
            }
        }
    }

    /// Inserts rows in one transaction.
    pub fn insert_rows(&self, table: &str, rows: &InsertRows<'_>) -> Result<Changes> {
        let _entered = self.enter()?;
        match &self.backend {
            _ if rows.values.is_empty() => Ok(Changes::default()),
            Backend::File { database } => {
                let sql = bulk::single_row_sql(table, &rows.columns);
                let rows = rows.values.chunks(rows.columns.len());
                self.wrote(self.unless_closed(database.insert_rows(&sql, rows))?)
            }
            Backend::Replica { primary, .. } | Backend::Remote { primary } => {
                let call = self.call();
                self.write(call, primary.insert_rows(call, bulk::plan(table, rows)?))
            }
        }
    }

    /// Waits for a write on the primary, and brings it to the replica.
    pub(super) fn write(&self, call: Call<'_>, work: impl Future<Output = Result<Changes>>) -> Result<Changes> {
        let changes = self.wait(work).map_err(|error| match error.status {
            Status::ConnectionClosed => closed_while_writing(),
            _ if error.is_undecided => errors::undecided(&error),
            _ => error,
        })?;
        let changes = self.wrote(changes)?;
        self.sync_after_write(call)?;
        Ok(changes)
    }

    fn wrote(&self, changes: Changes) -> Result<Changes> {
        self.counters.writes.fetch_add(1, Ordering::Relaxed);
        self.counters.rows_written.fetch_add(changes.rows.max(0) as u64, Ordering::Relaxed);
        Ok(changes)
    }
}

fn closed_while_writing() -> Error {
    Error::new(
        Status::ConnectionClosed,
        "The connection was closed while a write was under way.",
        "The write may have been committed or not: open a connection and read, before you repeat it.",
    )
}
