//! Requests that are refused or lost on their way, and what is said of reads, writes and transactions.

use super::walk::{last, passing, Walk, Wanted, CLOSED};
use crate::support::connection::{Connection, Options, Result};
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::Value;

const INSERT: &str = "INSERT INTO t VALUES (9)";

/// What comes of a read, a write and a statement of a transaction.
type Outcomes = (Wanted, Wanted, Wanted);

/// Nothing was done, and a transaction goes on.
const fn refused(wanted: Wanted) -> Outcomes {
    (wanted, wanted, wanted)
}

/// The server may have carried it out.
const fn lost(wanted: Wanted) -> Outcomes {
    let write = last("REMOTE_INTERRUPTED").says("Look whether it is there");
    (wanted, write, wanted.says("Nothing of the transaction was written"))
}

const NO_SERVER: Wanted = last("REMOTE_NOT_LIBSQL");
const UNKNOWN_STREAM: Outcomes = (NO_SERVER, NO_SERVER, passing("REMOTE_BUSY").says("nothing of it was written"));
const UNAUTHORIZED: Wanted = last("REMOTE_UNAUTHORIZED");
const BUSY: Wanted = passing("REMOTE_BUSY").says("has not begun");
const ELSEWHERE: Wanted = last("REMOTE_REDIRECTED").says("Nothing was sent there");

/// What is answered in the place of the server, from the status on.
const ANSWERS: [(&[u8], Outcomes); 18] = [
    (b"401 No\r\ncontent-length: 0\r\n\r\n", refused(UNAUTHORIZED.says("token"))),
    (b"400 No\r\ncontent-length: 17\r\n\r\nno encryption key", refused(UNAUTHORIZED.says("encryption_key"))),
    (b"402 No\r\ncontent-length: 0\r\n\r\n", refused(last("REMOTE_BLOCKED"))),
    (b"403 No\r\ncontent-length: 0\r\n\r\n", refused(last("REMOTE_READ_ONLY"))),
    (b"413 No\r\ncontent-length: 0\r\n\r\n", refused(last("REMOTE_REFUSES_SIZE"))),
    (b"429 No\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n", refused(BUSY)),
    (b"503 No\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n", refused(BUSY)),
    (b"301 No\r\nlocation: http://192.0.2.1\r\ncontent-length: 0\r\n\r\n", refused(ELSEWHERE)),
    (b"302 No\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n", refused(ELSEWHERE)),
    (b"307 No\r\nlocation: http://192.0.2.1\r\ncontent-length: 0\r\n\r\n", refused(ELSEWHERE)),
    (b"304 No\r\ncontent-length: 0\r\n\r\n", UNKNOWN_STREAM),
    (b"404 No\r\ncontent-length: 6\r\n\r\n<html>", UNKNOWN_STREAM),
    (b"303 No\r\nlocation: /done\r\ncontent-length: 0\r\n\r\n", lost(last("REMOTE_REDIRECTED"))),
    (b"408 No\r\ncontent-length: 0\r\n\r\n", lost(passing("REMOTE_FAILED"))),
    (b"500 No\r\ncontent-length: 0\r\n\r\n", lost(passing("REMOTE_FAILED"))),
    (b"200 OK\r\ncontent-length: 0\r\n\r\n", lost(NO_SERVER)),
    (b"200 OK\r\ncontent-length: 6\r\n\r\n<html>", lost(NO_SERVER)),
    // A result with a column, and a row without a value.
    (b"200 OK\r\ncontent-length: 15\r\n\r\n\x1a\x0d\x0a\x0b\x12\x09\x0a\x07\x0a\x03\x0a\x01a\x12\x00", lost(NO_SERVER)),
];

