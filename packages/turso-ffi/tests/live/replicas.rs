//! Replicas that are not what they should be: each is fetched again with a notice, or refused; none is silently empty.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::connection::{Connection, Options, OFF};
use crate::support::folder::Folder;
use crate::support::proxy::Proxy;
use crate::support::server::Server;
use crate::support::value::Value;

/// A server with `rows` rows, and a replica of it that is closed.
fn replica_of(folder: &Folder, rows: i64) -> Option<(Server, Options)> {
    let server = Server::start()?;
    let options = Options::replica(&folder.path("replica.db"), &server.url());
    let connection = options.open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    fill(&connection, rows);
    connection.close().unwrap();
    Some((server, options))
}

fn fill(connection: &Connection, rows: i64) {
    let rows: Vec<_> = (0..rows).map(|row| vec![Value::Int(row)]).collect();
    connection.insert("t", &["v"], &rows).unwrap();
}

fn count(connection: &Connection) -> Value {
    connection.value("SELECT count(*) FROM t").unwrap()
}

fn is_sound(connection: &Connection) {
    assert_eq!(connection.value("PRAGMA integrity_check").unwrap(), Value::from("ok"));
}

#[test]
fn a_sound_replica_is_opened_without_a_word_by_two_requests() {
    let folder = Folder::new();
    let Some((server, options)) = replica_of(&folder, 100) else { return };
    let proxy = Proxy::to(server.port);
    let (connection, word) = Options { url: proxy.url(), ..options }.open_with_word().unwrap();
    assert_eq!(word, "");
    assert_eq!(proxy.requests(), ["/v3-protobuf/pipeline", "/wal_log.ReplicationLog/Hello"]);
    // The second one may begin before the socket of the first is free.
    assert!(proxy.most_open() <= 2, "{} sockets", proxy.most_open());
    assert_eq!(count(&connection), Value::Int(100));
    assert_eq!(connection.stats().unwrap()["rebuilds"], 0);
    connection.close().unwrap();
}

#[test]
fn a_replica_whose_folder_was_emptied_is_locked_and_fetched_again() {
    let folder = Folder::new();
    let Some((_server, options)) = replica_of(&folder, 100) else { return };
    let connection = options.open().unwrap();
    for file in fs::read_dir(folder.path("")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    connection.execute("INSERT INTO t VALUES (100)", &[]).unwrap();
    assert_eq!(count(&connection), Value::Int(101));
    assert_eq!(connection.stats().unwrap()["rebuilds"], 1);
    assert!(folder.path("replica.db-lock").exists());
    connection.close().unwrap();
}

#[test]
fn a_damaged_replica_is_fetched_again() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 6] = [
        ("its beginning is overwritten", |path| {
            let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
            file.write_all(&[7; 4096]).unwrap();
        }),
        ("its pages are overwritten", |path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[4096..].fill(0x55);
            fs::write(path, bytes).unwrap();
        }),
        ("it is cut", |path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("it is gone", |path| fs::remove_file(path).unwrap()),
        ("another database is in its place", |path| {
            fs::remove_file(path).unwrap();
            let file = Options::file(path).open().unwrap();
            file.execute("CREATE TABLE t (v)", &[]).unwrap();
            file.close().unwrap();
        }),
        ("its index is cut", |path| {
            let index = path.with_file_name("replica.db-client_wal_index");
            let bytes = fs::read(&index).unwrap();
            fs::write(&index, &bytes[..10]).unwrap();
        }),
    ];
    for (name, damage) in damages {
        let folder = Folder::new();
        let Some((_server, options)) = replica_of(&folder, 5000) else { return };
        checkpoint(Path::new(&options.db_path));
        damage(Path::new(&options.db_path));
        let (connection, word) = options.open_with_word().unwrap();
        assert!(word.starts_with("The replica was fetched again"), "{name}: {word:?}");
        assert_eq!(count(&connection), Value::Int(5000), "{name}");
        assert_eq!(connection.stats().unwrap()["rebuilds"], 1, "{name}");
        is_sound(&connection);
        connection.close().unwrap();
    }
}

/// What the replica holds is in the file itself, and no longer in its log.
fn checkpoint(path: &Path) {
    let connection = Options::file(path).open().unwrap();
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)", &[]).unwrap();
    connection.close().unwrap();
}

