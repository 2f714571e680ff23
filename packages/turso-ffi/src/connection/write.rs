//! Writing: on the primary, and then to the replica by a sync.

use std::sync::atomic::Ordering;

use super::timing::Kind;
use super::{Backend, Connection};
use crate::bulk;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::input::{InsertRows, Statement};
use crate::keyword;
use crate::primary::{errors, Sent};
use crate::status::Status;
use crate::value::{Changes, Executed, Value, Written};

impl Connection {
    /// Runs one statement that writes.
    pub fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<Executed> {
        let _entered = self.enter()?;
        keyword::check_single(sql)?;
        let write = || match &self.backend {
            Backend::File { database } => self.wrote(self.unless_closed(database.execute(sql, params))?),
            Backend::Replica { primary, .. } | Backend::Remote { primary } => {
                self.write(async |call| primary.execute(call, sql, params).await)
            }
        };
        self.timed(Kind::Write, || sql.to_owned(), write)
    }

    /// Runs statements in one transaction.
    pub fn execute_batch(&self, statements: &[Statement<'_>]) -> Result<Changes> {
        let _entered = self.enter()?;
        for (index, statement) in statements.iter().enumerate() {
            keyword::check_within(statement.sql).map_err(|error| bulk::in_statement(error, index))?;
        }
        let write = || match &self.backend {
            _ if statements.is_empty() => Ok(Changes::default()),
            Backend::File { database } => self.wrote(self.unless_closed(database.execute_batch(statements))?),
            Backend::Replica { primary, .. } | Backend::Remote { primary } => {
                self.write(async |call| primary.execute_batch(call, statements).await)
            }
        };
        let text = || statements.iter().map(|statement| statement.sql).collect::<Vec<_>>().join("; ");
        self.timed(Kind::Write, text, write)
    }

    /// Inserts rows in one transaction.
    pub fn insert_rows(&self, table: &str, rows: &InsertRows<'_>) -> Result<Changes> {
        let _entered = self.enter()?;
        if table.is_empty() || rows.columns.is_empty() {
            return Err(Error::usage(
                "Rows need the name of a table and of a column at least.",
                "Nothing was inserted.",
            ));
        }
        let write = || match &self.backend {
            _ if rows.values.is_empty() => Ok(Changes::default()),
            Backend::File { database } => {
                let sql = bulk::single_row_sql(table, &rows.columns);
                let rows = rows.values.chunks(rows.columns.len());
                self.wrote(self.unless_closed(database.insert_rows(&sql, rows))?)
            }
            Backend::Replica { primary, .. } | Backend::Remote { primary } => {
                let pieces = bulk::plan(table, rows)?;
                self.write(async |call| primary.insert_rows(call, pieces).await)
            }
        };
        self.timed(Kind::Write, || bulk::single_row_sql(table, &rows.columns), write)
    }

    /// Waits for a write on the primary, and brings it to the replica.
    pub(super) fn write<T: Written>(&self, work: impl AsyncFnOnce(Call<'_>) -> Result<T>) -> Result<T> {
        let sent = Sent::default();
        let call = Call { sent: Some(&sent), ..self.call() };
        let outcome = match self.wait(work(call)) {
            Ok(written) => self.wrote(written),
            Err(error) if error.status == Status::AnswerNotExact => self.wrote(Changes::default()).and(Err(error)),
            Err(error) if error.status == Status::ConnectionClosed && sent.is_so() => {
                return Err(closed_while_writing())
            }
            Err(error) if error.is_undecided => return Err(errors::undecided(&error)),
            Err(error) => return Err(error),
        };
        self.sync_after_write(call)?;
        outcome
    }

    fn wrote<T: Written>(&self, written: T) -> Result<T> {
        self.counters.writes.fetch_add(1, Ordering::Relaxed);
        self.counters.rows_written.fetch_add(written.changes().rows.max(0) as u64, Ordering::Relaxed);
        Ok(written)
    }
}

fn closed_while_writing() -> Error {
    Error::new(
        Status::ConnectionClosed,
        "The connection was closed while a write was under way.",
        "The write may have been committed or not: open a connection and read, before you repeat it.",
    )
}
