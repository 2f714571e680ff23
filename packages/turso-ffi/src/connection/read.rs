//! Reading.

use std::sync::atomic::Ordering;

use super::{Backend, Connection};
use crate::error::Result;
use crate::keyword;
use crate::sqlite::{self, Failure, Lease};
use crate::value::Value;

impl Connection {
    /// Runs a statement that reads; the answer is encoded rows.
    pub fn query(&self, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>> {
        let _entered = self.enter()?;
        keyword::check_single(sql)?;
        let rows = match &self.backend {
            Backend::Remote { primary } => self.wait(primary.query(self.call(), sql, params)),
            _ => self.read_file(|lease| sqlite::query(&lease, sql, params)),
        }?;
        self.counters.reads.fetch_add(1, Ordering::Relaxed);
        Ok(rows)
    }

    /// Reads from the file, of the replica or of a database without a server. A replica that turns out to be damaged is
    /// fetched anew first.
    pub(super) fn read_file<T>(&self, mut work: impl FnMut(Lease) -> Result<T, Failure>) -> Result<T> {
        let (replica, pool) = match &self.backend {
            Backend::Replica { replica, pool, .. } => (Some(replica), pool),
            Backend::File { database } => (None, database.pool()),
            Backend::Remote { .. } => unreachable!("a connection without a file reads from the primary"),
        };
        let generation = replica.map_or(0, |replica| replica.generation());
        if replica.is_none_or(|replica| replica.is_there()) {
            match pool.lend(generation).and_then(&mut work) {
                Err(Failure::Damaged(_)) if replica.is_some() => {}
                outcome => return self.unless_closed(outcome.map_err(Failure::into_error)),
            }
        }
        if let Some(replica) = replica {
            self.wait(replica.rebuild(self.call(), generation))?;
            let outcome = pool.lend(replica.generation()).and_then(work);
            return self.unless_closed(outcome.map_err(Failure::into_error));
        }
        unreachable!("a file without a server is always there")
    }
}
