//! Calls of turso.h with arguments that no language above it would pass.

use std::ptr::{null, null_mut};

use super::walk::{last, Walk, CLOSED, USAGE};
use crate::support::abi::{self, Buffer, Bytes, OpenOptions};
use crate::support::connection::{borrow, call, Options, Result};
use crate::support::folder::Folder;
use crate::support::value::Value;

const NOTHING: Bytes = Bytes { data: null(), len: 0 };

/// Encoded rows: none, of a column `v`.
const ROWS: &[u8] = b"\x01\0\0\0\x01\0\0\0v\0\0\0\0";

/// What calls are made on.
#[derive(Clone, Copy)]
struct Ids {
    connection: i64,
    statement: i64,
    cursor: i64,
    transaction: i64,
}

/// Functions of turso.h, called as they should be.
type Function = (&'static str, fn(Ids, *mut Buffer) -> u32);

/// Those that belong to no connection.
const OF_THE_LIBRARY: [Function; 4] = [
    ("turso_init_runtime", |_, out| unsafe { abi::turso_init_runtime(out) }),
    ("turso_shutdown", |_, out| unsafe { abi::turso_shutdown(out) }),
    ("turso_open", |_, out| open(options(NOTHING, borrow(b"file:none")), out)),
    ("turso_create_synced_db", |_, out| unsafe {
        abi::turso_create_synced_db(NOTHING, borrow(b"file:none"), NOTHING, &mut 0, out)
    }),
];

/// Those of a connection and of what is open on it; the ones that end something come last.
const OF_A_CONNECTION: [Function; 23] = [
    ("turso_set_auto_sync", |ids, out| unsafe { abi::turso_set_auto_sync(ids.connection, 0, 0, out) }),
    ("turso_set_token", |ids, out| unsafe { abi::turso_set_token(ids.connection, NOTHING, out) }),
    ("turso_sync", |ids, out| unsafe { abi::turso_sync(ids.connection, out) }),
    ("turso_stats", |ids, out| unsafe { abi::turso_stats(ids.connection, out) }),
    ("turso_on_event", |ids, out| unsafe { abi::turso_on_event(ids.connection, None, null_mut(), out) }),
    ("turso_next_event", |ids, out| unsafe { abi::turso_next_event(ids.connection, out) }),
    ("turso_query", |ids, out| query(ids, select(), out)),
    ("turso_execute", |ids, out| unsafe { abi::turso_execute(ids.connection, select(), NOTHING, out) }),
    ("turso_execute_batch", |ids, out| batch(ids, borrow(&[0; 4]), out)),
    ("turso_insert_rows", |ids, out| insert(ids, borrow(ROWS), out)),
    ("turso_prepare", |ids, out| unsafe { abi::turso_prepare(ids.connection, select(), &mut 0, out) }),
    ("turso_cursor_open", |ids, out| unsafe { abi::turso_cursor_open(ids.connection, select(), NOTHING, &mut 0, out) }),
    ("turso_begin", |ids, out| unsafe { abi::turso_begin(ids.connection, &mut 0, out) }),
    ("turso_statement_query", |ids, out| unsafe { abi::turso_statement_query(ids.statement, NOTHING, out) }),
    ("turso_statement_execute", |ids, out| unsafe { abi::turso_statement_execute(ids.statement, NOTHING, out) }),
    ("turso_cursor_next", |ids, out| unsafe { abi::turso_cursor_next(ids.cursor, 1, out) }),
    ("turso_transaction_query", |ids, out| unsafe {
        abi::turso_transaction_query(ids.transaction, select(), NOTHING, out)
    }),
    ("turso_transaction_execute", |ids, out| unsafe {
        abi::turso_transaction_execute(ids.transaction, select(), NOTHING, out)
    }),
    ("turso_statement_close", |ids, out| unsafe { abi::turso_statement_close(ids.statement, out) }),
    ("turso_cursor_close", |ids, out| unsafe { abi::turso_cursor_close(ids.cursor, out) }),
    ("turso_commit", |ids, out| unsafe { abi::turso_commit(ids.transaction, out) }),
    ("turso_rollback", |ids, out| unsafe { abi::turso_rollback(ids.transaction, out) }),
    ("turso_close_connection", |ids, out| unsafe { abi::turso_close_connection(ids.connection, out) }),
];

/// What bytes of a call are.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Sql,
    Values,
    Statements,
    Rows,
    Other,
}