#[test]
fn a_replica_that_is_damaged_while_it_is_read_is_fetched_again() {
    let folder = Folder::new();
    let Some((_server, options)) = replica_of(&folder, 5000) else { return };
    let connection = options.open().unwrap();
    checkpoint(Path::new(&options.db_path));
    let mut file = fs::OpenOptions::new().write(true).open(&options.db_path).unwrap();
    file.write_all(&[7; 3 * 4096]).unwrap();
    drop(file);
    assert_eq!(connection.value("SELECT count(*) FROM t WHERE v >= 0").unwrap(), Value::Int(5000));
    assert_eq!(connection.stats().unwrap()["rebuilds"], 1);
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    assert_eq!(count(&connection), Value::Int(5001));
    is_sound(&connection);
    connection.close().unwrap();
}

#[test]
fn a_replica_of_another_database_is_fetched_again() {
    let folder = Folder::new();
    let Some((_server, mut options)) = replica_of(&folder, 5000) else { return };
    let Some(other) = Server::start() else { return };
    other.run("CREATE TABLE u (w)");
    other.run("INSERT INTO u VALUES (1)");
    options.url = other.url();
    let (connection, word) = options.open_with_word().unwrap();
    assert!(word.starts_with("The replica was fetched again"), "{word:?}");
    assert_eq!(connection.value("SELECT w FROM u").unwrap(), Value::Int(1));
    assert_eq!(connection.query("SELECT v FROM t", &[]).unwrap_err().code, "SQL_FAILED");
    assert_eq!(connection.stats().unwrap()["rebuilds"], 1);
    is_sound(&connection);
    connection.close().unwrap();
}

#[test]
fn a_database_that_was_recreated_is_told_when_the_replica_is_opened() {
    let folder = Folder::new();
    let Some((mut server, options)) = replica_of(&folder, 5000) else { return };
    server.wipe();
    server.restart();
    let (connection, word) = options.open_with_word().unwrap();
    assert!(word.starts_with("The replica was fetched again"), "{word:?}");
    assert_eq!(connection.query("SELECT v FROM t", &[]).unwrap_err().code, "SQL_FAILED");
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    fill(&connection, 3);
    assert_eq!(count(&connection), Value::Int(3));
    is_sound(&connection);
    connection.close().unwrap();
}

#[test]
fn a_server_that_crashed_and_came_back_is_followed() {
    let folder = Folder::new();
    let Some((mut server, options)) = replica_of(&folder, 5000) else { return };
    let connection = options.open().unwrap();
    for turn in 0..3 {
        server.restart();
        server.run("INSERT INTO t VALUES (0)");
        connection.sync().unwrap();
        assert_eq!(count(&connection), Value::Int(5001 + 2 * turn));
        connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
        assert_eq!(count(&connection), Value::Int(5002 + 2 * turn));
    }
    assert!(connection.stats().unwrap()["rebuilds"] >= 1);
    is_sound(&connection);
    connection.close().unwrap();
}

#[test]
fn a_file_that_is_no_replica_is_refused_and_left() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    let path = folder.path("precious.db");
    let file = Options::file(&path).open().unwrap();
    file.execute("CREATE TABLE precious (v)", &[]).unwrap();
    file.execute("INSERT INTO precious VALUES (42)", &[]).unwrap();
    file.close().unwrap();
    let before = fs::read(&path).unwrap();
    let error = Options::replica(&path, &server.url()).open().unwrap_err();
    assert_eq!(error.code, "FILE_INACCESSIBLE");
    assert!(error.message.contains("not a replica"), "{}", error.message);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new();
    let error = Options::replica(&folder.path("nowhere/replica.db"), &server.url()).open().unwrap_err();
    assert_eq!(error.code, "FILE_INACCESSIBLE");
    assert!(error.message.contains("nowhere"), "{}", error.message);
}

#[test]
fn connections_of_one_program_share_a_replica() {
    let folder = Folder::new();
    let Some((server, options)) = replica_of(&folder, 1) else { return };
    let a = options.open().unwrap();
    let b = options.open().unwrap();
    a.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    assert_eq!(count(&b), Value::Int(2));
    a.close().unwrap();
    b.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    assert_eq!(count(&b), Value::Int(3));

    let Some(other) = Server::start() else { return };
    let error = Options { url: other.url(), ..options.clone() }.open().unwrap_err();
    assert_eq!(error.code, "REPLICA_LOCKED");
    let error = Options { token: "another".into(), ..options.clone() }.open().unwrap_err();
    assert_eq!(error.code, "REPLICA_LOCKED");
    assert_eq!(count(&b), Value::Int(3));
    b.close().unwrap();
    drop(server);
}

