//! Prepared statements and cursors.

use crate::support::connection::{Connection, Options, OFF};
use crate::support::folder::Folder;
use crate::support::server::Server;
use crate::support::value::Value;

/// A connection of each kind, with a table `t` of a thousand rows, and the server that is its own if it has one.
fn each_kind(test: impl Fn(&Connection)) {
    let folder = Folder::new();
    let local = Options::file(&folder.path("local.db"));
    let Some(server) = Server::start() else { return };
    for options in [local, Options::remote(&server.url()), Options::replica(&folder.path("r.db"), &server.url())] {
        let connection = options.open().unwrap();
        connection.execute("DROP TABLE IF EXISTS t", &[]).unwrap();
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        let rows: Vec<_> = (0..1000).map(|row| vec![Value::Int(row)]).collect();
        connection.insert("t", &["v"], &rows).unwrap();
        test(&connection);
        connection.close().unwrap();
    }
}

#[test]
fn parameters_of_every_syntax_mean_the_same_everywhere() {
    let rows = |texts: &[&str]| -> Vec<Vec<Value>> { vec![texts.iter().map(|text| Value::from(*text)).collect()] };
    let params = [Value::from("one"), Value::from("two"), Value::from("three")];
    each_kind(|connection| {
        for (sql, wanted) in [
            ("SELECT :a, @a, $a", ["one", "two", "three"]),
            ("SELECT $c AS z, :b AS y, $c || @a AS x -- :d", ["one", "two", "onethree"]),
            ("SELECT ?2 AS z, :c AS y, ?1 AS x", ["two", "three", "one"]),
            ("SELECT :a AS z, ? AS y, ?3 AS x", ["one", "two", "three"]),
        ] {
            let transaction = connection.begin().unwrap();
            let statement = connection.prepare(sql).unwrap();
            for found in [
                connection.query(sql, &params),
                connection.returning(sql, &params).map(|executed| executed.returned),
                transaction.query(sql, &params),
                statement.query(&params),
            ] {
                assert_eq!(found.unwrap().rows, rows(&wanted), "{sql}");
            }
            assert_eq!(connection.query(sql, &params[..2]).unwrap_err().code, "USAGE");
            assert_eq!(connection.execute(sql, &params[..2]).unwrap_err().code, "USAGE");
            statement.close().unwrap();
            transaction.rollback().unwrap();
        }
        assert_eq!(connection.query("SELECT :a", &params[..1]).unwrap().columns, [":a"]);
        let values = [Value::Int(3000), Value::Int(3001)];
        connection.batch(&[("INSERT INTO t VALUES (:v), (@v)", &values)]).unwrap();
        assert_eq!(connection.value("SELECT count(*) FROM t WHERE v >= 3000").unwrap(), Value::Int(2));
    });
}

#[test]
fn only_inserts_tell_a_rowid() {
    each_kind(|connection| {
        for (sql, rows, last_rowid) in [
            ("WITH s AS (SELECT 5000) INSERT INTO t (rowid) SELECT * FROM s", 1, 5000),
            ("UPDATE t SET v = 1 WHERE rowid = 5000", 1, 0),
            ("INSERT OR IGNORE INTO t (rowid) VALUES (5000)", 0, 0),
            ("REPLACE INTO t (rowid) VALUES (-6) RETURNING v", 1, -6),
            ("DELETE FROM t WHERE rowid = -6 RETURNING v", 1, 0),
        ] {
            let changes = connection.returning(sql, &[]).unwrap().changes;
            assert_eq!((changes.rows, changes.last_rowid), (rows, last_rowid), "{sql}");
        }
    });
}

#[test]
fn a_statement_is_run_often() {
    each_kind(|connection| {
        let insert = connection.prepare("INSERT INTO t VALUES (?)").unwrap();
        let select = connection.prepare("SELECT count(*) FROM t WHERE v >= ?").unwrap();
        for n in 1..=5 {
            assert_eq!(insert.execute(&[Value::Int(2000)]).unwrap().rows, 1);
            assert_eq!(select.query(&[Value::Int(2000)]).unwrap().rows, [[Value::Int(n)]]);
        }
        assert_eq!(select.query(&[]).unwrap_err().code, "USAGE");
        assert_eq!(insert.query(&[Value::Int(1)]).unwrap_err().code, "USAGE");
        insert.close().unwrap();
        assert_eq!(insert.execute(&[Value::Int(1)]).unwrap_err().code, "CONNECTION_CLOSED");
    });
}

