//! A query whose rows are read as they are wanted, on a thread of its own that keeps the statement between two pages.

use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use tokio::sync::oneshot;

use super::failure::Failure;
use super::limit::Limit;
use super::pool::Lease;
use super::query::{bind, names, prepare, push_row, would_write};
use crate::error::{Error, Result};
use crate::quiet;
use crate::value::{OwnedValue, Rows, Value};

pub struct LocalCursor {
    limit: Arc<Limit>,
    /// None while it is dropped, which ends the thread.
    pages: Option<Sender<Wanted>>,
    thread: Option<JoinHandle<()>>,
}

/// Whether there may be more, and encoded rows.
type Answer = Result<(bool, Rows)>;

/// So many rows at most, and where they go. What callers wait for is of tokio: std would keep some memory for each thread that waits,
/// and never give back that of the main thread.
type Wanted = (u32, oneshot::Sender<Answer>);

type Opened = oneshot::Sender<Result<(), Failure>>;

impl LocalCursor {
    /// Compiles the query and binds its parameters.
    pub fn open(lease: Lease, sql: &str, params: &[Value<'_>]) -> Result<Self, Failure> {
        let limit = lease.limit();
        let (pages, wanted) = channel();
        let (opened, outcome) = oneshot::channel();
        let sql = sql.to_owned();
        let params: Vec<_> = params.iter().map(OwnedValue::from).collect();
        let thread = Builder::new()
            .name("turso-cursor".into())
            .spawn(move || {
                quiet::enter();
                let mut opened = Some(opened);
                if let (Err(failure), Some(opened)) = (serve(&lease, &sql, &params, &mut opened, &wanted), opened) {
                    let _ = opened.send(Err(failure));
                }
            })
            .map_err(Error::internal)?;
        let cursor = Self { limit, pages: Some(pages), thread: Some(thread) };
        outcome.blocking_recv().map_err(|_| died())??;
        Ok(cursor)
    }

    /// The next rows, at most so many.
    pub fn next(&self, max_rows: u32) -> Answer {
        self.limit.renew();
        let (answer, page) = oneshot::channel();
        let pages = self.pages.as_ref().ok_or_else(died)?;
        pages.send((max_rows, answer)).map_err(|_| died())?;
        page.blocking_recv().map_err(|_| died())?
    }
}

impl Drop for LocalCursor {
    /// Waits for the thread: the connection that it has is free then.
    fn drop(&mut self) {
        self.pages = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    lease: &Lease,
    sql: &str,
    params: &[OwnedValue],
    opened: &mut Option<Opened>,
    wanted: &Receiver<Wanted>,
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
    let _ = opened.take().map(|opened| opened.send(Ok(())));
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