/// Each place where a function takes bytes.
type Taker = (&'static str, Kind, fn(Ids, Bytes, *mut Buffer) -> u32);

const TAKERS: [Taker; 23] = [
    ("a path", Kind::Other, |_, bytes, out| open(options(bytes, borrow(b"file:none")), out)),
    ("a URL", Kind::Other, |_, bytes, out| open(options(NOTHING, bytes), out)),
    ("a token", Kind::Other, |_, bytes, out| open(OpenOptions { token: bytes, ..file() }, out)),
    ("a key", Kind::Other, |_, bytes, out| open(OpenOptions { encryption_key: bytes, ..file() }, out)),
    ("a path to create", Kind::Other, |_, it, out| unsafe {
        abi::turso_create_synced_db(it, NOTHING, NOTHING, &mut 0, out)
    }),
    ("a URL to create", Kind::Other, |_, it, out| unsafe {
        abi::turso_create_synced_db(NOTHING, it, NOTHING, &mut 0, out)
    }),
    ("a token to create", Kind::Other, |_, it, out| unsafe {
        abi::turso_create_synced_db(NOTHING, borrow(b"file:none"), it, &mut 0, out)
    }),
    ("a token to renew", Kind::Other, |ids, it, out| unsafe { abi::turso_set_token(ids.connection, it, out) }),
    ("a query", Kind::Sql, query),
    ("values of a query", Kind::Values, |ids, it, out| unsafe { abi::turso_query(ids.connection, select(), it, out) }),
    ("a write", Kind::Sql, |ids, it, out| unsafe { abi::turso_execute(ids.connection, it, NOTHING, out) }),
    ("values of a write", Kind::Values, |ids, it, out| unsafe {
        abi::turso_execute(ids.connection, select(), it, out)
    }),
    ("a batch", Kind::Statements, batch),
    ("a table", Kind::Sql, |ids, it, out| unsafe { abi::turso_insert_rows(ids.connection, it, borrow(ROWS), out) }),
    ("rows", Kind::Rows, insert),
    ("a statement", Kind::Sql, |ids, it, out| unsafe { abi::turso_prepare(ids.connection, it, &mut 0, out) }),
    ("values of a statement that reads", Kind::Values, |ids, it, out| unsafe {
        abi::turso_statement_query(ids.statement, it, out)
    }),
    ("values of a statement that writes", Kind::Values, |ids, it, out| unsafe {
        abi::turso_statement_execute(ids.statement, it, out)
    }),
    ("a cursor", Kind::Sql, |ids, it, out| unsafe { abi::turso_cursor_open(ids.connection, it, NOTHING, &mut 0, out) }),
    ("values of a cursor", Kind::Values, |ids, it, out| unsafe {
        abi::turso_cursor_open(ids.connection, select(), it, &mut 0, out)
    }),
    ("a query within", Kind::Sql, |ids, it, out| unsafe {
        abi::turso_transaction_query(ids.transaction, it, NOTHING, out)
    }),
    ("a write within", Kind::Sql, |ids, it, out| unsafe {
        abi::turso_transaction_execute(ids.transaction, it, NOTHING, out)
    }),
    ("values within", Kind::Values, |ids, it, out| unsafe {
        abi::turso_transaction_execute(ids.transaction, select(), it, out)
    }),
];

fn select() -> Bytes {
    borrow(b"SELECT 1")
}

fn query(ids: Ids, sql: Bytes, out: *mut Buffer) -> u32 {
    unsafe { abi::turso_query(ids.connection, sql, NOTHING, out) }
}

fn batch(ids: Ids, statements: Bytes, out: *mut Buffer) -> u32 {
    unsafe { abi::turso_execute_batch(ids.connection, statements, out) }
}

fn insert(ids: Ids, rows: Bytes, out: *mut Buffer) -> u32 {
    unsafe { abi::turso_insert_rows(ids.connection, borrow(b"t"), rows, out) }
}

fn open(options: OpenOptions, out: *mut Buffer) -> u32 {
    unsafe { abi::turso_open(&options, &mut 0, out) }
}

fn file() -> OpenOptions {
    options(NOTHING, borrow(b"file:none"))
}

fn options(db_path: Bytes, url: Bytes) -> OpenOptions {
    OpenOptions {
        db_path,
        url,
        token: NOTHING,
        auto_sync: 0,
        sync_interval_ms: 0,
        timeout_ms: 0,
        max_retries: 0,
        encryption_key: NOTHING,
        offline_start: 0,
        slow_statement_ms: 0,
    }
}

/// Encodings that end too early, are of no kind, or go on behind their end.
fn malformed(kind: Kind) -> Vec<Vec<u8>> {
    let sound: &[u8] = match kind {
        Kind::Values => b"\x02\0\0\0\x01\x07\0\0\0\0\0\0\0\x03\x01\0\0\0a",
        Kind::Statements => b"\x01\0\0\0\x08\0\0\0SELECT 1\0\0\0\0",
        Kind::Rows => b"\x01\0\0\0\x01\0\0\0v\x01\0\0\0\x00",
        Kind::Sql | Kind::Other => return Vec::new(),
    };
    let mut all: Vec<_> = (1..sound.len()).map(|length| sound[..length].to_vec()).collect();
    all.push([sound, b"\0"].concat());
    all.push(b"\xff\xff\xff\xff".to_vec());
    all.push(b"\x01\0\0\0\xff\xff\xff\xff".to_vec());
    if kind == Kind::Values {
        all.extend([b"\x01\0\0\0\x05".to_vec(), b"\x01\0\0\0\x03\x01\0\0\0\xff".to_vec()]);
    } else {
        all.push(Vec::new());
    }
    all
}

/// All functions that turso.h declares with an `out`.
fn declared() -> Vec<&'static str> {
    let header = include_str!("../../../include/turso.h");
    let declarations = header.split("\nturso_status ").skip(1);
    let mut names: Vec<_> = declarations.map(|it| it.split('(').next().unwrap()).collect();
    names.sort_unstable();
    names
}

