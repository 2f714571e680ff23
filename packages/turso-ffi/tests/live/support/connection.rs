//! Calls by turso.h, with values of Rust.

use std::collections::HashMap;
use std::ffi::c_void;
use std::path::Path;

use super::abi::{self, Buffer, Bytes, OpenOptions};
use super::value::{encode_values, put_bytes, put_u32, put_value, Changes, Decoder, Error, Executed, Rows, Value};

pub type Result<T> = std::result::Result<T, Error>;

pub const OFF: u32 = 1;
pub const INTERVAL: u32 = 2;

/// How to open a connection; the defaults are those of turso.h.
#[derive(Clone, Default)]
pub struct Options {
    pub db_path: String,
    pub url: String,
    pub token: String,
    pub auto_sync: u32,
    pub sync_interval_ms: u32,
    pub timeout_ms: u32,
    pub max_retries: u32,
    pub encryption_key: String,
    pub offline_start: bool,
    pub slow_statement_ms: u32,
}

pub type EventListener = Box<dyn Fn(Event) + Sync>;

/// What happened, and what is said of it.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: String,
    pub fields: HashMap<String, Value>,
}

impl Event {
    fn read(bytes: &[u8]) -> Self {
        read(bytes, |event| Self {
            kind: event.text(),
            fields: (0..event.u32()).map(|_| (event.text(), event.value())).collect(),
        })
    }
}

/// A connection by its id. It is not closed when it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Connection {
    pub id: i64,
}

impl Options {
    pub fn replica(path: &Path, url: &str) -> Self {
        Self { db_path: path.to_str().unwrap().into(), url: url.into(), ..Self::default() }
    }

    pub fn remote(url: &str) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    pub fn file(path: &Path) -> Self {
        Self::remote(&format!("file:{}", path.display()))
    }

    pub fn open(&self) -> Result<Connection> {
        self.open_with_word().map(|(connection, _)| connection)
    }

    /// The connection, and the word about what was found.
    pub fn open_with_word(&self) -> Result<(Connection, String)> {
        let options = OpenOptions {
            db_path: borrow(self.db_path.as_bytes()),
            url: borrow(self.url.as_bytes()),
            token: borrow(self.token.as_bytes()),
            auto_sync: self.auto_sync,
            sync_interval_ms: self.sync_interval_ms,
            timeout_ms: self.timeout_ms,
            max_retries: self.max_retries,
            encryption_key: borrow(self.encryption_key.as_bytes()),
            offline_start: self.offline_start.into(),
            slow_statement_ms: self.slow_statement_ms,
        };
        let mut id = -1;
        let answer = call(|out| unsafe { abi::turso_open(&options, &mut id, out) });
        assert_eq!(answer.is_ok(), id > 0, "an id is given on success alone");
        let word = read(&answer?, Decoder::text);
        Ok((Connection { id }, word))
    }
}

impl Connection {
    pub fn query(&self, sql: &str, params: &[Value]) -> Result<Rows> {
        let params = encode_values(params);
        let answer = call(|out| unsafe { abi::turso_query(self.id, borrow(sql.as_bytes()), borrow(&params), out) })?;
        Ok(read(&answer, Decoder::rows))
    }

    /// The only value of a query's only row.
    pub fn value(&self, sql: &str) -> Result<Value> {
        let mut rows = self.query(sql, &[])?.rows;
        assert_eq!((rows.len(), rows.first().map_or(0, Vec::len)), (1, 1), "{sql}");
        Ok(rows.remove(0).remove(0))
    }

    pub fn execute(&self, sql: &str, params: &[Value]) -> Result<Changes> {
        self.returning(sql, params).map(|executed| executed.changes)
    }

    /// Executes a statement, and gives the rows of its RETURNING clause too.
    pub fn returning(&self, sql: &str, params: &[Value]) -> Result<Executed> {
        let params = encode_values(params);
        let answer = call(|out| unsafe { abi::turso_execute(self.id, borrow(sql.as_bytes()), borrow(&params), out) })?;
        Ok(read(&answer, Decoder::executed))
    }

