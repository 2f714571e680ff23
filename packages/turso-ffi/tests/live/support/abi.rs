//! The functions of turso.h, as a program in another language declares them.

use std::ffi::{c_char, c_void};

// Links the library, whose functions are below.
use turso_ocaml_ffi as _;

#[repr(C)]
pub struct Buffer {
    pub data: *mut u8,
    pub len: usize,
    pub cap: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    pub data: *const u8,
    pub len: usize,
}

#[repr(C)]
pub struct OpenOptions {
    pub db_path: Bytes,
    pub url: Bytes,
    pub token: Bytes,
    pub auto_sync: u32,
    pub sync_interval_ms: u32,
    pub timeout_ms: u32,
    pub max_retries: u32,
    pub encryption_key: Bytes,
    pub offline_start: u32,
    pub slow_statement_ms: u32,
}

pub type EventCallback = unsafe extern "C" fn(*mut c_void, *const u8, usize);

extern "C" {
    pub fn turso_buffer_free(buffer: *mut Buffer);
    pub fn turso_status_word(status: u32) -> *const c_char;
    pub fn turso_open(options: *const OpenOptions, connection_id: *mut i64, out: *mut Buffer) -> u32;
    pub fn turso_create_synced_db(path: Bytes, url: Bytes, token: Bytes, id: *mut i64, out: *mut Buffer) -> u32;
    pub fn turso_init_runtime(out: *mut Buffer) -> u32;
    pub fn turso_shutdown(out: *mut Buffer) -> u32;
    pub fn turso_set_auto_sync(connection_id: i64, mode: u32, sync_interval_ms: u32, out: *mut Buffer) -> u32;
    pub fn turso_set_token(connection_id: i64, token: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_sync(connection_id: i64, out: *mut Buffer) -> u32;
    pub fn turso_close_connection(connection_id: i64, out: *mut Buffer) -> u32;
    pub fn turso_on_event(id: i64, callback: Option<EventCallback>, context: *mut c_void, out: *mut Buffer) -> u32;
    pub fn turso_next_event(connection_id: i64, out: *mut Buffer) -> u32;
    pub fn turso_stats(connection_id: i64, out: *mut Buffer) -> u32;
    pub fn turso_query(connection_id: i64, sql: Bytes, params: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_execute(connection_id: i64, sql: Bytes, params: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_execute_batch(connection_id: i64, statements: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_insert_rows(connection_id: i64, table: Bytes, rows: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_prepare(connection_id: i64, sql: Bytes, statement_id: *mut i64, out: *mut Buffer) -> u32;
    pub fn turso_statement_query(statement_id: i64, params: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_statement_execute(statement_id: i64, params: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_statement_close(statement_id: i64, out: *mut Buffer) -> u32;
    pub fn turso_cursor_open(id: i64, sql: Bytes, params: Bytes, cursor_id: *mut i64, out: *mut Buffer) -> u32;
    pub fn turso_cursor_next(cursor_id: i64, max_rows: u32, out: *mut Buffer) -> u32;
    pub fn turso_cursor_close(cursor_id: i64, out: *mut Buffer) -> u32;
    pub fn turso_begin(connection_id: i64, transaction_id: *mut i64, out: *mut Buffer) -> u32;
    pub fn turso_transaction_query(transaction_id: i64, sql: Bytes, params: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_transaction_execute(transaction_id: i64, sql: Bytes, params: Bytes, out: *mut Buffer) -> u32;
    pub fn turso_commit(transaction_id: i64, out: *mut Buffer) -> u32;
    pub fn turso_rollback(transaction_id: i64, out: *mut Buffer) -> u32;
}
