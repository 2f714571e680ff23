//! Events and times of calls.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use crate::support::connection::{Connection, Event, Options};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::Value;

/// The next event of this kind.
fn next(connection: &Connection, kind: &str) -> Event {
    loop {
        let event = connection.next_event().unwrap();
        if event.kind == kind {
            return event;
        }
    }
}

fn text<'e>(event: &'e Event, name: &str) -> &'e str {
    let Value::Text(text) = &event.fields[name] else { panic!("{name} of {event:?}") };
    std::str::from_utf8(text).unwrap()
}

fn is_a_time(event: &Event, name: &str) {
    let Value::Real(time) = event.fields[name] else { panic!("{name} of {event:?}") };
    assert!(time >= 0.0, "{event:?}");
}

#[test]
fn syncs_retries_and_rebuilds_are_told_in_their_order() {
    let Some(server) = Server::start() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let options = Options::replica(&folder.path("r.db"), &proxy.url());
    let connection = options.open().unwrap();
    let other = options.open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    // The syncs of both openings, and the one after the write.
    for frames in [Value::Int(0), Value::Int(0)] {
        assert_eq!(next(&connection, "sync").fields["frames"], frames);
    }
    let synced = next(&connection, "sync");
    assert_ne!(synced.fields["frames"], Value::Int(0));
    is_a_time(&synced, "duration_ms");
    let stats = connection.stats().unwrap();
    assert_eq!(synced.fields["frame_no"], Value::Int(stats["frame_no"]));

    // A request that is sent again, and a call that is made again.
    let busy = b"429 Busy\r\ncontent-length: 0\r\n\r\n";
    for (fate, code) in [(Fate::Answered(busy, 1), "REMOTE_BUSY"), (Fate::Refused(500, 1), "REMOTE_FAILED")] {
        proxy.strike("POST /wal_log", fate);
        connection.sync().unwrap();
        let retry = next(&connection, "retry");
        assert_eq!(text(&retry, "code"), code);
        assert!(text(&retry, "message").contains("127.0.0.1"), "{retry:?}");
        is_a_time(&retry, "pause_ms");
        next(&connection, "sync");
    }

    // Who shares the replica is told, too.
    std::fs::write(Path::new(&options.db_path), "").unwrap();
    other.sync().unwrap();
    for connection in [connection, other] {
        assert_eq!(text(&next(&connection, "rebuild"), "reason"), "another program has changed its files");
        next(&connection, "sync");
        connection.close().unwrap();
    }
    // What was found as it was opened.
    std::fs::write(Path::new(&options.db_path), "").unwrap();
    let connection = options.open().unwrap();
    assert!(text(&next(&connection, "rebuild"), "reason").contains("changed"));
    connection.close().unwrap();
}

#[test]
fn slow_statements_are_told_without_their_values() {
    let folder = Folder::new();
    let connection = Options { slow_statement_ms: 1, ..Options::file(&folder.path("f.db")) }.open().unwrap();
    let slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) ";
    let bound = [Value::Text(b"sesame".to_vec())];
    connection.query(&format!("{slow} SELECT count(*), 'sesame', ? FROM n"), &bound).unwrap();
    let event = next(&connection, "slow");
    assert!(text(&event, "sql").ends_with("SELECT count(*), ?, ? FROM n"), "{event:?}");
    is_a_time(&event, "duration_ms");
    // Also if it fails, and within a transaction; a long one is cut.
    connection.execute("CREATE TABLE t (v NOT NULL)", &[]).unwrap();
    let insert = format!("INSERT INTO t {slow} SELECT iif(count(*) > 7, NULL, 'sesame') FROM n");
    connection.execute(&insert, &[]).unwrap_err();
    let transaction = connection.begin().unwrap();
    transaction.query(&format!("{slow} SELECT count(*) AS {} FROM n", "é".repeat(2000)), &[]).unwrap();
    transaction.rollback().unwrap();
    loop {
        let event = next(&connection, "slow");
        assert!(!text(&event, "sql").contains("sesame"), "{event:?}");
        assert!(text(&event, "sql").len() <= 1003, "{event:?}");
        if text(&event, "sql").ends_with("é…") {
            break;
        }
    }
    connection.close().unwrap();
    assert_eq!(connection.next_event().unwrap_err().code, "CONNECTION_CLOSED");
}