    pub fn batch(&self, statements: &[(&str, &[Value])]) -> Result<Changes> {
        let mut encoded = Vec::new();
        put_u32(&mut encoded, statements.len());
        for (sql, params) in statements {
            put_bytes(&mut encoded, sql.as_bytes());
            encoded.extend_from_slice(&encode_values(params));
        }
        let answer = call(|out| unsafe { abi::turso_execute_batch(self.id, borrow(&encoded), out) })?;
        Ok(read(&answer, Decoder::changes))
    }

    pub fn insert(&self, table: &str, columns: &[&str], rows: &[Vec<Value>]) -> Result<Changes> {
        let mut encoded = Vec::new();
        put_u32(&mut encoded, columns.len());
        columns.iter().for_each(|column| put_bytes(&mut encoded, column.as_bytes()));
        put_u32(&mut encoded, rows.len());
        rows.iter().flatten().for_each(|value| put_value(&mut encoded, value));
        let answer =
            call(|out| unsafe { abi::turso_insert_rows(self.id, borrow(table.as_bytes()), borrow(&encoded), out) })?;
        Ok(read(&answer, Decoder::changes))
    }

    /// Frames that came, and the replica's frame number.
    pub fn sync(&self) -> Result<(i64, i64)> {
        let answer = call(|out| unsafe { abi::turso_sync(self.id, out) })?;
        Ok(read(&answer, |answer| (answer.i64(), answer.i64())))
    }

    pub fn set_auto_sync(&self, mode: u32, interval_ms: u32) -> Result<()> {
        empty(call(|out| unsafe { abi::turso_set_auto_sync(self.id, mode, interval_ms, out) }))
    }

    pub fn set_token(&self, token: &str) -> Result<()> {
        empty(call(|out| unsafe { abi::turso_set_token(self.id, borrow(token.as_bytes()), out) }))
    }

    pub fn close(&self) -> Result<()> {
        empty(call(|out| unsafe { abi::turso_close_connection(self.id, out) }))
    }

    pub fn stats(&self) -> Result<HashMap<String, i64>> {
        let answer = call(|out| unsafe { abi::turso_stats(self.id, out) })?;
        Ok(read(&answer, |answer| (0..answer.u32()).map(|_| (answer.text(), answer.i64())).collect()))
    }

    pub fn next_event(&self) -> Result<Event> {
        let answer = call(|out| unsafe { abi::turso_next_event(self.id, out) })?;
        Ok(Event::read(&answer))
    }

    /// Sets what is called with each event; it lives as long as the program.
    pub fn on_event(&self, callback: Option<EventListener>) -> Result<()> {
        unsafe extern "C" fn listen(context: *mut c_void, event: *const u8, length: usize) {
            let callback = unsafe { &*context.cast::<EventListener>() };
            callback(Event::read(unsafe { std::slice::from_raw_parts(event, length) }));
        }
        let context = callback.map(|callback| Box::into_raw(Box::new(callback)).cast());
        let function = context.map(|_| listen as abi::EventCallback);
        let context = context.unwrap_or(std::ptr::null_mut());
        empty(call(|out| unsafe { abi::turso_on_event(self.id, function, context, out) }))
    }

    pub fn prepare(&self, sql: &str) -> Result<Statement> {
        let mut id = 0;
        empty(call(|out| unsafe { abi::turso_prepare(self.id, borrow(sql.as_bytes()), &mut id, out) }))?;
        Ok(Statement { id })
    }

    pub fn cursor(&self, sql: &str, params: &[Value]) -> Result<Cursor> {
        let params = encode_values(params);
        let (sql, params) = (borrow(sql.as_bytes()), borrow(&params));
        let mut id = 0;
        empty(call(|out| unsafe { abi::turso_cursor_open(self.id, sql, params, &mut id, out) }))?;
        Ok(Cursor { id })
    }

    pub fn begin(&self) -> Result<Transaction> {
        let mut id = 0;
        empty(call(|out| unsafe { abi::turso_begin(self.id, &mut id, out) }))?;
        Ok(Transaction { id })
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub id: i64,
}

impl Statement {
    pub fn query(&self, params: &[Value]) -> Result<Rows> {
        let params = encode_values(params);
        let answer = call(|out| unsafe { abi::turso_statement_query(self.id, borrow(&params), out) })?;
        Ok(read(&answer, Decoder::rows))
    }