fn reads(connection: &Connection) -> [(&'static str, Result<()>); 3] {
    let cursor = connection.cursor("SELECT v FROM t", &[]);
    [
        ("query", connection.query("SELECT v FROM t", &[]).map(drop)),
        ("prepare", connection.prepare("SELECT v, 2 FROM t").map(drop)),
        ("cursor", cursor.map(drop)),
    ]
}

fn writes(connection: &Connection) -> [(&'static str, Result<()>); 3] {
    [
        ("execute", connection.execute(INSERT, &[]).map(drop)),
        ("batch", connection.batch(&[(INSERT, &[])]).map(drop)),
        ("insert", connection.insert("t", &["v"], &[vec![Value::Int(9)]]).map(drop)),
    ]
}

/// Walks through what may become of requests; `options` are those of a replica behind the proxy.
pub fn walk(walk: &mut Walk, server: &mut Server, proxy: &Proxy, options: &Options) {
    let replica = options.open().unwrap();
    let options = Options { db_path: String::new(), ..options.clone() };
    let remote = options.open().unwrap();
    // What a statement is, is asked once.
    remote.value("SELECT v FROM t").unwrap();
    for (answer, (read, write, within)) in ANSWERS {
        let met = String::from_utf8_lossy(answer);
        let fate = Fate::Answered(answer, usize::MAX);
        proxy.strike("POST ", fate);
        for (what, outcome) in reads(&remote) {
            walk.refuses(&format!("{what} that meets {met}"), outcome, read);
        }
        for (what, outcome) in writes(&remote) {
            walk.refuses(&format!("{what} that meets {met}"), outcome, write);
        }
        walk.refuses(&format!("begin that meets {met}"), remote.begin(), read);
        walk.refuses(&format!("open that meets {met}"), options.open(), read);
        proxy.spare();
        let transaction = remote.begin().unwrap();
        transaction.execute(INSERT, &[]).unwrap();
        proxy.strike("POST ", fate);
        walk.refuses(&format!("execute within that meets {met}"), transaction.execute(INSERT, &[]), within);
        proxy.spare();
        if within.says == read.says {
            // What was refused as a whole leaves it open.
            transaction.query("SELECT v FROM t", &[]).unwrap();
            transaction.rollback().unwrap();
        } else {
            transaction.rollback().unwrap();
            // It would keep the transaction for some seconds.
            restart(server, &remote);
        }
        walk.refuses(&format!("rollback after {met}"), transaction.rollback(), CLOSED);
    }
    assert_eq!(remote.query("SELECT v FROM t", &[]).unwrap().rows, [[Value::Int(1)]]);
    read_only(walk, server, &remote);
    syncs(walk, proxy, &replica);
    lost_beginning(walk, server, proxy, &remote);
    cut_cursor(walk, server, &remote);
    remote.close().unwrap();
    replica.close().unwrap();
}

/// Ends what the server keeps open. Requests that may be repeated find out that connections of before are closed.
fn restart(server: &mut Server, remote: &Connection) {
    server.kill();
    server.restart();
    assert!((0..10).any(|_| remote.value("SELECT v FROM t").is_ok()), "the server is not back");
}

/// A token that only reads, values over a limit, and rows that no answer tells.
fn read_only(walk: &mut Walk, server: &Server, remote: &Connection) {
    let tokens = server.tokens.clone().unwrap();
    remote.set_token(&tokens.read_only).unwrap();
    for (what, outcome) in writes(remote) {
        walk.refuses(&format!("{what} with a token that only reads"), outcome, last("REMOTE_READ_ONLY"));
    }
    walk.refuses("an extension", remote.query("SELECT load_extension('b')", &[]), last("SQL_FAILED"));
    remote.set_token(&tokens.read_write).unwrap();
    for token in ["a b", "\u{fc}", "a\0"] {
        walk.refuses("a renewed token", remote.set_token(token), UNAUTHORIZED.says("holds a space"));
    }
    let large = [Value::Blob(vec![7; 5_000_001])];
    walk.refuses("a large value", remote.execute("INSERT INTO t VALUES (?)", &large), last("VALUE_TOO_LARGE"));
    walk.refuses("a large row", remote.insert("t", &["v"], &[large.to_vec()]), last("VALUE_TOO_LARGE"));
    let rows = format!("SELECT hex(zeroblob(500000)) FROM json_each('[{}0]')", "0,".repeat(20));
    walk.refuses("a large answer", remote.query(&rows, &[]), last("RESPONSE_TOO_LARGE"));
    let untold = remote.execute("INSERT INTO t VALUES (CAST(x'ff' AS TEXT)) RETURNING v", &[]);
    walk.refuses("text that no answer tells", untold, last("ANSWER_NOT_EXACT"));
    remote.execute("DELETE FROM t WHERE v <> 1", &[]).unwrap();
}

fn syncs(walk: &mut Walk, proxy: &Proxy, replica: &Connection) {
    replica.set_auto_sync(0, 0).unwrap();
    proxy.strike("/wal_log", Fate::Answered(b"401 No\r\ncontent-length: 0\r\n\r\n", usize::MAX));
    walk.refuses("a sync without a valid token", replica.sync(), last("SYNC_FAILED").says("Reads go on"));
    for (what, write) in [("execute", "DELETE FROM t WHERE v = 9"), ("execute again", "DELETE FROM t WHERE v = 9")] {
        let outcome = replica.execute(write, &[]);
        walk.refuses(&format!("{what} whose sync fails"), outcome, last("COMMITTED_NOT_SYNCED").says("Do not repeat"));
    }
    proxy.spare();
    replica.sync().unwrap();
    assert_eq!(replica.query("SELECT v FROM t", &[]).unwrap().rows, [[Value::Int(1)]]);
}

/// Nothing is written yet, so that it may be begun again.
fn lost_beginning(walk: &mut Walk, server: &mut Server, proxy: &Proxy, remote: &Connection) {
    for fate in [Fate::AnswerLost, Fate::Cut] {
        proxy.strike("BEGIN IMMEDIATE", fate);
        walk.refuses("a beginning that is lost", remote.begin(), passing("REMOTE_INTERRUPTED"));
        proxy.spare();
        restart(server, remote);
        let transaction = remote.begin().unwrap();
        transaction.execute(INSERT, &[]).unwrap();
        transaction.rollback().unwrap();
    }
}

/// The rows so far are no answer, and are not taken for one.
fn cut_cursor(walk: &mut Walk, server: &mut Server, remote: &Connection) {
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
                SELECT i, hex(randomblob(25000)) FROM n";
    let cursor = remote.cursor(rows, &[]).unwrap();
    assert_eq!(cursor.next(1).unwrap().1.rows.len(), 1);
    server.kill();
    let failed = loop {
        match cursor.next(100) {
            Ok((more, _)) => assert!(more, "the end of the answer was taken for that of the rows"),
            failed => break failed,
        }
    };
    let cut = passing("REMOTE_INTERRUPTED").says("open another one");
    walk.refuses("a cursor that is cut", failed, cut);
    walk.refuses("a cursor that was cut", cursor.next(100), cut);
    cursor.close().unwrap();
    server.restart();
    let again = remote.cursor(rows, &[]).unwrap();
    assert_eq!(again.next(2).unwrap().1.rows.len(), 2);
    again.close().unwrap();
}
