//! One statement on one connection to a file.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Batch, Connection, Statement};

use super::failure::Failure;
use crate::error::Error;
use crate::sql_tokens::is_insert;
use crate::status::Status;
use crate::value::{Changes, Executed, Rows, Value};

/// The size of a database and the number of its schema, which a replica shares with its primary.
pub const OUTLINE: &str = "SELECT page_count, schema_version FROM pragma_page_count, pragma_schema_version";

/// Runs a statement that reads; the answer is encoded rows. Fails with USAGE for one that would write.
pub fn query(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<Vec<u8>, Failure> {
    let mut statement = prepare(connection, sql)?;
    if !statement.readonly() {
        return Err(would_write().into());
    }
    rows_of(&mut statement, params)
}

/// Runs a statement of any kind.
pub fn execute(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<Executed, Failure> {
    let before = total_changes(connection);
    let rows = rows_of(&mut *prepare(connection, sql)?, params)?;
    // changes() still tells of the statement before, after one that changes no rows by its nature.
    let changes = match total_changes(connection) == before {
        true => Changes::default(),
        // The rowid is still that of the last insert, whatever came after it.
        false => {
            let last_rowid = if is_insert(sql) { connection.last_insert_rowid() } else { 0 };
            Changes { rows: connection.changes() as i64, last_rowid }
        }
    };
    Ok(Executed { changes, rows })
}

fn total_changes(connection: &Connection) -> i64 {
    // SAFETY: the handle is that of an open connection, and only this thread uses it.
    unsafe { rusqlite::ffi::sqlite3_total_changes64(connection.handle()) }
}

/// Whether a statement only reads.
pub fn is_readonly(connection: &Connection, sql: &str) -> Result<bool, Failure> {
    Ok(prepare(connection, sql)?.readonly())
}

pub fn would_write() -> Error {
    Error::usage("A query must not write, and this one would.", "Send statements that write by execute.")
}

/// Compiles a statement, or finds it compiled.
pub fn prepare<'c>(connection: &'c Connection, sql: &str) -> Result<rusqlite::CachedStatement<'c>, Failure> {
    // The part of SQLite that is used by prepare_cached ignores what follows the first statement.
    if sql.trim_end().trim_end_matches(';').contains(';') {
        refuse_many(connection, sql)?;
    }
    Ok(connection.prepare_cached(sql)?)
}

fn refuse_many(connection: &Connection, sql: &str) -> Result<(), Failure> {
    let mut statements = Batch::new(connection, sql);
    if statements.next()?.is_some() && statements.next().map(|next| next.is_some()).unwrap_or(true) {
        return Err(several_statements().into());
    }
    Ok(())
}

pub fn several_statements() -> Error {
    let message = "There is more than one statement.";
    Error::new(Status::SqlFailed, message, "Pass one statement to a call, or send them as a batch.")
}

pub fn bind(statement: &mut Statement<'_>, params: &[Value<'_>]) -> Result<(), Failure> {
    if statement.parameter_count() != params.len() {
        return Err(parameter_count(statement.parameter_count(), params.len()).into());
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Bound(*param))?;
    }
    Ok(())
}

fn parameter_count(wanted: usize, given: usize) -> Error {
    Error::usage(
        format!("The statement has {wanted} parameters, and {given} values were given."),
        "Give a value for each parameter, in their order.",
    )
}

fn rows_of(statement: &mut Statement<'_>, params: &[Value<'_>]) -> Result<Vec<u8>, Failure> {
    bind(statement, params)?;
    let mut rows = statement.raw_query();
    let Some(first) = rows.next()? else {
        drop(rows);
        return Ok(Rows::new(names(statement)).into_bytes());
    };
    let mut answer = Rows::new(names(first.as_ref()));
    push_row(&mut answer, first)?;
    while let Some(row) = rows.next()? {
        push_row(&mut answer, row)?;
    }
    Ok(answer.into_bytes())
}

/// The names of the columns, which are sure after the first step: it may compile the statement again, if the
/// schema has changed.
pub fn names<'s>(statement: &'s Statement<'_>) -> std::vec::IntoIter<&'s str> {
    statement.column_names().into_iter()
}

pub fn push_row(answer: &mut Rows, row: &rusqlite::Row<'_>) -> Result<(), Failure> {
    let statement: &Statement<'_> = row.as_ref();
    for index in 0..statement.column_count() {
        answer.push(match row.get_ref(index)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Real(number),
            ValueRef::Text(bytes) => Value::Text(bytes),
            ValueRef::Blob(bytes) => Value::Blob(bytes),
        });
    }
    answer.end_row();
    Ok(())
}

struct Bound<'a>(Value<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Real(number) => ValueRef::Real(number),
            Value::Text(bytes) => ValueRef::Text(bytes),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
