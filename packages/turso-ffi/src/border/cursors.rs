//! Queries whose rows are fetched as they are wanted.

use super::buffer::{TursoBuffer, TursoBytes};
use super::decode;
use super::guard::{give_id, guarded};
use crate::connection::{Cursor, CONNECTIONS, CURSORS};

/// # Safety
/// The bytes are readable, and the other pointers may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_cursor_open(
    connection_id: i64,
    sql: TursoBytes,
    params: TursoBytes,
    cursor_id: *mut i64,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            give_id(cursor_id, || {
                let connection = CONNECTIONS.get(connection_id)?;
                let sql = decode::text(sql.as_slice()?, "SQL")?;
                let params = decode::params(params.as_slice()?)?;
                Ok((CURSORS.add(Cursor::open(&connection, sql, &params)?), Vec::new()))
            })
        })
    }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_cursor_next(cursor_id: i64, max_rows: u32, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || CURSORS.get(cursor_id)?.next(max_rows)) }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_cursor_close(cursor_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || CURSORS.remove(cursor_id).map(|_| Vec::new())) }
}
