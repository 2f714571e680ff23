//! A transaction of several calls.

use std::sync::Arc;

use super::{timing, Backend, Connection};
use crate::call::Call;
use crate::error::Result;
use crate::keyword;
use crate::primary::Stream;
use crate::runtime;
use crate::sqlite::database::FileTransaction;
use crate::value::{Changes, Executed, Value};

pub struct Transaction {
    connection: Arc<Connection>,
    kind: Kind,
}

enum Kind {
    Remote(Stream),
    File(FileTransaction),
}

impl Transaction {
    pub fn begin(connection: &Arc<Connection>) -> Result<Self> {
        let _entered = connection.enter()?;
        let kind = match &connection.backend {
            Backend::File { database } => Kind::File(database.begin()?),
            Backend::Replica { primary, .. } | Backend::Remote { primary } => {
                Kind::Remote(connection.wait(Stream::begin(primary, connection.call()))?)
            }
        };
        Ok(Self { connection: Arc::clone(connection), kind })
    }

    /// Runs a statement of any kind; the answer is encoded rows, of RETURNING too.
    pub fn query(&self, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>> {
        let _entered = self.connection.enter()?;
        keyword::check_within(sql)?;
        let run = || match &self.kind {
            Kind::File(transaction) => self.connection.unless_closed(transaction.query(sql, params)),
            Kind::Remote(stream) => self.connection.wait(stream.query(self.connection.call(), sql, params)),
        };
        self.connection.timed(timing::Kind::Within, || sql.to_owned(), run)
    }

    pub fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<Executed> {
        let _entered = self.connection.enter()?;
        keyword::check_within(sql)?;
        let run = || match &self.kind {
            Kind::File(transaction) => self.connection.unless_closed(transaction.execute(sql, params)),
            Kind::Remote(stream) => self.connection.wait(stream.execute(self.connection.call(), sql, params)),
        };
        self.connection.timed(timing::Kind::Within, || sql.to_owned(), run)
    }

    /// Commits. Whatever comes of it, the transaction is over.
    pub fn commit(&self) -> Result<()> {
        let _entered = self.connection.enter()?;
        let commit = || match &self.kind {
            Kind::File(transaction) => transaction.commit(),
            Kind::Remote(stream) => {
                self.connection.write(async |call| stream.commit(call).await.map(|()| Changes::default())).map(drop)
            }
        };
        self.connection.timed(timing::Kind::Write, || "COMMIT".into(), commit)
    }

    pub fn rollback(&self) -> Result<()> {
        let _entered = self.connection.enter()?;
        match &self.kind {
            Kind::File(transaction) => transaction.rollback(),
            Kind::Remote(stream) => self.connection.wait(stream.rollback(self.connection.call())),
        }
    }

    /// Rolls back for a connection that is being closed.
    pub(super) fn abandon(&self, call: Call<'_>) {
        let _ = match &self.kind {
            Kind::File(transaction) => transaction.rollback(),
            Kind::Remote(stream) => runtime::wait(stream.rollback(call)),
        };
    }

    pub fn is_of(&self, connection_id: i64) -> bool {
        self.connection.id == connection_id
    }
}
