//! A query whose rows are read as they are wanted, on a thread of its own that keeps the statement between two pages.

use std::sync::mpsc::{channel, Receiver, Sender};

use super::failure::Failure;
use super::pool::Lease;
use super::query::{bind, prepare, push_row, would_write};
use crate::border::decode;
use crate::error::{Error, Result};
use crate::value::Rows;

pub struct LocalCursor {
    pages: Sender<(u32, Sender<Answer>)>,
}

/// Whether there may be more, and encoded rows.
type Answer = Result<(bool, Rows)>;

impl LocalCursor {
    /// Compiles the query and binds its parameters, which are encoded values.
    pub fn open(lease: Lease, sql: &str, params: &[u8]) -> Result<Self, Failure> {
        let (pages, wanted) = channel();
        let (opened, outcome) = channel::<Result<(), Failure>>();
        let (sql, params) = (sql.to_owned(), params.to_owned());
        std::thread::Builder::new()
            .name("turso-cursor".into())
            .spawn(move || {
                if let Err(failure) = serve(&lease, &sql, &params, &opened, &wanted) {
                    let _ = opened.send(Err(failure));
                }
            })
            .map_err(Error::internal)?;
        outcome.recv().map_err(|_| died())??;
        Ok(Self { pages })
    }

    /// The next rows, at most so many.
    pub fn next(&self, max_rows: u32) -> Answer {
        let (answer, page) = channel();
        self.pages.send((max_rows, answer)).map_err(|_| died())?;
        page.recv().map_err(|_| died())?
    }
}

fn serve(
    lease: &Lease,
    sql: &str,
    params: &[u8],
    opened: &Sender<Result<(), Failure>>,
    wanted: &Receiver<(u32, Sender<Answer>)>,
) -> Result<(), Failure> {
    let mut statement = prepare(lease, sql)?;
    if !statement.readonly() {
        return Err(would_write().into());
    }
    bind(&mut statement, &decode::params(params)?)?;
    let _ = opened.send(Ok(()));
    let names = statement.column_names().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let mut rows = Some(statement.raw_query());
    // Ends when the cursor is dropped.
    while let Ok((max_rows, answer)) = wanted.recv() {
        let page = page(&mut rows, &names, max_rows).map_err(Failure::into_error);
        let _ = answer.send(page);
    }
    Ok(())
}

fn page(
    rows: &mut Option<rusqlite::Rows<'_>>,
    names: &[String],
    max_rows: u32,
) -> Result<(bool, Rows), Failure> {
    let mut page = Rows::page(names.iter().map(String::as_str));
    while page.count() < max_rows {
        let Some(open) = rows else { break };
        match open.next() {
            Ok(Some(row)) => push_row(&mut page, row, names.len())?,
            Ok(None) => *rows = None,
            Err(error) => {
                *rows = None;
                return Err(error.into());
            }
        }
    }
    Ok((rows.is_some(), page))
}

fn died() -> Error {
    Error::internal("the thread of a cursor ended")
}
