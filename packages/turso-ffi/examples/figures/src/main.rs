//! Figures for the comparison of ways to work: one line of JSON, all times in seconds.
//!
//!     cargo run --release --target-dir ../../target -- insert|batch|follow|writes|connect|fetch|fetch-libsql URL DIRECTORY
//!
//! The table is made where it is missing; DIRECTORY is an empty one, for the replicas.

#![allow(dead_code)]

#[path = "../../../tests/live/support/mod.rs"]
mod support;

use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use support::connection::{Connection, Options, INTERVAL};
use support::value::Value;

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS events(id INTEGER PRIMARY KEY, contact INTEGER, kind TEXT, at TEXT, amount REAL)";
const INSERT: &str = "INSERT INTO events(contact, kind, at, amount) VALUES (?, ?, ?, ?)";
const COLUMNS: [&str; 4] = ["contact", "kind", "at", "amount"];

/// How often a connection is opened and closed, and the writes that begin at once.
const CONNECTS: i64 = 50;
const WRITES: i64 = 400;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [figure, url, directory] = &arguments[..] else {
        panic!("give insert, batch, follow, writes, connect, fetch or fetch-libsql, a URL and a directory")
    };
    let directory = Path::new(directory);
    println!(
        "{}",
        match figure.as_str() {
            "insert" => with_table(url, directory, insert),
            "batch" => with_table(url, directory, |connection| batch(connection, url, directory)),
            "follow" => with_table(url, directory, |connection| follow(connection, url, directory)),
            "writes" => with_table(url, directory, |connection| writes(connection, url, directory)),
            "connect" => connect(url, directory),
            "fetch" => fetch(url, directory),
            "fetch-libsql" => in_runtime(fetch_libsql(url, directory)),
            other => panic!("there is no figure {other}"),
        }
    );
}

fn with_table(url: &str, directory: &Path, figure: impl FnOnce(&Connection) -> String) -> String {
    let connection = Options::replica(&directory.join("ours.db"), url).open().unwrap();
    connection.execute(TABLE, &[]).unwrap();
    let line = figure(&connection);
    connection.close().unwrap();
    line
}

/// The CPU time of connecting and closing: the first time in this process, and each time after.
fn connect(url: &str, directory: &Path) -> String {
    let kept = Options::replica(&directory.join("kept.db"), url);
    let remote = Options::remote(url);
    // The first one starts the threads, and reads the certificates.
    let first = cpu_of(|| remote.open().unwrap().close().unwrap());
    let file = Options::file(&directory.join("local.db"));
    let first_file = cpu_of(|| file.open().unwrap().close().unwrap());
    kept.open().unwrap().close().unwrap();
    let each = |options: &dyn Fn(i64) -> Options| {
        cpu_of(|| (0..CONNECTS).for_each(|n| options(n).open().unwrap().close().unwrap())) / CONNECTS as f64
    };
    let fresh = |n| Options::replica(&directory.join(format!("fresh-{n}.db")), url);
    let [file, remote, kept, fresh] =
        [each(&|_| file.clone()), each(&|_| remote.clone()), each(&|_| kept.clone()), each(&fresh)];
    format!(
        r#"{{"file":{file},"remote":{remote},"kept":{kept},"fresh":{fresh},"first":{first},"firstFile":{first_file}}}"#
    )
}

/// A first fetch of the whole database, of which something is read.
fn fetch(url: &str, directory: &Path) -> String {
    let started = Instant::now();
    let connection = Options::replica(&directory.join("fetched.db"), url).open().unwrap();
    let ours = started.elapsed().as_secs_f64();
    assert_ne!(connection.value("SELECT count(*) FROM sqlite_schema").unwrap(), Value::Int(0));
    connection.close().unwrap();
    format!(r#"{{"ours":{ours}}}"#)
}

async fn fetch_libsql(url: &str, directory: &Path) -> String {
    let started = Instant::now();
    libsql_replica(url, &directory.join("fetched-libsql.db")).await;
    format!(r#"{{"peer":{}}}"#, started.elapsed().as_secs_f64())
}

/// Writes that begin at the same time: on one connection, in transactions, and on many connections.
fn writes(connection: &Connection, url: &str, directory: &Path) -> String {
    let path = |n| directory.join(format!("of-eight-{n}.db"));
    let remote = Options { timeout_ms: 90_000, ..Options::remote(url) };
    let one = remote.open().unwrap();
    let eight: Vec<_> = (0..8).map(|n| Options { timeout_ms: 90_000, ..Options::replica(&path(n), url) }).collect();
    let eight: Vec<_> = eight.iter().map(|options| options.open().unwrap()).collect();
    let on_one = at_once(|n| _ = one.execute(INSERT, &row(n)).unwrap());
    let on_eight = at_once(|n| _ = eight[n as usize % 8].execute(INSERT, &row(n)).unwrap());
    let transactions = at_once(|n| {
        let transaction = one.begin().unwrap();
        transaction.execute(INSERT, &row(n)).unwrap();
        transaction.commit().unwrap();
    });
    let connections = at_once(|n| {
        let own = remote.open().unwrap();
        own.execute(INSERT, &row(n)).unwrap();
        own.close().unwrap();
    });
    eight.iter().for_each(|connection| connection.close().unwrap());
    one.close().unwrap();
    connection.sync().unwrap();
    assert_eq!(connection.value("SELECT count(*) FROM events").unwrap(), Value::Int(4 * WRITES));
    format!(r#"{{"one":{on_one},"eight":{on_eight},"transactions":{transactions},"connections":{connections}}}"#)
}

fn at_once(work: impl Fn(i64) + Sync) -> f64 {
    let (started, work) = (Instant::now(), &work);
    std::thread::scope(|scope| (0..WRITES).for_each(|n| _ = scope.spawn(move || work(n))));
    started.elapsed().as_secs_f64()
}

/// The CPU time of this process during some work.
fn cpu_of(work: impl FnOnce()) -> f64 {
    let used = || {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: it fills what it is given.
        let usage = unsafe {
            assert_eq!(libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()), 0);
            usage.assume_init()
        };
        [usage.ru_utime, usage.ru_stime].iter().map(|time| time.tv_sec as f64 + time.tv_usec as f64 / 1e6).sum::<f64>()
    };
    let before = used();
    work();
    used() - before
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
    let peer = in_runtime(peer(url, directory));
    format!(r#"{{"ours":{ours:?},"batch":{batch:?},"peer":{peer:?}}}"#)
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

async fn libsql_replica(url: &str, path: &Path) -> libsql::Database {
    let builder = libsql::Builder::new_remote_replica(path, url.to_owned(), String::new());
    let builder = builder.connector(hyper::client::HttpConnector::new());
    // SAFETY: SQLite has its defaults, which are those that the check would set, and may be in use already.
    let database = unsafe { builder.skip_safety_assert(true) }.build().await.unwrap();
    database.sync().await.unwrap();
    database
}

async fn peer(url: &str, directory: &Path) -> Vec<f64> {
    let database = libsql_replica(url, &directory.join("peer.db")).await;
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
