//! Transactions of several calls.

use super::buffer::{TursoBuffer, TursoBytes};
use super::guard::{give_id, guarded, run_statement};
use crate::connection::{Transaction, CONNECTIONS, TRANSACTIONS};

/// # Safety
/// Both pointers may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_begin(connection_id: i64, transaction_id: *mut i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe {
        guarded(out, || {
            give_id(transaction_id, || {
                let connection = CONNECTIONS.get(connection_id)?;
                Ok((TRANSACTIONS.add(Transaction::begin(&connection)?), Vec::new()))
            })
        })
    }
}

/// # Safety
/// The bytes are readable, and `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_transaction_query(
    transaction_id: i64,
    sql: TursoBytes,
    params: TursoBytes,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { run_statement(&TRANSACTIONS, transaction_id, sql, params, out, Transaction::query) }
}

/// # Safety
/// As for turso_transaction_query.
#[no_mangle]
pub unsafe extern "C" fn turso_transaction_execute(
    transaction_id: i64,
    sql: TursoBytes,
    params: TursoBytes,
    out: *mut TursoBuffer,
) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { run_statement(&TRANSACTIONS, transaction_id, sql, params, out, Transaction::execute) }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_commit(transaction_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || TRANSACTIONS.remove(transaction_id)?.commit().map(|()| Vec::new())) }
}

/// # Safety
/// `out` may be written.
#[no_mangle]
pub unsafe extern "C" fn turso_rollback(transaction_id: i64, out: *mut TursoBuffer) -> u32 {
    // SAFETY: promised by the caller.
    unsafe { guarded(out, || TRANSACTIONS.remove(transaction_id)?.rollback().map(|()| Vec::new())) }
}