#[test]
fn a_replica_in_use_by_another_program_is_refused() {
    const HELD: &str = "TURSO_FFI_TEST_HOLDS";
    if let Ok(held) = std::env::var(HELD) {
        // The other program: this test, started once more.
        let (path, url) = held.split_once('|').unwrap();
        Options::replica(Path::new(path), url).open().unwrap();
        println!("held");
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        return;
    }
    let folder = Folder::new();
    let Some((_server, options)) = replica_of(&folder, 1) else { return };
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["replicas::a_replica_in_use_by_another_program_is_refused", "--exact", "--nocapture"])
        .env(HELD, format!("{}|{}", options.db_path, options.url))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("held")));
    let error = options.open().unwrap_err();
    assert_eq!(error.code, "REPLICA_LOCKED");
    assert!(error.message.contains(&options.db_path) && error.retryable, "{error:?}");
    // However it ends, it lets go.
    other.kill().unwrap();
    other.wait().unwrap();
    let connection = options.open().unwrap();
    assert_eq!(count(&connection), Value::Int(1));
    connection.close().unwrap();
}

#[test]
fn a_replica_stays_readable_while_it_is_behind() {
    let folder = Folder::new();
    let Some((server, mut options)) = replica_of(&folder, 1) else { return };
    options.auto_sync = OFF;
    let connection = options.open().unwrap();
    server.run("INSERT INTO t VALUES (1)");
    assert_eq!(count(&connection), Value::Int(1));
    let (frames, frame_no) = connection.sync().unwrap();
    assert!(frames > 0 && frame_no > 0, "{frames} {frame_no}");
    assert_eq!(connection.stats().unwrap()["frame_no"], frame_no);
    assert_eq!(connection.sync().unwrap(), (0, frame_no));
    assert_eq!(count(&connection), Value::Int(2));
    connection.close().unwrap();
}

#[test]
fn a_replica_of_an_empty_database_is_opened_without_a_word() {
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    let options = Options::replica(&folder.path("replica.db"), &server.url());
    for _ in 0..2 {
        let (connection, word) = options.open_with_word().unwrap();
        assert_eq!((word.as_str(), connection.stats().unwrap()["rebuilds"]), ("", 0));
        connection.close().unwrap();
    }
}

#[test]
fn a_replica_that_is_far_behind_catches_up_by_snapshots() {
    // A log of 1 MB at most: what is older is kept as snapshots alone.
    let Some(server) = Server::start_with(&["--max-log-size", "1"]) else { return };
    let folder = Folder::new();
    let proxy = Proxy::to(server.port);
    let options = Options { auto_sync: OFF, ..Options::replica(&folder.path("replica.db"), &proxy.url()) };
    let writer = Options::remote(&server.url()).open().unwrap();
    writer.execute("CREATE TABLE t (v)", &[]).unwrap();
    let connection = options.open().unwrap();
    let blob = vec![Value::Blob(vec![7; 100_000])];
    let mut written = 0;
    while !proxy.requests().iter().any(|path| path.ends_with("/Snapshot")) {
        assert!(written < 200, "the server makes no snapshots");
        for _ in 0..20 {
            writer.execute("INSERT INTO t VALUES (?)", &blob).unwrap();
            writer.execute("UPDATE t SET v = v WHERE rowid = 1", &[]).unwrap();
            written += 1;
        }
        // It makes them in the background.
        std::thread::sleep(std::time::Duration::from_millis(300));
        connection.sync().unwrap();
        assert_eq!(count(&connection), Value::Int(written));
        is_sound(&connection);
    }
    // And one that begins with them.
    let from_the_start = Options::replica(&folder.path("other.db"), &server.url()).open().unwrap();
    assert_eq!(count(&from_the_start), Value::Int(written));
    is_sound(&from_the_start);
    writer.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    connection.sync().unwrap();
    assert_eq!(count(&connection), Value::Int(written + 1));
    for connection in [connection, writer, from_the_start] {
        connection.close().unwrap();
    }
}

/// Bytes a second of a slow way, and of the time that a call has on it.
const SLOW: usize = 2_000_000;
const IMPATIENT_MS: u32 = 1000;

/// A server with 6 MB in one transaction, which no call has the time for.
fn large_server() -> Option<Server> {
    let server = Server::start()?;
    server.run("CREATE TABLE t (v)");
    server.run(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) \
         SELECT randomblob(4000) FROM n",
    );
    Some(server)
}