#[test]
fn a_callback_may_call_everything_and_close_its_own_connection() {
    let Some(server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    let folder = Folder::new();
    let options = Options::replica(&folder.path("r.db"), &server.url());
    let connection = options.open().unwrap();
    let (told, tells) = mpsc::sync_channel(1000);
    let listener = move |event: Event| {
        let rows = connection.value("SELECT count(*) FROM t").unwrap();
        if rows == Value::Int(2) {
            connection.close().unwrap();
        } else {
            connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
        }
        told.send((event.kind, rows)).unwrap();
    };
    connection.on_event(Some(Box::new(listener))).unwrap();
    for rows in 0..3 {
        let told = tells.recv_timeout(Duration::from_secs(60)).unwrap();
        assert_eq!(told, ("sync".into(), Value::Int(rows)));
    }
    assert_eq!(connection.sync().unwrap_err().code, "CONNECTION_CLOSED");
}

#[test]
fn a_callback_is_not_called_once_it_is_replaced_or_its_connection_closed() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new();
    let connection = Options::replica(&folder.path("r.db"), &server.url()).open().unwrap();
    let (told, tells) = mpsc::channel();
    let listener = |name: &'static str| {
        let told = told.clone();
        Box::new(move |_: Event| {
            // It is waited for.
            std::thread::sleep(Duration::from_millis(50));
            told.send(name).unwrap();
        })
    };
    for name in ["first", "second"] {
        connection.on_event(Some(listener(name))).unwrap();
        connection.sync().unwrap();
        while tells.recv_timeout(Duration::from_secs(60)).unwrap() != name {}
        connection.sync().unwrap();
    }
    connection.on_event(None).unwrap();
    while tells.try_recv().is_ok() {}
    connection.sync().unwrap();
    assert_eq!(next(&connection, "sync").fields["frames"], Value::Int(0));
    connection.on_event(Some(listener("third"))).unwrap();
    connection.sync().unwrap();
    let waiting = std::thread::spawn(move || connection.next_event());
    connection.close().unwrap();
    while tells.try_recv().is_ok() {}
    // It may have got the event, or have waited until the end.
    let _ = waiting.join().unwrap();
    drop(told);
    assert!(tells.try_recv().is_err());
}

#[test]
fn times_of_reads_writes_and_syncs_are_in_the_statistics() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new();
    let connection = Options::replica(&folder.path("r.db"), &server.url()).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    connection.batch(&[("INSERT INTO t VALUES (1)", &[])]).unwrap();
    connection.insert("t", &["v"], &[vec![Value::Int(1)]]).unwrap();
    let transaction = connection.begin().unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    transaction.commit().unwrap();
    connection.execute("INSERT INTO nowhere VALUES (1)", &[]).unwrap_err();
    for _ in 0..100 {
        connection.value("SELECT count(*) FROM t").unwrap();
    }
    let cursor = connection.cursor("SELECT v FROM t", &[]).unwrap();
    cursor.close().unwrap();
    let stats = connection.stats().unwrap();
    for (kind, count) in [("reads", 101), ("writes", 4), ("syncs", stats["syncs"])] {
        let stat = |name: &str| stats[&format!("latency_{kind}_{name}")];
        assert_eq!(stat("count"), count, "{kind}");
        assert!(stat("p50_us") <= stat("p95_us") && stat("p95_us") <= stat("max_us"), "{stats:?}");
        assert!(stat("max_us") > 0, "{stats:?}");
    }
    connection.close().unwrap();
}
