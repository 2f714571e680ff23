//! Figures for the comparison of ways to work: one line of JSON, all times in seconds.
//!
//!     cargo run --release --target-dir ../../target -- insert|batch|follow URL DIRECTORY
//!
//! The table is made where it is missing; DIRECTORY is an empty one, for the replicas.

#![allow(dead_code)]

#[path = "../../../tests/live/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use support::connection::{Connection, Options, INTERVAL};
use support::value::Value;

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS events(id INTEGER PRIMARY KEY, contact INTEGER, kind TEXT, at TEXT, amount REAL)";
const INSERT: &str = "INSERT INTO events(contact, kind, at, amount) VALUES (?, ?, ?, ?)";
const COLUMNS: [&str; 4] = ["contact", "kind", "at", "amount"];

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [figure, url, directory] = &arguments[..] else {
        panic!("give insert, batch or follow, a URL and a directory")
    };
    let directory = Path::new(directory);
    let connection = Options::replica(&directory.join("ours.db"), url).open().unwrap();
    connection.execute(TABLE, &[]).unwrap();
    println!(
        "{}",
        match figure.as_str() {
            "insert" => insert(&connection),
            "batch" => batch(&connection, url, directory),
            "follow" => follow(&connection, url, directory),
            other => panic!("there is no figure {other}"),
        }
    );
    connection.close().unwrap();
}

/// Single inserts, each of them synced when the call returns.
fn insert(connection: &Connection) -> String {
    let requests = || connection.stats().unwrap()["requests"];
    let before = requests();
    let ours = times(100, |n| _ = connection.execute(INSERT, &row(n)).unwrap());
    let each = (requests() - before) as f64 / 100.0;
    format!(r#"{{"ours":{ours:?},"requests":{each}}}"#)
}

/// A thousand rows: inserted as rows, as a batch of statements, and one by one through libSQL's own replica connection.
fn batch(connection: &Connection, url: &str, directory: &Path) -> String {
    let rows: Vec<_> = (0..1000).map(row).collect();
    let statements: Vec<_> = rows.iter().map(|row| (INSERT, &row[..])).collect();
    let ours = times(5, |_| _ = connection.insert("events", &COLUMNS, &rows).unwrap());
    let batch = times(5, |_| _ = connection.batch(&statements).unwrap());
    let peer = tokio::runtime::Runtime::new().unwrap().block_on(peer(url, directory));
    format!(r#"{{"ours":{ours:?},"batch":{batch:?},"peer":{peer:?}}}"#)
}

async fn peer(url: &str, directory: &Path) -> Vec<f64> {
    let builder = libsql::Builder::new_remote_replica(directory.join("peer.db"), url.to_owned(), String::new());
    let builder = builder.connector(hyper::client::HttpConnector::new());
    // SAFETY: SQLite is in use already, with its defaults, which are those that the check would set.
    let database = unsafe { builder.skip_safety_assert(true) }.build().await.unwrap();
    database.sync().await.unwrap();
    let connection = database.connect().unwrap();
    let mut times = Vec::new();
    for _ in 0..2 {
        let started = Instant::now();
        for n in 0..1000 {
            let values = (n, "click", "2026-01-01T00:00:00Z", n as f64 * 0.1);
            connection.execute(INSERT, values).await.unwrap();
        }
        database.sync().await.unwrap();
        times.push(started.elapsed().as_secs_f64());
    }
    times
}

/// How long it takes until a connection that syncs every 100 ms reads what another one wrote.
fn follow(connection: &Connection, url: &str, directory: &Path) -> String {
    let mut options = Options::replica(&directory.join("follower.db"), url);
    (options.auto_sync, options.sync_interval_ms) = (INTERVAL, 100);
    let follower = options.open().unwrap();
    let count = || follower.value("SELECT count(*) FROM events").unwrap();
    let ours = times(10, |n| {
        // Out of step with the interval.
        std::thread::sleep(Duration::from_millis(n as u64 * 7));
        let before = count();
        connection.execute(INSERT, &row(n)).unwrap();
        while count() == before {
            std::thread::sleep(Duration::from_micros(200));
        }
    });
    follower.close().unwrap();
    format!(r#"{{"ours":{ours:?}}}"#)
}

fn row(n: i64) -> Vec<Value> {
    vec![Value::Int(n), Value::from("click"), Value::from("2026-01-01T00:00:00Z"), Value::Real(n as f64 * 0.1)]
}

fn times(count: i64, mut work: impl FnMut(i64)) -> Vec<f64> {
    (0..count)
        .map(|n| {
            let started = Instant::now();
            work(n);
            started.elapsed().as_secs_f64()
        })
        .collect()
}
