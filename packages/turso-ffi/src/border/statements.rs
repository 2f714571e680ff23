//! Statements that are run once.

use super::buffer::{TursoBuffer, TursoBytes};
use super::decode;
use super::guard::{encode_changes, guarded};
use crate::connection::CONNECTIONS;

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
    unsafe {
        guarded(out, || {
            let params = decode::params(params.as_slice())?;
            CONNECTIONS.get(connection_id)?.query(decode::text(sql.as_slice(), "SQL")?, &params)
        })
    }
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
    unsafe {
        guarded(out, || {
            let params = decode::params(params.as_slice())?;
            let connection = CONNECTIONS.get(connection_id)?;
            connection.execute(decode::text(sql.as_slice(), "SQL")?, &params).map(encode_changes)
        })
    }
}

/// # Safety
/// As for turso_query.
#[no_mangle]
pub unsafe extern "C" fn turso_execute_batch(connection_id: i64, statements: TursoBytes, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let statements = decode::statements(statements.as_slice())?;
            CONNECTIONS.get(connection_id)?.execute_batch(&statements).map(encode_changes)
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
            let rows = decode::insert_rows(rows.as_slice())?;
            let table = decode::text(table.as_slice(), "name of the table")?;
            CONNECTIONS.get(connection_id)?.insert_rows(table, &rows).map(encode_changes)
        })
    }
}
