//! Statements that are run once.

use super::buffer::{TursoBuffer, TursoBytes};
use super::decode;
use super::guard::{guarded, run_statement};
use crate::connection::{Connection, CONNECTIONS};

/// # Safety
/// The bytes are readable, and `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_query(
    connection_id: i64,
    sql: TursoBytes,
    params: TursoBytes,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { run_statement(&CONNECTIONS, connection_id, sql, params, out, Connection::query) }
}

/// # Safety
/// As for turso_query.
#[no_mangle]
pub unsafe extern "C" fn turso_execute(
    connection_id: i64,
    sql: TursoBytes,
    params: TursoBytes,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { run_statement(&CONNECTIONS, connection_id, sql, params, out, Connection::execute) }
}

/// # Safety
/// As for turso_query.
#[no_mangle]
pub unsafe extern "C" fn turso_execute_batch(connection_id: i64, statements: TursoBytes, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let statements = decode::statements(statements.as_slice()?)?;
            CONNECTIONS.get(connection_id)?.execute_batch(&statements).map(Vec::from)
        })
    }
}

/// # Safety
/// As for turso_query.
#[no_mangle]
pub unsafe extern "C" fn turso_insert_rows(
    connection_id: i64,
    table: TursoBytes,
    rows: TursoBytes,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let rows = decode::insert_rows(rows.as_slice()?)?;
            let table = decode::text(table.as_slice()?, "name of the table")?;
            CONNECTIONS.get(connection_id)?.insert_rows(table, &rows).map(Vec::from)
        })
    }
}
