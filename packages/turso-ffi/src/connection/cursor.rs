//! A query whose rows are fetched as they are wanted.

use std::sync::atomic::Ordering;
use std::sync::Arc;

use super::{timing, Backend, Connection};
use crate::error::{Error, Result};
use crate::keyword;
use crate::primary::RemoteCursor;
use crate::sqlite::LocalCursor;
use crate::value::Value;

pub struct Cursor {
    connection: Arc<Connection>,
    kind: Kind,
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
        Ok(Self { connection: Arc::clone(connection), kind })
    }

    /// The next rows, at most so many, as an encoded page.
    pub fn next(&self, max_rows: u32) -> Result<Vec<u8>> {
        let _entered = self.connection.enter()?;
        if max_rows == 0 {
            return Err(Error::usage("A page of 0 rows was asked for.", "Ask for 1 row or more."));
        }
        let (more, rows) = match &self.kind {
            Kind::Local(cursor) => self.connection.unless_closed(cursor.next(max_rows)),
            Kind::Remote(cursor) => self.connection.wait(cursor.next(self.connection.call(), max_rows)),
        }?;
        Ok(rows.into_page(more))
    }

    pub fn is_of(&self, connection_id: i64) -> bool {
        self.connection.id == connection_id
    }
}