/// Pages that an error of a fetch says are there.
fn pages_in(message: &str) -> u64 {
    let (before, _) = message.split_once(" of ").unwrap_or_else(|| panic!("{message}"));
    before.rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{message}"))
}

#[test]
fn a_first_fetch_over_a_slow_way_goes_on_where_it_was() {
    let Some(server) = large_server() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let mut options = Options::replica(&folder.path("replica.db"), &proxy.url());
    options.timeout_ms = IMPATIENT_MS;
    proxy.limit(SLOW);
    let (mut tries, mut pages) = (0, 0);
    let connection = loop {
        tries += 1;
        match options.open() {
            Ok(connection) => break connection,
            Err(error) => {
                assert_eq!(error.code, "SYNC_FAILED", "{}", error.message);
                let now = pages_in(&error.message);
                assert!(now > pages && tries < 20, "{pages} pages, then {now}, at try {tries}");
                pages = now;
                // As a program that was killed leaves it: it has written more than it noted.
                std::thread::sleep(std::time::Duration::from_millis(300));
                let fetched = fs::File::options().write(true).open(folder.path("replica.db-new")).unwrap();
                fetched.set_modified(std::time::SystemTime::now()).unwrap();
            }
        }
    };
    assert!(tries > 1, "the way is not slow");
    assert_eq!(count(&connection), Value::Int(1500));
    assert_eq!(connection.stats().unwrap()["rebuilds"], 0);
    is_sound(&connection);
    connection.close().unwrap();
}

#[test]
fn a_replica_serves_while_a_slow_way_brings_what_takes_its_place() {
    let Some(mut server) = large_server() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let mut options = Options::replica(&folder.path("replica.db"), &proxy.url());
    options.open().unwrap().close().unwrap();
    options.timeout_ms = IMPATIENT_MS;
    options.auto_sync = OFF;
    let connection = options.open().unwrap();
    // After a crash, the log is another one.
    server.restart();
    server.run("DELETE FROM t WHERE rowid > 1400");
    proxy.limit(SLOW);
    let mut tries = 0;
    loop {
        tries += 1;
        match connection.sync() {
            Ok(_) => break,
            Err(error) => {
                assert_eq!(error.code, "SYNC_FAILED", "{}", error.message);
                let served = count(&connection);
                // It goes on meanwhile, and may be through by now.
                if connection.stats().unwrap()["rebuilds"] == 0 {
                    assert_eq!(served, Value::Int(1500));
                }
                assert!(tries < 20);
            }
        }
    }
    assert!(tries > 1, "the way is not slow");
    assert_eq!(count(&connection), Value::Int(1400));
    assert_eq!(connection.stats().unwrap()["rebuilds"], 1);
    is_sound(&connection);
    connection.close().unwrap();
}

#[test]
fn a_fetch_that_another_history_overtook_starts_again() {
    let Some(mut server) = large_server() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let mut options = Options::replica(&folder.path("replica.db"), &proxy.url());
    options.timeout_ms = IMPATIENT_MS;
    proxy.limit(SLOW);
    assert_eq!(options.open().unwrap_err().code, "SYNC_FAILED");
    server.wipe();
    server.restart();
    server.run("CREATE TABLE t (v)");
    server.run("INSERT INTO t VALUES (1), (2)");
    let connection = options.open().unwrap();
    assert_eq!(count(&connection), Value::Int(2));
    is_sound(&connection);
    connection.close().unwrap();
}

#[test]
fn a_replica_that_died_within_a_sync_is_what_it_was_before() {
    let folder = Folder::new();
    let Some((server, options)) = replica_of(&folder, 10) else { return };
    let path = Path::new(&options.db_path);
    // What a sync that died has written, and had no time to note.
    let log = path.with_file_name("replica.db-wal");
    let database = rusqlite::Connection::open(path).unwrap();
    database.execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE t SET v = -1").unwrap();
    let written = fs::read(&log).unwrap();
    assert!(written.len() > 4096);
    let main = fs::read(path).unwrap();
    std::mem::forget(database);
    assert_eq!(fs::read(path).unwrap(), main);
    let (connection, word) = options.open_with_word().unwrap();
    assert_eq!(word, "");
    assert_eq!(connection.value("SELECT count(*) FROM t WHERE v >= 0").unwrap(), Value::Int(10));
    assert_eq!(connection.stats().unwrap()["rebuilds"], 0);
    server.run("INSERT INTO t VALUES (11)");
    connection.sync().unwrap();
    assert_eq!(count(&connection), Value::Int(11));
    is_sound(&connection);
    connection.close().unwrap();
}