    pub fn execute(&self, params: &[Value]) -> Result<Changes> {
        self.returning(params).map(|executed| executed.changes)
    }

    /// As of a connection.
    pub fn returning(&self, params: &[Value]) -> Result<Executed> {
        let params = encode_values(params);
        let answer = call(|out| unsafe { abi::turso_statement_execute(self.id, borrow(&params), out) })?;
        Ok(read(&answer, Decoder::executed))
    }

    pub fn close(&self) -> Result<()> {
        empty(call(|out| unsafe { abi::turso_statement_close(self.id, out) }))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    pub id: i64,
}

impl Cursor {
    /// Whether there may be more, and rows.
    pub fn next(&self, max_rows: u32) -> Result<(bool, Rows)> {
        let answer = call(|out| unsafe { abi::turso_cursor_next(self.id, max_rows, out) })?;
        Ok(read(&answer, |answer| (answer.u8() == 1, answer.rows())))
    }

    pub fn close(&self) -> Result<()> {
        empty(call(|out| unsafe { abi::turso_cursor_close(self.id, out) }))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Transaction {
    pub id: i64,
}

impl Transaction {
    pub fn query(&self, sql: &str, params: &[Value]) -> Result<Rows> {
        let params = encode_values(params);
        let (sql, params) = (borrow(sql.as_bytes()), borrow(&params));
        let answer = call(|out| unsafe { abi::turso_transaction_query(self.id, sql, params, out) })?;
        Ok(read(&answer, Decoder::rows))
    }

    pub fn execute(&self, sql: &str, params: &[Value]) -> Result<Changes> {
        self.returning(sql, params).map(|executed| executed.changes)
    }

    /// As of a connection.
    pub fn returning(&self, sql: &str, params: &[Value]) -> Result<Executed> {
        let params = encode_values(params);
        let (sql, params) = (borrow(sql.as_bytes()), borrow(&params));
        let answer = call(|out| unsafe { abi::turso_transaction_execute(self.id, sql, params, out) })?;
        Ok(read(&answer, Decoder::executed))
    }

    pub fn commit(&self) -> Result<()> {
        empty(call(|out| unsafe { abi::turso_commit(self.id, out) }))
    }

    pub fn rollback(&self) -> Result<()> {
        empty(call(|out| unsafe { abi::turso_rollback(self.id, out) }))
    }
}

/// Makes a call, and takes its answer or its error out of the buffer, which is given back.
pub fn call(work: impl FnOnce(*mut Buffer) -> u32) -> Result<Vec<u8>> {
    let mut out = Buffer { data: std::ptr::null_mut(), len: 0, cap: 0 };
    let status = work(&mut out);
    let bytes = match out.len {
        0 => Vec::new(),
        len => unsafe { std::slice::from_raw_parts(out.data, len) }.to_vec(),
    };
    unsafe { abi::turso_buffer_free(&mut out) };
    assert!(out.data.is_null() && out.len == 0);
    if status == 0 {
        return Ok(bytes);
    }
    let error = read(&bytes, Decoder::error);
    let word = unsafe { std::ffi::CStr::from_ptr(abi::turso_status_word(status)) };
    assert_eq!((error.status, error.code.as_str()), (status, word.to_str().unwrap()));
    assert!(!error.message.is_empty() && !error.hint.is_empty(), "{error:?}");
    Err(error)
}

pub fn borrow(bytes: &[u8]) -> Bytes {
    Bytes { data: bytes.as_ptr(), len: bytes.len() }
}

fn read<'a, T>(bytes: &'a [u8], part: impl FnOnce(&mut Decoder<'a>) -> T) -> T {
    let mut decoder = Decoder(bytes);
    let result = part(&mut decoder);
    decoder.end();
    result
}

fn empty(answer: Result<Vec<u8>>) -> Result<()> {
    answer.map(|bytes| assert!(bytes.is_empty()))
}
