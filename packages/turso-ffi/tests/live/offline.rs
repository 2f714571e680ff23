//! Starting with a replica while its server is away.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use crate::support::connection::{Connection, Options, INTERVAL};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::Value;

fn count(connection: &Connection) -> Value {
    connection.value("SELECT count(*) FROM t").unwrap()
}

/// A replica with a table of one row, whose connection is closed.
fn replica(folder: &Folder, url: &str) -> Options {
    let options = Options { offline_start: true, ..Options::replica(&folder.path("replica.db"), url) };
    let connection = options.open().unwrap();
    connection.execute("CREATE TABLE IF NOT EXISTS t (v)", &[]).unwrap();
    connection.execute("DELETE FROM t", &[]).unwrap();
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    connection.close().unwrap();
    options
}

fn wait_for_rows(connection: &Connection, rows: i64) {
    let started = Instant::now();
    let is_synced = || connection.stats().unwrap()["last_sync_ms_ago"] >= 0;
    // The server may be back without a table for a moment.
    while connection.value("SELECT count(*) FROM t") != Ok(Value::Int(rows)) || !is_synced() {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", connection.stats());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_program_starts_while_its_server_is_away_and_goes_on_when_it_is_back() {
    let folder = Folder::new();
    let Some(mut server) = Server::start() else { return };
    let options = replica(&folder, &server.url());
    let note = fs::File::options().write(true).open(folder.path("replica.db-note")).unwrap();
    note.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    // While the server is up: the replica may be synced as soon as it is back, and once.
    server.run("INSERT INTO t VALUES (2)");
    server.kill();
    let error = Options { offline_start: false, ..options.clone() }.open().unwrap_err();
    assert_eq!(error.code, "REMOTE_UNREACHABLE");
    assert!(!error.message.contains("replica"), "{}", error.message);

    for (rows, mode) in [(1, options.auto_sync), (3, INTERVAL)] {
        let options = Options { auto_sync: mode, sync_interval_ms: 20, ..options.clone() };
        let (connection, word) = options.open_with_word().unwrap();
        assert!(word.starts_with("The replica serves without the server: "), "{word}");
        assert!(word.contains("connection refused"), "{word}");
        assert_eq!(count(&connection), Value::Int(rows));
        let stats = connection.stats().unwrap();
        assert_eq!((stats["syncs"], stats["last_sync_ms_ago"]), (0, -1));
        assert!(rows > 1 || stats["replica_age_ms"] >= 3_600_000, "{stats:?}");
        let error = connection.execute("INSERT INTO t VALUES (2)", &[]).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_UNREACHABLE", true));
        assert_eq!(connection.sync().unwrap_err().code, "SYNC_FAILED");
        // Others that share the replica start with it, too.
        let other = options.open().unwrap();
        assert_eq!(count(&other), Value::Int(rows));
        other.close().unwrap();

        server.restart();
        wait_for_rows(&connection, rows + 1);
        let stats = connection.stats().unwrap();
        assert!(stats["replica_age_ms"] < 3_600_000 && stats["last_sync_ms_ago"] >= 0, "{stats:?}");
        connection.execute("INSERT INTO t VALUES (3)", &[]).unwrap();
        assert_eq!(count(&connection), Value::Int(rows + 2));
        connection.close().unwrap();
        server.run("INSERT INTO t VALUES (2)");
        server.kill();
    }
}

#[test]
fn a_server_that_fails_is_away_and_one_that_refuses_is_not() {
    let Some(server) = Server::start() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let options = Options { timeout_ms: 2000, max_retries: 1, ..replica(&folder, &proxy.url()) };
    let busy = b"503 Busy\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n";
    for away in [500, 502, 503, 504, 408].map(|status| Fate::Refused(status, usize::MAX)).into_iter().chain([
        Fate::Answered(busy, usize::MAX),
        Fate::Cut,
        Fate::AnswerLost,
    ]) {
        for path in ["POST ", "POST /wal_log"] {
            proxy.strike(path, away);
            let connection = options.open().unwrap();
            assert_eq!(count(&connection), Value::Int(1));
            connection.close().unwrap();
        }
    }
    proxy.strike("POST ", Fate::Silence);
    let connection = Options { timeout_ms: 300, ..options.clone() }.open().unwrap();
    assert_eq!(count(&connection), Value::Int(1));
    connection.close().unwrap();

    for (answer, code) in [
        (&b"401 No\r\ncontent-length: 0\r\n\r\n"[..], "REMOTE_UNAUTHORIZED"),
        (b"402 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_BLOCKED"),
        (b"403 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_READ_ONLY"),
        (b"404 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_NOT_LIBSQL"),
        (b"307 No\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n", "REMOTE_REDIRECTED"),
        (b"200 OK\r\ncontent-length: 6\r\n\r\n<html>", "REMOTE_NOT_LIBSQL"),
    ] {
        proxy.strike("POST ", Fate::Answered(answer, usize::MAX));
        assert_eq!(options.open().unwrap_err().code, code);
    }
    proxy.spare();
    let (connection, word) = options.open_with_word().unwrap();
    assert_eq!((word.as_str(), connection.stats().unwrap()["rebuilds"]), ("", 0));
    connection.close().unwrap();
}

#[test]
fn a_server_that_refuses_the_token_is_not_away() {
    let Some(server) = Server::start_with_tokens() else { return };
    let folder = Folder::new();
    let token = server.tokens.clone().unwrap().read_write;
    let options = Options { token, offline_start: true, ..Options::replica(&folder.path("r.db"), &server.url()) };
    options.open().unwrap().close().unwrap();
    let error = Options { token: "another".into(), ..options }.open().unwrap_err();
    assert_eq!(error.code, "REMOTE_UNAUTHORIZED");
}

/// What another program does to the file.
type Harm = fn(&Path);

#[test]
fn only_a_sound_replica_of_the_same_remote_serves_and_others_stay_as_they_are() {
    let Some(server) = Server::start() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let mut options = replica(&folder, &proxy.url());
    options.max_retries = 1;
    let is_refused = |options: &Options, reason: &str| {
        let before = files(&folder);
        proxy.strike("POST ", Fate::Refused(503, usize::MAX));
        let error = options.open().unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_FAILED", true));
        assert!(error.message.contains(&format!("cannot serve meanwhile: {reason}")), "{}", error.message);
        assert!(files(&folder) == before, "{reason}: its files were changed");
        proxy.spare();
    };
    let elsewhere = Options { url: proxy.url().replace("127.0.0.1", "localhost"), ..options.clone() };
    is_refused(&elsewhere, "it was synced with another remote");
    let nowhere = Options { db_path: folder.path("none.db").to_str().unwrap().into(), ..options.clone() };
    is_refused(&nowhere, "there is no such file");
    let harms: [(Harm, &str); 7] = [
        (|path| fs::write(beside(path, "-note"), "turso").unwrap(), "the note of its state was missing"),
        (|path| fs::remove_file(beside(path, "-client_wal_index")).unwrap(), "the file beside it"),
        (|path| fs::write(path, [7; 8192]).unwrap(), "another program has changed its files"),
        (damage, "its file was damaged"),
        (
            |path| {
                let note = fs::read_to_string(beside(path, "-note")).unwrap();
                fs::write(beside(path, "-note"), &note[..note.find("remote ").unwrap()]).unwrap();
            },
            "its note is of an older version",
        ),
        (|path| fs::write(path, "").unwrap(), "another program has changed its files"),
        (|path| fs::remove_file(path).unwrap(), "there is no such file"),
    ];
    for (harm, reason) in harms {
        replica(&folder, &proxy.url());
        harm(Path::new(&options.db_path));
        is_refused(&options, reason);
    }
}

/// Writes over a file, so that it looks the same from outside.
fn damage(path: &Path) {
    let before = fs::metadata(path).unwrap();
    fs::write(path, vec![7; before.len() as usize]).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(before.modified().unwrap()).unwrap();
}

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The files of a folder by their names, without the lock and those that SQLite makes for every reader. Of a note, without the
/// state of the files, which is noted once they are found to be sound.
fn files(folder: &Folder) -> HashMap<String, Vec<u8>> {
    let paths = fs::read_dir(folder.root()).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths
        .map(|path| (name(&path), fs::read(&path).unwrap()))
        .map(|(name, bytes)| match std::str::from_utf8(&bytes) {
            Ok(note) if name.ends_with("-note") => (name, note.split("phase").next().unwrap().into()),
            _ => (name, bytes),
        })
        .filter(|(name, bytes)| !name.ends_with("-lock") && !name.ends_with("-shm") && !bytes.is_empty())
        .collect()
}

#[test]
fn a_replica_that_served_is_fetched_again_if_the_server_comes_back_with_another_history() {
    let folder = Folder::new();
    let Some(mut server) = Server::start() else { return };
    let options = replica(&folder, &server.url());
    server.wipe();
    let connection = options.open().unwrap();
    assert_eq!(count(&connection), Value::Int(1));
    server.restart();
    server.run("CREATE TABLE t (v)");
    // The first sync may have come before the table.
    connection.sync().unwrap();
    wait_for_rows(&connection, 0);
    assert!(connection.stats().unwrap()["rebuilds"] >= 1);
    connection.close().unwrap();
}
