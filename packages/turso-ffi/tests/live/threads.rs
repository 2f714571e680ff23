//! Many threads at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::connection::Options;
use crate::support::folder::Folder;
use crate::support::server::Server;
use crate::support::value::Value;

const THREADS: i64 = 16;
const WRITES: i64 = 20;

#[test]
fn sixteen_threads_write_and_read_on_one_connection() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    for options in [
        Options::replica(&folder.path("replica.db"), &server.url()),
        Options::remote(&server.url()),
        Options::file(&folder.path("local.db")),
    ] {
        let connection = options.open().unwrap();
        connection.execute("DROP TABLE IF EXISTS t", &[]).unwrap();
        connection.execute("CREATE TABLE t (thread, n)", &[]).unwrap();
        let prepared = connection.prepare("SELECT count(*) FROM t WHERE thread = ?").unwrap();
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    for n in 0..WRITES {
                        connection
                            .execute("INSERT INTO t VALUES (?, ?)", &[Value::Int(thread), Value::Int(n)])
                            .unwrap();
                        // Each sees its own writes at once, whoever's sync it was that brought them.
                        let rows = prepared.query(&[Value::Int(thread)]).unwrap().rows;
                        assert_eq!(rows, [[Value::Int(n + 1)]]);
                    }
                });
            }
        });
        assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(THREADS * WRITES));
        connection.close().unwrap();
    }
}

#[test]
fn many_writers_at_once_are_all_served() {
    let Some(server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    let url = server.url();
    let patient = || Options { timeout_ms: 90_000, ..Options::remote(&url) };
    let insert = "INSERT INTO t VALUES (1)";
    let connection = patient().open().unwrap();

    let transaction = connection.begin().unwrap();
    std::thread::scope(|scope| {
        let write = || connection.execute(insert, &[]).unwrap();
        (0..40).for_each(|_| _ = scope.spawn(write));
        // The server holds up the others until it is over.
        transaction.execute(insert, &[]).unwrap();
        transaction.commit().unwrap();
        (0..400).for_each(|_| _ = scope.spawn(write));
    });
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(move || {
                let transaction = connection.begin().unwrap();
                transaction.execute(insert, &[]).unwrap();
                transaction.commit().unwrap();
            });
        }
        // More than the server serves at once.
        for _ in 0..150 {
            scope.spawn(|| {
                let own = patient().open().unwrap();
                own.execute(insert, &[]).unwrap();
                own.close().unwrap();
            });
        }
    });
    assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(631));
    connection.close().unwrap();
}

#[test]
fn connections_come_and_go_while_others_work() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    let done = AtomicBool::new(false);
    let options = Options::replica(&folder.path("replica.db"), &server.url());
    let steady = options.open().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let connection = options.open().unwrap();
                    connection.value("SELECT count(*) FROM t").unwrap();
                    connection.close().unwrap();
                }
            });
        }
        for n in 1..=50 {
            steady.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
            assert_eq!(steady.value("SELECT count(*) FROM t").unwrap(), Value::Int(n));
        }
        done.store(true, Ordering::SeqCst);
    });
    steady.close().unwrap();
}

#[test]
fn no_connection_waits_for_the_network_of_another() {
    let folder = Folder::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}", silent.local_addr().unwrap().port());
    let waiting = std::thread::spawn(move || Options { timeout_ms: 8000, ..Options::remote(&url) }.open());
    std::thread::sleep(std::time::Duration::from_millis(100));
    let started = std::time::Instant::now();
    let connection = Options::file(&folder.path("local.db")).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    connection.close().unwrap();
    assert!(started.elapsed() < std::time::Duration::from_secs(5) && !waiting.is_finished());
    assert_eq!(waiting.join().unwrap().unwrap_err().code, "REMOTE_UNREACHABLE");
}
