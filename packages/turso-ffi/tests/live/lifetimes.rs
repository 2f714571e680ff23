//! Ids, and what is left of a connection when it is closed.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::support::connection::{Connection, Cursor, Options, Statement, Transaction};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::{Rows, Value};

/// A query that would take minutes.
const ENDLESS: &str = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n";

/// One whose first row comes at once.
const ENDLESS_AFTER_A_ROW: &str =
    "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT 1 UNION ALL SELECT count(*) FROM n";

fn file(folder: &Folder) -> Options {
    Options::file(&folder.path("local.db"))
}

#[test]
fn ids_are_never_used_again() {
    let folder = Folder::new();
    let mut seen = HashSet::new();
    for _ in 0..200 {
        let connection = file(&folder).open().unwrap();
        let statement = connection.prepare("SELECT 1").unwrap();
        let cursor = connection.cursor("SELECT 1", &[]).unwrap();
        let transaction = connection.begin().unwrap();
        for id in [connection.id, statement.id, cursor.id, transaction.id] {
            assert!(id > 0 && seen.insert(id), "{id} came twice");
        }
        transaction.rollback().unwrap();
        connection.close().unwrap();
    }
}

#[test]
fn what_is_closed_stays_closed() {
    let folder = Folder::new();
    let connection = file(&folder).open().unwrap();
    let statement = connection.prepare("SELECT 1").unwrap();
    let cursor = connection.cursor("SELECT 1", &[]).unwrap();
    let transaction = connection.begin().unwrap();
    connection.close().unwrap();
    // Another one does not take its place.
    let other = file(&folder).open().unwrap();
    let closed = |outcome: Result<(), crate::support::value::Error>| {
        let error = outcome.unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("CONNECTION_CLOSED", false));
    };
    closed(connection.close());
    closed(connection.query("SELECT 1", &[]).map(drop));
    closed(connection.execute("SELECT 1", &[]).map(drop));
    closed(connection.batch(&[]).map(drop));
    closed(connection.insert("t", &["v"], &[]).map(drop));
    closed(connection.sync().map(drop));
    closed(connection.stats().map(drop));
    closed(connection.set_auto_sync(0, 0));
    closed(connection.prepare("SELECT 1").map(drop));
    closed(connection.cursor("SELECT 1", &[]).map(drop));
    closed(connection.begin().map(drop));
    closed(statement.query(&[]).map(drop));
    closed(statement.execute(&[]).map(drop));
    closed(statement.close());
    closed(cursor.next(1).map(drop));
    closed(cursor.close());
    closed(transaction.query("SELECT 1", &[]).map(drop));
    closed(transaction.commit());
    closed(transaction.rollback());
    for id in [0, -1, i64::MAX, i64::MIN] {
        closed(Connection { id }.query("SELECT 1", &[]).map(drop));
        closed(Statement { id }.query(&[]).map(drop));
        closed(Cursor { id }.next(1).map(drop));
        closed(Transaction { id }.commit());
    }
    // An id of one kind is none of another.
    closed(Statement { id: other.id }.query(&[]).map(drop));
    other.close().unwrap();
}

fn is_ended_by_close(connection: Connection, work: impl FnOnce() -> Result<Rows, crate::support::value::Error> + Send) {
    std::thread::scope(|scope| {
        let working = scope.spawn(work);
        std::thread::sleep(Duration::from_millis(200));
        assert!(!working.is_finished(), "it ended by itself");
        let started = Instant::now();
        connection.close().unwrap();
        assert_eq!(working.join().unwrap().unwrap_err().code, "CONNECTION_CLOSED");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    });
}

#[test]
fn closing_ends_a_query_of_a_file() {
    let folder = Folder::new();
    let connection = file(&folder).open().unwrap();
    is_ended_by_close(connection, || connection.query(ENDLESS, &[]));
}

#[test]
fn closing_ends_a_query_of_a_replica_and_of_its_cursor() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    let options = Options::replica(&folder.path("replica.db"), &server.url());
    let connection = options.open().unwrap();
    is_ended_by_close(connection, || connection.query(ENDLESS, &[]));
    // Nothing is held on to.
    let connection = options.open().unwrap();
    is_ended_by_close(connection, || connection.cursor(ENDLESS, &[]).and_then(|it| it.next(1)).map(|(_, rows)| rows));
    let connection = options.open().unwrap();
    let cursor = connection.cursor(ENDLESS_AFTER_A_ROW, &[]).unwrap();
    is_ended_by_close(connection, || cursor.next(2).map(|(_, rows)| rows));
    options.open().unwrap().close().unwrap();
}

