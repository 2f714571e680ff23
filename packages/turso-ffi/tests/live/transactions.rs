//! Transactions, of one call and of several.

use std::time::{Duration, Instant};

use crate::support::connection::{Connection, Options};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::Value;

fn count(connection: &Connection) -> Value {
    connection.value("SELECT count(*) FROM t").unwrap()
}

/// A connection of each kind, with an empty table `t`.
fn each_kind(test: impl Fn(&Connection)) {
    let folder = Folder::new();
    let local = Options::file(&folder.path("local.db"));
    let Some(server) = Server::start() else { return };
    for options in [local, Options::remote(&server.url()), Options::replica(&folder.path("r.db"), &server.url())] {
        let connection = options.open().unwrap();
        connection.execute("DROP TABLE IF EXISTS t", &[]).unwrap();
        connection.execute("CREATE TABLE t (v INTEGER PRIMARY KEY)", &[]).unwrap();
        test(&connection);
        connection.close().unwrap();
    }
}

#[test]
fn a_failed_statement_of_a_batch_is_named() {
    each_kind(|connection| {
        let error = connection
            .batch(&[
                ("INSERT INTO t VALUES (1)", &[]),
                ("INSERT INTO t VALUES (2)", &[]),
                ("INSERT INTO t VALUES (1)", &[]),
            ])
            .unwrap_err();
        assert_eq!(error.code, "CONSTRAINT_FAILED");
        assert!(error.message.starts_with("Statement 3: ") && error.message.contains("t.v"), "{}", error.message);
        let error = connection.batch(&[("INSERT INTO t VALUES (1)", &[]), ("SELEC 1", &[])]).unwrap_err();
        assert_eq!(error.code, "SQL_FAILED");
        assert!(error.message.starts_with("Statement 2: "), "{}", error.message);
        let error = connection.batch(&[("INSERT INTO t VALUES (?)", &[])]).unwrap_err();
        assert_eq!(error.code, "USAGE");
        assert!(error.message.starts_with("Statement 1: "), "{}", error.message);
        assert_eq!(count(connection), Value::Int(0));
        assert_eq!(connection.batch(&[]).unwrap().rows, 0);
    });
}

#[test]
fn a_batch_cannot_end_its_own_transaction() {
    each_kind(|connection| {
        for word in ["COMMIT", "END", "ROLLBACK", "BEGIN", "/* a */ commit -- b", ";;\n-- a\nEnd transaction"] {
            let error = connection.batch(&[("INSERT INTO t VALUES (1)", &[]), (word, &[])]).unwrap_err();
            assert_eq!(error.code, "USAGE", "{word}");
            assert_eq!(connection.execute(word, &[]).unwrap_err().code, "USAGE", "{word}");
            assert_eq!(connection.query(word, &[]).unwrap_err().code, "USAGE", "{word}");
        }
        assert_eq!(connection.execute("SAVEPOINT a", &[]).unwrap_err().code, "USAGE");
        assert_eq!(count(connection), Value::Int(0));
        connection
            .batch(&[
                ("SAVEPOINT a", &[]),
                ("INSERT INTO t VALUES (1)", &[]),
                ("ROLLBACK TO a", &[]),
                ("INSERT INTO t VALUES (2)", &[]),
                ("RELEASE a", &[]),
            ])
            .unwrap();
        assert_eq!(connection.value("SELECT v FROM t").unwrap(), Value::Int(2));
    });
}

#[test]
fn one_call_takes_one_statement() {
    each_kind(|connection| {
        let two = "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)";
        for sql in [two, "", " ", "-- nothing", ";"] {
            assert_eq!(connection.execute(sql, &[]).unwrap_err().code, "SQL_FAILED", "{sql:?}");
        }
        assert_eq!(connection.query("SELECT 1; SELECT 2", &[]).unwrap_err().code, "SQL_FAILED");
        assert_eq!(connection.execute("ATTACH 'x' AS y", &[]).unwrap_err().code, "SQL_FAILED");
        assert_eq!(count(connection), Value::Int(0));
        connection.execute("INSERT INTO t VALUES (3) ; -- that was it", &[]).unwrap();
        connection.execute("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT ';'; END;", &[]).unwrap();
        assert_eq!(connection.value("SELECT ';' /* ; */;").unwrap(), Value::from(";"));
        assert_eq!(count(connection), Value::Int(1));
    });
}

#[test]
fn the_number_of_parameters_must_fit() {
    each_kind(|connection| {
        let two = [Value::Int(1), Value::Int(2)];
        assert_eq!(connection.execute("INSERT INTO t VALUES (?)", &two).unwrap_err().code, "USAGE");
        assert_eq!(connection.execute("INSERT INTO t VALUES (?)", &[]).unwrap_err().code, "USAGE");
        assert_eq!(connection.query("SELECT ?, ?", &two[..1]).unwrap_err().code, "USAGE");
        assert_eq!(connection.query("SELECT 1", &two).unwrap_err().code, "USAGE");
    });
}