#[test]
fn a_statement_outlives_a_change_of_the_schema() {
    each_kind(|connection| {
        let select = connection.prepare("SELECT * FROM t WHERE v = 1").unwrap();
        assert_eq!(select.query(&[]).unwrap().columns, ["v"]);
        connection.execute("ALTER TABLE t ADD COLUMN w DEFAULT 7", &[]).unwrap();
        let rows = select.query(&[]).unwrap();
        assert_eq!((rows.columns.len(), rows.rows), (2, vec![vec![Value::Int(1), Value::Int(7)]]));
        connection.execute("DROP TABLE t", &[]).unwrap();
        assert_eq!(select.query(&[]).unwrap_err().code, "SQL_FAILED");
    });
}

#[test]
fn a_statement_that_does_not_compile_is_refused_at_once() {
    each_kind(|connection| {
        for sql in ["SELEC 1", "SELECT * FROM nowhere", "INSERT INTO nowhere VALUES (1)", ""] {
            assert_eq!(connection.prepare(sql).unwrap_err().code, "SQL_FAILED", "{sql}");
        }
        assert_eq!(connection.prepare("BEGIN").unwrap_err().code, "USAGE");
        // What a statement holds may be nobody else's business.
        let error = connection.query("SELECT 'sesame' FROM", &[]).unwrap_err();
        assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
    });
}

#[test]
fn a_table_that_the_replica_does_not_have_yet_can_be_written_to() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    let options = Options { auto_sync: OFF, ..Options::replica(&folder.path("r.db"), &server.url()) };
    let connection = options.open().unwrap();
    server.run("CREATE TABLE new (v)");
    let insert = connection.prepare("INSERT INTO new VALUES (?)").unwrap();
    assert_eq!(insert.execute(&[Value::Int(1)]).unwrap().rows, 1);
    connection.sync().unwrap();
    assert_eq!(connection.value("SELECT v FROM new").unwrap(), Value::Int(1));
    connection.close().unwrap();
}

#[test]
fn all_rows_of_a_cursor_are_of_one_state() {
    each_kind(|connection| {
        let cursor = connection.cursor("SELECT v FROM t ORDER BY v", &[]).unwrap();
        let (more, first) = cursor.next(10).unwrap();
        assert_eq!((more, first.rows.len()), (true, 10));
        connection.execute("DELETE FROM t WHERE v > 500", &[]).unwrap();
        connection.execute("INSERT INTO t VALUES (5000)", &[]).unwrap();
        let (mut rows, mut more) = (first.rows, true);
        while more {
            let page = cursor.next(333).unwrap();
            rows.extend(page.1.rows);
            more = page.0;
        }
        cursor.close().unwrap();
        assert_eq!(rows, (0..1000).map(|v| vec![Value::Int(v)]).collect::<Vec<_>>());
        assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(502));
    });
}

#[test]
fn a_cursor_refuses_what_a_query_refuses() {
    each_kind(|connection| {
        assert_eq!(connection.cursor("DELETE FROM t", &[]).unwrap_err().code, "USAGE");
        assert_eq!(connection.cursor("SELECT * FROM nowhere", &[]).unwrap_err().code, "SQL_FAILED");
        assert_eq!(connection.cursor("SELECT ?", &[]).unwrap_err().code, "USAGE");
        assert_eq!(connection.cursor("SELECT 1", &[]).unwrap().next(0).unwrap_err().code, "USAGE");
        let failing = connection.cursor("SELECT abs(iif(v < 500, v, -9223372036854775808)) FROM t", &[]);
        let error = failing.and_then(|cursor| cursor.next(1000)).unwrap_err();
        assert_eq!(error.code, "SQL_FAILED");
        assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(1000));
    });
}

#[test]
fn many_cursors_may_be_opened_and_left() {
    each_kind(|connection| {
        for _ in 0..300 {
            let cursor = connection.cursor("SELECT v FROM t", &[]).unwrap();
            cursor.next(1).unwrap();
            cursor.close().unwrap();
        }
        assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(1000));
    });
}
