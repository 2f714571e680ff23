//! Statements that every kind of connection refuses, by every call that takes one.

use super::walk::{last, passing, Walk, Wanted, CLOSED, USAGE};
use crate::support::connection::{Connection, Options, Result};
use crate::support::value::Value;

const SQL: Wanted = last("SQL_FAILED");

/// The name of a case, its SQL, its values, and what comes of it.
type Case<'a> = (&'a str, &'a str, &'a [Value], Wanted);

const ONE: Value = Value::Int(1);

/// Refused as they are read, whatever they would do.
const CASES: [Case<'_>; 24] = [
    ("a NUL", "SELECT 1\0", &[], USAGE.says("NUL")),
    ("no value", "SELECT ?", &[], USAGE),
    ("a value too many", "SELECT ?", &[ONE, ONE], USAGE),
    ("a value for nothing", "SELECT 1", &[ONE], USAGE),
    ("a name without a value", "SELECT :a, :b", &[ONE], USAGE),
    ("a gap in the numbers", "SELECT ?3", &[ONE], USAGE),
    ("the number 0", "SELECT ?0", &[ONE], SQL),
    ("too high a number", "SELECT ?32767", &[ONE], SQL),
    ("a beginning", "BEGIN", &[], USAGE.says("batch")),
    ("an end", "COMMIT", &[], USAGE),
    ("an end in other words", " /* then */ ; end transaction", &[], USAGE),
    ("a way back", "ROLLBACK", &[], USAGE),
    ("nothing", "", &[], SQL.says("no statement")),
    ("a semicolon", ";", &[], SQL),
    ("a comment", "-- nothing", &[], SQL),
    ("an open comment", "/* nothing", &[], SQL),
    ("no SQL", "CREAT TABLE t", &[], SQL),
    ("an open text", "SELECT 'a", &[], SQL),
    ("an unknown table", "SELECT * FROM nowhere", &[], SQL.says("nowhere")),
    ("an unknown column", "SELECT missing FROM t", &[], SQL.says("missing")),
    ("an unknown function", "SELECT missing()", &[], SQL.says("missing")),
    ("two statements", "SELECT 1; SELECT 2", &[], SQL),
    ("another database", "ATTACH 'a.db' AS a", &[], SQL),
    ("a loaded extension", "SELECT load_extension('a')", &[], SQL),
];

/// Refused as they run.
const RUNNING: [Case<'_>; 3] = [
    ("an overflow", "SELECT abs(-9223372036854775807 - 1)", &[], SQL),
    ("a value that is too large", "SELECT zeroblob(2000000000)", &[], last("VALUE_TOO_LARGE")),
    ("JSON that is none", "SELECT json('{')", &[], SQL),
];

/// Refused by queries alone.
const WRITES: [Case<'_>; 3] = [
    ("a write", "DELETE FROM t", &[], USAGE.says("execute")),
    ("a write with rows", "DELETE FROM t RETURNING v", &[], USAGE),
    ("a definition", "CREATE TABLE u (v)", &[], USAGE),
];

fn text_of(bytes: &[u8]) -> Value {
    Value::Text(bytes.to_vec())
}

