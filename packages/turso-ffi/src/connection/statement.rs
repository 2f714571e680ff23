//! A statement that is kept to be run often.

use std::sync::Arc;

use super::{Backend, Connection};
use crate::error::Result;
use crate::keyword;
use crate::sqlite;
use crate::status::Status;
use crate::value::{Executed, Value};

/// SQL that compiles. Each connection to a file keeps it compiled; the primary does so by itself.
pub struct Statement {
    connection: Arc<Connection>,
    sql: String,
}

impl Statement {
    pub fn prepare(connection: &Arc<Connection>, sql: &str) -> Result<Self> {
        let _entered = connection.enter()?;
        keyword::check_single(sql)?;
        connection.compile(sql)?;
        Ok(Self { connection: Arc::clone(connection), sql: sql.to_owned() })
    }

    pub fn query(&self, params: &[Value<'_>]) -> Result<Vec<u8>> {
        self.connection.query(&self.sql, params)
    }

    pub fn execute(&self, params: &[Value<'_>]) -> Result<Executed> {
        self.connection.execute(&self.sql, params)
    }

    pub fn is_of(&self, connection_id: i64) -> bool {
        self.connection.id == connection_id
    }
}

impl Connection {
    fn compile(&self, sql: &str) -> Result<()> {
        let in_file = || self.read_file(|lease| sqlite::is_readonly(&lease, sql)).map(drop);
        let primary = match &self.backend {
            Backend::File { .. } => return in_file(),
            Backend::Remote { primary } => primary,
            // The replica may not have the table yet; the primary has the last word.
            Backend::Replica { primary, .. } => match in_file() {
                Err(error) if error.status == Status::SqlFailed => primary,
                outcome => return outcome,
            },
        };
        self.wait(primary.is_readonly(self.call(), sql)).map(drop)
    }
}
