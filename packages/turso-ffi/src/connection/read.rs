//! Reading.

use std::sync::atomic::Ordering;

use super::timing::Kind;
use super::{Backend, Connection};
use crate::error::{Error, Result};
use crate::keyword;
use crate::sqlite::{self, Failure, Lease};
use crate::value::Value;

impl Connection {
    /// Runs a statement that reads; the answer is encoded rows.
    pub fn query(&self, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>> {
        let _entered = self.enter()?;
        keyword::check_single(sql)?;
        let read = || match &self.backend {
            Backend::Remote { primary } => self.wait(primary.query(self.call(), sql, params)),
            _ => self.read_file(|lease| sqlite::query(&lease, sql, params)),
        };
        let rows = self.timed(Kind::Read, || sql.to_owned(), read)?;
        self.counters.reads.fetch_add(1, Ordering::Relaxed);
        Ok(rows)
    }

    /// Reads from the file, of the replica or of a database without a server. A replica that turns out to be damaged is
    /// fetched again first.
    pub(super) fn read_file<T>(&self, mut work: impl FnMut(Lease) -> Result<T, Failure>) -> Result<T> {
        let (replica, pool) = match &self.backend {
            Backend::Replica { replica, pool, .. } => (Some(replica), pool),
            Backend::File { database } => (None, database.pool()),
            Backend::Remote { .. } => unreachable!("a connection without a file reads from the primary"),
        };
        let generation = replica.map_or(0, |replica| replica.generation());
        let lend = || replica.map_or_else(|| pool.lend(0), |replica| replica.lend(pool));
        let outcome = match (lend().and_then(&mut work), replica) {
            (Err(Failure::Damaged(_)), Some(replica)) => {
                let rebuilt = self.wait(replica.rebuild(self.call(), generation, "its file turned out to be damaged"));
                rebuilt.map_err(Error::of_sync)?;
                lend().and_then(work)
            }
            (outcome, _) => outcome,
        };
        self.unless_closed(outcome.map_err(Failure::into_error))
    }
}