/// Walks through the calls of a connection with a table `t (v UNIQUE ON CONFLICT ROLLBACK)` that holds 1.
pub fn walk(walk: &mut Walk, kind: &str, connection: &Connection) {
    let mut refuses = |call: &str, what: &str, outcome: Result<()>, wanted: Wanted| {
        walk.refuses(&format!("{call} of a {kind} with {what}"), outcome, wanted);
    };
    let not_text = [text_of(b"\xff")];
    let with_values: [Case<'_>; 1] = [("text that is no UTF-8", "SELECT ?", &not_text, USAGE)];
    let all = || CASES.into_iter().chain(RUNNING).chain(with_values);
    for (what, sql, params, wanted) in all().chain(WRITES) {
        refuses("query", what, connection.query(sql, params).map(drop), wanted);
        let read = |cursor: crate::support::connection::Cursor| {
            let read = cursor.next(9).map(drop);
            cursor.close().and(read)
        };
        refuses("cursor", what, connection.cursor(sql, params).and_then(read), wanted);
        let ask = |statement: crate::support::connection::Statement| {
            let asked = statement.query(params).map(drop);
            statement.close().and(asked)
        };
        refuses("statement", what, connection.prepare(sql).and_then(ask), wanted);
    }
    for (what, sql, params, wanted) in all() {
        refuses("execute", what, connection.execute(sql, params).map(drop), wanted);
        let batch = connection.batch(&[("SELECT 1", &[]), (sql, params)]);
        refuses("batch", what, batch.map(drop), wanted);
    }
    for (what, sql, wanted) in [
        ("a savepoint", "SAVEPOINT a", USAGE),
        ("a value that is there", "INSERT INTO t VALUES (1)", last("CONSTRAINT_FAILED")),
    ] {
        refuses("execute", what, connection.execute(sql, &[]).map(drop), wanted);
    }
    let second = last("CONSTRAINT_FAILED").says("Statement 2");
    refuses(
        "batch",
        "a value that is there",
        connection.batch(&[("SELECT 1", &[]), ("INSERT INTO t VALUES (1)", &[])]).map(drop),
        second,
    );
    let rows = [vec![ONE]];
    for (what, table, column, wanted) in [
        ("no table", "", "v", USAGE),
        ("an unknown table", "nowhere", "v", SQL),
        ("an unknown column", "t", "nothing", SQL),
        ("a NUL in the table", "t\0", "v", USAGE),
        ("a NUL in the column", "t", "v\0", USAGE),
        ("a value that is there", "t", "v", last("CONSTRAINT_FAILED")),
    ] {
        refuses("insert", what, connection.insert(table, &[column], &rows).map(drop), wanted);
    }
    refuses("insert", "text that is no UTF-8", connection.insert("t", &["v"], &[not_text.to_vec()]).map(drop), USAGE);

    let transaction = connection.begin().unwrap();
    for (what, sql, params, wanted) in all() {
        refuses("query within", what, transaction.query(sql, params).map(drop), wanted);
        refuses("execute within", what, transaction.execute(sql, params).map(drop), wanted);
    }
    let ended = passing("REMOTE_BUSY").says("nothing of it was written");
    let constraint = last("CONSTRAINT_FAILED");
    refuses(
        "execute within",
        "a value that is there",
        transaction.execute("INSERT INTO t VALUES (1)", &[]).map(drop),
        constraint,
    );
    refuses("execute within", "an end before", transaction.execute("INSERT INTO t VALUES (9)", &[]).map(drop), ended);
    refuses("query within", "an end before", transaction.query("SELECT 1", &[]).map(drop), ended);
    refuses("commit", "an end before", transaction.commit(), ended);
    refuses("query within", "a commit before", transaction.query("SELECT 1", &[]).map(drop), CLOSED);
    refuses("commit", "a commit before", transaction.commit(), CLOSED);
    refuses("rollback", "a commit before", transaction.rollback(), CLOSED);
    assert_eq!(
        connection.query("SELECT v FROM t", &[]).unwrap().rows,
        [[ONE]],
        "a refused call has changed the {kind}"
    );

    let failing = "SELECT abs(iif(v < 3, v, -9223372036854775807 - 1)) FROM (SELECT 1 AS v UNION ALL SELECT 2 UNION ALL SELECT 3)";
    let cursor = connection.cursor(failing, &[]).unwrap();
    assert_eq!(cursor.next(1).unwrap().1.rows, [[ONE]]);
    // Whoever asks again does not get an end.
    for what in ["a failure midway", "a failure before"] {
        refuses("cursor", what, cursor.next(9).map(drop), SQL.says("overflow"));
    }
    cursor.close().unwrap();
    refuses("cursor", "a close before", cursor.next(9).map(drop), CLOSED);
    let exhausted = connection.cursor("SELECT 1", &[]).unwrap();
    let _ = exhausted.next(9).unwrap();
    // Its end stays the end.
    assert_eq!(exhausted.next(9).unwrap().1.rows.len(), 0);
    exhausted.close().unwrap();
}

/// Another connection holds the file, and the time for waiting is over.
pub fn busy_file(walk: &mut Walk, file: &Options) {
    let [holder, hasty] = [0, 300].map(|timeout_ms| Options { timeout_ms, ..file.clone() }.open().unwrap());
    let transaction = holder.begin().unwrap();
    let busy = passing("REMOTE_BUSY").says("Another writer");
    walk.refuses("execute beside another writer", hasty.execute("DELETE FROM t", &[]), busy);
    walk.refuses("begin beside another writer", hasty.begin(), busy);
    transaction.rollback().unwrap();
    hasty.execute("DELETE FROM t", &[]).unwrap();
    holder.close().unwrap();
    hasty.close().unwrap();
}
