//! A query whose rows are fetched as they are wanted.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use super::{timing, Backend, Connection};
use crate::error::{Error, Result};
use crate::keyword;
use crate::primary::RemoteCursor;
use crate::sqlite::LocalCursor;
use crate::value::{Rows, Value};

pub struct Cursor {
    connection: Arc<Connection>,
    kind: Kind,
    /// Why there are no more rows, although there may be some: whoever asks again must not take this for the end.
    failed: Mutex<Option<Error>>,
}

enum Kind {
    Local(LocalCursor),
    Remote(Box<RemoteCursor>),
}

impl Cursor {
    /// Begins a query.
    pub fn open(connection: &Arc<Connection>, sql: &str, params: &[Value<'_>]) -> Result<Self> {
        let _entered = connection.enter()?;
        keyword::check_single(sql)?;
        let open = || match &connection.backend {
            Backend::Remote { primary } => {
                let cursor = connection.wait(RemoteCursor::open(primary, connection.call(), sql, params));
                cursor.map(|cursor| Kind::Remote(Box::new(cursor)))
            }
            _ => connection.read_file(|lease| LocalCursor::open(lease, sql, params)).map(Kind::Local),
        };
        let kind = connection.timed(timing::Kind::Read, || sql.to_owned(), open)?;
        connection.counters.reads.fetch_add(1, Ordering::Relaxed);
        Ok(Self { connection: Arc::clone(connection), kind, failed: Mutex::default() })
    }

    /// The next rows, at most so many, as an encoded page.
    pub fn next(&self, max_rows: u32) -> Result<Vec<u8>> {
        let _entered = self.connection.enter()?;
        if max_rows == 0 {
            return Err(Error::usage("A page of 0 rows was asked for.", "Ask for 1 row or more."));
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = &*failed {
            return Err(error.clone());
        }
        let (more, rows) = self.read(max_rows).map_err(|error| failed.insert(ended(error)).clone())?;
        Ok(rows.into_page(more))
    }

    fn read(&self, max_rows: u32) -> Result<(bool, Rows)> {
        match &self.kind {
            Kind::Local(cursor) => self.connection.unless_closed(cursor.next(max_rows)),
            Kind::Remote(cursor) => self.connection.wait(cursor.next(self.connection.call(), max_rows)),
        }
    }

    pub fn is_of(&self, connection_id: i64) -> bool {
        self.connection.id == connection_id
    }
}

/// What failed cannot go on. If it is worth another try, that is one of the whole query.
fn ended(error: Error) -> Error {
    if !error.retryable {
        return error;
    }
    Error { hint: format!("The cursor is over: open another one to read all rows again. {}", error.hint), ..error }
}