#[test]
fn a_query_of_a_file_that_takes_too_long_ends_in_time() {
    let folder = Folder::new();
    let connection = Options { timeout_ms: 300, ..file(&folder) }.open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let transaction = connection.begin().unwrap();
    let cursor = connection.cursor(ENDLESS_AFTER_A_ROW, &[]).unwrap();
    std::thread::sleep(Duration::from_millis(400));
    let in_time = |work: &dyn Fn() -> Result<(), crate::support::value::Error>| {
        let started = Instant::now();
        let error = work().unwrap_err();
        assert_eq!(error.code, "SQL_FAILED");
        assert!(error.hint.contains("timeout_ms"), "{}", error.hint);
        assert!(started.elapsed() < Duration::from_millis(5300), "{:?}", started.elapsed());
    };
    in_time(&|| connection.query(ENDLESS, &[]).map(drop));
    in_time(&|| connection.cursor(ENDLESS, &[]).map(drop));
    in_time(&|| cursor.next(2).map(drop));
    in_time(&|| transaction.execute(&format!("INSERT INTO t {ENDLESS}"), &[]).map(drop));
    // SQLite rolls back as a whole what it is made to leave in the middle.
    assert_eq!(transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err().code, "REMOTE_BUSY");
    assert_eq!(transaction.commit().unwrap_err().code, "REMOTE_BUSY");
    assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(0));
    connection.close().unwrap();
}

#[test]
fn closing_one_connection_leaves_the_others_of_its_replica_alone() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    let options = Options::replica(&folder.path("replica.db"), &server.url());
    let (a, b) = (options.open().unwrap(), options.open().unwrap());
    let sql =
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3000000) SELECT count(*) FROM n";
    let reading = std::thread::spawn(move || b.value(sql));
    std::thread::sleep(Duration::from_millis(50));
    a.close().unwrap();
    assert_eq!(reading.join().unwrap().unwrap(), Value::Int(3_000_000));
    b.close().unwrap();
}

#[test]
fn closing_ends_what_waits_for_the_server() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let connection = Options::remote(&proxy.url()).open().unwrap();
    connection.query("SELECT 1", &[]).unwrap();
    proxy.strike("POST /v3-protobuf/pipeline", Fate::Silence);
    is_ended_by_close(connection, || connection.query("SELECT 1", &[]));

    proxy.spare();
    let connection = Options::remote(&proxy.url()).open().unwrap();
    proxy.strike("POST /v3-protobuf/pipeline", Fate::Silence);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| connection.execute("CREATE TABLE t (v)", &[]));
        std::thread::sleep(Duration::from_millis(200));
        connection.close().unwrap();
        let error = writing.join().unwrap().unwrap_err();
        assert_eq!(error.code, "CONNECTION_CLOSED");
        assert!(error.hint.contains("committed or not"), "{}", error.hint);
    });
}

#[test]
fn closing_rolls_back_what_is_open() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    for options in [Options::remote(&server.url()), Options::replica(&folder.path("replica.db"), &server.url())] {
        let connection = options.open().unwrap();
        connection.begin().unwrap().execute("INSERT INTO t VALUES (1)", &[]).unwrap();
        connection.close().unwrap();
        let started = Instant::now();
        let connection = options.open().unwrap();
        assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(0));
        connection.execute("DELETE FROM t", &[]).unwrap();
        assert!(started.elapsed() < Duration::from_secs(5), "the transaction was still open: {:?}", started.elapsed());
        connection.close().unwrap();
    }
}

#[test]
fn statements_and_cursors_are_counted_and_go_with_their_connection() {
    let folder = Folder::new();
    let connection = file(&folder).open().unwrap();
    let statement = connection.prepare("SELECT 1").unwrap();
    let cursor = connection.cursor("SELECT 1", &[]).unwrap();
    let open = || {
        let stats = connection.stats().unwrap();
        (stats["open_statements"], stats["open_cursors"])
    };
    assert_eq!(open(), (1, 1));
    statement.close().unwrap();
    cursor.close().unwrap();
    assert_eq!(open(), (0, 0));
    assert_eq!(statement.query(&[]).unwrap_err().code, "CONNECTION_CLOSED");
    assert_eq!(connection.value("SELECT 1").unwrap(), Value::Int(1));
    connection.close().unwrap();
}

/// The system of this machine may not know such names.
#[test]
fn a_host_below_localhost_is_this_machine() {
    let Some(server) = Server::start() else { return };
    let url = server.url().replace("127.0.0.1", "db.localhost");
    let connection = Options::remote(&url).open().unwrap();
    assert_eq!(connection.value("SELECT 1").unwrap(), Value::Int(1));
    connection.close().unwrap();
}
