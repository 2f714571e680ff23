//! A query whose rows are read as they are wanted, on a thread of its own that keeps the statement between two pages.

use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::Arc;

use super::failure::Failure;
use super::limit::Limit;
use super::pool::Lease;
use super::query::{bind, names, prepare, push_row, would_write};
use crate::error::{Error, Result};
use crate::quiet;
use crate::value::{OwnedValue, Rows, Value};

pub struct LocalCursor {
    limit: Arc<Limit>,
    pages: Sender<(u32, Sender<Answer>)>,
}

/// Whether there may be more, and encoded rows.
type Answer = Result<(bool, Rows)>;

impl LocalCursor {
    /// Compiles the query and binds its parameters.
    pub fn open(lease: Lease, sql: &str, params: &[Value<'_>]) -> Result<Self, Failure> {
        let limit = lease.limit();
        let (pages, wanted) = channel();
        let (opened, outcome) = channel::<Result<(), Failure>>();
        let sql = sql.to_owned();
        let params: Vec<_> = params.iter().map(OwnedValue::from).collect();
        std::thread::Builder::new()
            .name("turso-cursor".into())
            .spawn(move || {
                quiet::enter();
                if let Err(failure) = serve(&lease, &sql, &params, &opened, &wanted) {
                    let _ = opened.send(Err(failure));
                }
            })
            .map_err(Error::internal)?;
        outcome.recv().map_err(|_| died())??;
        Ok(Self { limit, pages })
    }

    /// The next rows, at most so many.
    pub fn next(&self, max_rows: u32) -> Answer {
        self.limit.renew();
        let (answer, page) = channel();
        self.pages.send((max_rows, answer)).map_err(|_| died())?;
        page.recv().map_err(|_| died())?
    }
}

fn serve(
    lease: &Lease,
    sql: &str,
    params: &[OwnedValue],
    opened: &Sender<Result<(), Failure>>,
    wanted: &Receiver<(u32, Sender<Answer>)>,
) -> Result<(), Failure> {
    let mut statement = prepare(lease, sql)?;
    if !statement.readonly() {
        return Err(would_write().into());
    }
    bind(&mut statement, &params.iter().map(Value::from).collect::<Vec<_>>())?;
    let mut rows = statement.raw_query();
    // The first row now, which settles what state of the database all others are of.
    let first = match rows.next()? {
        Some(row) => {
            let mut page = Rows::page(names(row.as_ref()));
            push_row(&mut page, row)?;
            Some(page)
        }
        None => None,
    };
    let (mut page, mut rows) = match first {
        Some(page) => (page, Some(rows)),
        None => {
            drop(rows);
            (Rows::page(names(&statement)), None)
        }
    };
    let _ = opened.send(Ok(()));
    // Ends when the cursor is dropped.
    while let Ok((max_rows, answer)) = wanted.recv() {
        let next = page.next_page();
        let filled = fill(page, &mut rows, max_rows).map_err(Failure::into_error);
        let _ = answer.send(filled.map(|page| (rows.is_some(), page)));
        page = next;
    }
    Ok(())
}

fn fill(mut page: Rows, rows: &mut Option<rusqlite::Rows<'_>>, max_rows: u32) -> Result<Rows, Failure> {
    while page.count() < max_rows {
        let Some(open) = rows else { break };
        match open.next() {
            Ok(Some(row)) => push_row(&mut page, row)?,
            Ok(None) => *rows = None,
            Err(error) => {
                *rows = None;
                return Err(error.into());
            }
        }
    }
    Ok(page)
}

fn died() -> Error {
    Error::internal("the thread of a cursor ended")
}