pub fn walk(walk: &mut Walk) {
    let folder = Folder::new();
    let connection = Options::file(&folder.path("border.db")).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let ids = Ids {
        connection: connection.id,
        statement: connection.prepare("SELECT ?").unwrap().id,
        cursor: connection.cursor("SELECT 1", &[]).unwrap().id,
        transaction: connection.begin().unwrap().id,
    };
    let functions = || OF_THE_LIBRARY.into_iter().chain(OF_A_CONNECTION);
    let mut names: Vec<_> = functions().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(names, declared());
    for (name, function) in functions() {
        // It has nowhere to say more.
        assert_eq!(function(ids, null_mut()), 1, "{name} without out");
    }

    for (what, kind, take) in TAKERS {
        let mut refuses = |how: &str, bytes: Bytes| {
            walk.refuses(&format!("{what} {how}"), call(|out| take(ids, bytes, out)), USAGE);
        };
        refuses("at NULL", Bytes { data: null(), len: 5 });
        refuses("larger than memory", Bytes { data: b"SELECT 1".as_ptr(), len: usize::MAX });
        for bytes in malformed(kind) {
            refuses(&format!("of {bytes:?}"), borrow(&bytes));
        }
        if kind == Kind::Sql {
            refuses("with a NUL", borrow(b"SELECT 1\0"));
        }
        if matches!(kind, Kind::Sql | Kind::Other) {
            refuses("that is not UTF-8", borrow(b"SELECT '\xff'"));
        }
    }
    let at_null = [
        ("options", call(|out| unsafe { abi::turso_open(null(), &mut 0, out) })),
        ("the id of a connection", call(|out| unsafe { abi::turso_open(&file(), null_mut(), out) })),
        (
            "the id of a created one",
            call(|out| unsafe { abi::turso_create_synced_db(NOTHING, borrow(b"file:none"), NOTHING, null_mut(), out) }),
        ),
        ("the id of a statement", call(|out| unsafe { abi::turso_prepare(ids.connection, select(), null_mut(), out) })),
        (
            "the id of a cursor",
            call(|out| unsafe { abi::turso_cursor_open(ids.connection, select(), NOTHING, null_mut(), out) }),
        ),
        ("the id of a transaction", call(|out| unsafe { abi::turso_begin(ids.connection, null_mut(), out) })),
    ];
    for (what, outcome) in at_null {
        walk.refuses(&format!("{what} at NULL"), outcome, USAGE.says("NULL"));
    }
    let no_columns = b"\0\0\0\0\0\0\0\0";
    walk.refuses("rows of no columns", call(|out| insert(ids, borrow(no_columns), out)), USAGE);
    walk.refuses("rows of no table", connection.insert("", &["v"], &[]), USAGE);
    walk.refuses("an unknown mode", connection.set_auto_sync(3, 0), USAGE.says("mode 3"));
    let page: Result<_> = crate::support::connection::Cursor { id: ids.cursor }.next(0);
    walk.refuses("a page of no rows", page, USAGE);
    assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(0));

    connection.close().unwrap();
    let never = Ids { connection: i64::MAX, statement: 0, cursor: -1, transaction: i64::MIN };
    let mixed =
        Ids { connection: ids.statement, statement: ids.cursor, cursor: ids.transaction, transaction: ids.connection };
    for (how, ids) in [("closed", ids), ("that never was", never), ("of another kind", mixed)] {
        for (name, function) in OF_A_CONNECTION {
            walk.refuses(&format!("{name} of what is {how}"), call(|out| function(ids, out)), CLOSED);
        }
    }
    let missing = call(|out| open(options(NOTHING, NOTHING), out));
    walk.refuses("no URL", missing, last("URL_MISSING"));
    assert!(!std::path::Path::new("none").exists(), "a refused call has opened a file");
}