#[test]
fn rows_that_are_returned_come_by_a_transaction() {
    each_kind(|connection| {
        let transaction = connection.begin().unwrap();
        let rows = transaction.query("INSERT INTO t VALUES (?), (?) RETURNING v", &[Value::Int(1), Value::Int(2)]);
        assert_eq!(rows.unwrap().rows, [[Value::Int(1)], [Value::Int(2)]]);
        transaction.execute("SAVEPOINT a", &[]).unwrap();
        transaction.execute("INSERT INTO t VALUES (3)", &[]).unwrap();
        transaction.execute("ROLLBACK TO a", &[]).unwrap();
        assert_eq!(transaction.execute("COMMIT", &[]).unwrap_err().code, "USAGE");
        transaction.commit().unwrap();
        assert_eq!(count(connection), Value::Int(2));
        assert_eq!(transaction.commit().unwrap_err().code, "CONNECTION_CLOSED");
        assert_eq!(connection.query("INSERT INTO t VALUES (9) RETURNING v", &[]).unwrap_err().code, "USAGE");
        assert_eq!(count(connection), Value::Int(2));
    });
}

#[test]
fn a_commit_that_a_constraint_refuses_leaves_nothing() {
    each_kind(|connection| {
        connection.execute("DROP TABLE IF EXISTS c", &[]).unwrap();
        connection.execute("CREATE TABLE c (t REFERENCES t DEFERRABLE INITIALLY DEFERRED)", &[]).unwrap();
        let transaction = connection.begin().unwrap();
        transaction.execute("INSERT INTO c VALUES (1)", &[]).unwrap();
        assert_eq!(transaction.commit().unwrap_err().code, "CONSTRAINT_FAILED");
        assert_eq!(connection.value("SELECT count(*) FROM c").unwrap(), Value::Int(0));
        let error = connection.batch(&[("INSERT INTO t VALUES (1)", &[]), ("INSERT INTO c VALUES (2)", &[])]);
        assert_eq!(error.unwrap_err().code, "CONSTRAINT_FAILED");
        assert_eq!(count(connection), Value::Int(0));
        // Nothing of it is in the way.
        connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
        connection.execute("DROP TABLE c", &[]).unwrap();
    });
}

#[test]
fn a_transaction_that_the_server_gave_to_another_writes_nothing_more() {
    let Some(server) = Server::start() else { return };
    let (a, b) = (Options::remote(&server.url()).open().unwrap(), Options::remote(&server.url()).open().unwrap());
    a.execute("CREATE TABLE t (v)", &[]).unwrap();
    let transaction = a.begin().unwrap();
    transaction.execute("INSERT INTO t VALUES ('a')", &[]).unwrap();
    // Waits until the server ends the other one, which takes it some seconds.
    b.execute("INSERT INTO t VALUES ('b')", &[]).unwrap();
    for _ in 0..2 {
        let error = transaction.execute("INSERT INTO t VALUES ('late')", &[]).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_BUSY", true));
        assert_eq!(transaction.query("SELECT 1", &[]).unwrap_err().code, "REMOTE_BUSY");
    }
    assert_eq!(transaction.commit().unwrap_err().code, "REMOTE_BUSY");
    assert_eq!(b.value("SELECT group_concat(v) FROM t").unwrap(), Value::from("b"));
    a.close().unwrap();
    b.close().unwrap();
}

#[test]
fn a_transaction_that_was_idle_for_too_long_is_over() {
    let Some(server) = Server::start() else { return };
    let connection = Options::remote(&server.url()).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let transaction = connection.begin().unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    std::thread::sleep(Duration::from_millis(11_500));
    assert_eq!(transaction.execute("INSERT INTO t VALUES (2)", &[]).unwrap_err().code, "REMOTE_BUSY");
    assert_eq!(transaction.commit().unwrap_err().code, "REMOTE_BUSY");
    // To be rid of it is what it is.
    let other = connection.begin().unwrap();
    std::thread::sleep(Duration::from_millis(11_500));
    other.rollback().unwrap();
    assert_eq!(count(&connection), Value::Int(0));
    connection.close().unwrap();
}

#[test]
fn a_lost_answer_ends_a_transaction_and_writes_nothing() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let connection = Options::remote(&proxy.url()).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let transaction = connection.begin().unwrap();
    proxy.strike("INSERT INTO t", Fate::AnswerLost);
    let error = transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", true));
    assert_eq!(error.hint, "Nothing of the transaction was written. Run all of it again.");
    proxy.spare();
    assert_eq!(transaction.execute("INSERT INTO t VALUES (2)", &[]).unwrap_err().code, "REMOTE_BUSY");
    assert_eq!(transaction.commit().unwrap_err().code, "REMOTE_BUSY");

    let transaction = connection.begin().unwrap();
    transaction.execute("INSERT INTO t VALUES (3)", &[]).unwrap();
    proxy.strike("COMMIT", Fate::AnswerLost);
    let error = transaction.commit().unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", false));
    assert!(error.message.contains("committed or not"), "{}", error.message);
    proxy.spare();
    assert_eq!(connection.value("SELECT v FROM t").unwrap(), Value::Int(3));
    connection.close().unwrap();
}

#[test]
fn writers_of_one_file_wait_for_each_other() {
    let folder = Folder::new();
    let options = Options { timeout_ms: 300, ..Options::file(&folder.path("l.db")) };
    let connection = options.open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let transaction = connection.begin().unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    let started = Instant::now();
    let error = connection.execute("INSERT INTO t VALUES (2)", &[]).unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_BUSY", true));
    assert!(started.elapsed() >= Duration::from_millis(250), "{:?}", started.elapsed());
    assert_eq!(count(&connection), Value::Int(0));
    transaction.commit().unwrap();
    connection.execute("INSERT INTO t VALUES (2)", &[]).unwrap();
    assert_eq!(count(&connection), Value::Int(2));
    connection.close().unwrap();
}
