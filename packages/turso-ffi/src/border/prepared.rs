//! Statements that are prepared and run often.

use super::buffer::{TursoBuffer, TursoBytes};
use super::decode;
use super::guard::{give_id, guarded};
use crate::connection::{Statement, CONNECTIONS, STATEMENTS};

/// # Safety
/// The bytes are readable, and the other pointers may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_prepare(
    connection_id: i64,
    sql: TursoBytes,
    statement_id: *mut i64,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            give_id(statement_id, || {
                let connection = CONNECTIONS.get(connection_id)?;
                let statement = Statement::prepare(&connection, decode::text(sql.as_slice()?, "SQL")?)?;
                Ok((STATEMENTS.add(statement), Vec::new()))
            })
        })
    }
}

/// # Safety
/// The bytes are readable, and `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_statement_query(statement_id: i64, params: TursoBytes, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let params = decode::params(params.as_slice()?)?;
            STATEMENTS.get(statement_id)?.query(&params)
        })
    }
}

/// # Safety
/// As for turso_statement_query.
#[no_mangle]
pub unsafe extern "C" fn turso_statement_execute(statement_id: i64, params: TursoBytes, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            let params = decode::params(params.as_slice()?)?;
            STATEMENTS.get(statement_id)?.execute(&params).map(Vec::from)
        })
    }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_statement_close(statement_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || STATEMENTS.remove(statement_id).map(|_| Vec::new())) }
}
