//! Syncs: when they happen, what they cost, and what is said when they fail.

use std::time::{Duration, Instant};

use crate::support::connection::{Connection, Options, INTERVAL, OFF};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::Value;

/// The part of the path that syncs alone have.
const SYNCS: &str = "/wal_log.";

struct Scene {
    server: Server,
    proxy: Proxy,
    connection: Connection,
    _folder: Folder,
}

/// A connection whose way to the server is a proxy, and a table `t`.
fn scene(change: impl FnOnce(&mut Options)) -> Option<Scene> {
    let server = Server::start()?;
    server.run("CREATE TABLE t (v)");
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let mut options = Options::replica(&folder.path("replica.db"), &proxy.url());
    change(&mut options);
    let connection = options.open().unwrap();
    Some(Scene { server, proxy, connection, _folder: folder })
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.connection.close().unwrap();
    }
}

fn count(connection: &Connection) -> Value {
    connection.value("SELECT count(*) FROM t").unwrap()
}

#[test]
fn a_write_and_its_sync_take_at_most_three_round_trips() {
    let Some(scene) = scene(|_| {}) else { return };
    let connection = scene.connection;
    connection.execute("INSERT INTO t VALUES (0)", &[]).unwrap();
    scene.proxy.requests();
    let before = connection.stats().unwrap()["requests"];
    scene.proxy.delay(Duration::from_millis(400));
    let started = Instant::now();
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    let took = started.elapsed();
    assert_eq!(count(&connection), Value::Int(2));
    let requests = scene.proxy.requests();
    let writes = requests.iter().filter(|path| path.contains("/pipeline")).count();
    assert_eq!((writes, requests.len() <= 3), (1, true), "{requests:?}");
    assert_eq!(connection.stats().unwrap()["requests"] - before, requests.len() as i64);
    assert!(took < Duration::from_millis(1560), "{took:?}");
}

#[test]
fn a_write_whose_sync_fails_is_committed_and_said_not_to_be_synced() {
    let Some(scene) = scene(|options| options.timeout_ms = 5000) else { return };
    let connection = scene.connection;
    scene.proxy.strike(SYNCS, Fate::Cut);
    type Write = fn(&Connection) -> Result<(), crate::support::value::Error>;
    let writes: [Write; 4] = [
        |it| it.execute("INSERT INTO t VALUES (1)", &[]).map(drop),
        |it| it.batch(&[("INSERT INTO t VALUES (1)", &[])]).map(drop),
        |it| it.insert("t", &["v"], &[vec![Value::Int(1)]]).map(drop),
        |it| {
            let transaction = it.begin()?;
            transaction.execute("INSERT INTO t VALUES (1)", &[])?;
            transaction.commit()
        },
    ];
    for write in writes {
        let error = write(&connection).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("COMMITTED_NOT_SYNCED", false));
        assert!(error.hint.contains("Do not repeat"), "{}", error.hint);
        assert_eq!(count(&connection), Value::Int(0));
    }
    assert!(scene.proxy.struck() >= 4);
    assert_eq!(connection.sync().unwrap_err().code, "SYNC_FAILED");
    scene.proxy.spare();
    connection.sync().unwrap();
    assert_eq!(count(&connection), Value::Int(4));
}

#[test]
fn a_sync_that_gets_no_answer_ends_in_time_and_the_next_one_works() {
    let Some(scene) = scene(|options| options.timeout_ms = 2000) else { return };
    let connection = scene.connection;
    scene.server.run("INSERT INTO t VALUES (1)");
    scene.proxy.strike(SYNCS, Fate::Silence);
    let started = Instant::now();
    let error = connection.sync().unwrap_err();
    assert_eq!(error.code, "SYNC_FAILED");
    assert!(error.message.contains("no answer in time"), "{}", error.message);
    assert!(started.elapsed() < Duration::from_millis(7000), "{:?}", started.elapsed());
    let error = connection.execute("INSERT INTO t VALUES (2)", &[]).unwrap_err();
    assert_eq!(error.code, "COMMITTED_NOT_SYNCED");
    scene.proxy.spare();
    connection.sync().unwrap();
    assert_eq!(count(&connection), Value::Int(2));
}

#[test]
fn a_server_that_says_when_to_come_back_is_left_alone_by_syncs() {
    let Some(scene) = scene(|options| (options.timeout_ms, options.auto_sync) = (10_000, OFF)) else { return };
    let connection = scene.connection;
    scene.server.run("INSERT INTO t VALUES (1)");
    for (number, busy) in (1..).zip([
        &b"429 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"[..],
        b"503 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
    ]) {
        scene.proxy.strike(SYNCS, Fate::Answered(busy, 1));
        let started = Instant::now();
        connection.sync().unwrap();
        assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
        assert_eq!((count(&connection), connection.stats().unwrap()["retries"]), (Value::Int(1), number));
    }
    let busy = b"429 Busy\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n";
    scene.proxy.strike("/Hello", Fate::Answered(busy, usize::MAX));
    let before = scene.proxy.struck();
    let error = connection.sync().unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("SYNC_FAILED", true));
    assert!(error.message.contains("too many requests at once (429)"), "{}", error.message);
    assert!(error.hint.starts_with("Reads go on with what the replica has. "), "{}", error.hint);
    assert_eq!(scene.proxy.struck(), before + 1);
    // Those in the background, too.
    connection.set_auto_sync(INTERVAL, 50).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    connection.set_auto_sync(OFF, 0).unwrap();
    assert_eq!(scene.proxy.struck(), before + 2);
}

#[test]
fn without_auto_sync_no_write_syncs() {
    let Some(scene) = scene(|options| options.auto_sync = OFF) else { return };
    let connection = scene.connection;
    scene.proxy.requests();
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    assert_eq!(scene.proxy.requests().len(), 1);
    assert_eq!(count(&connection), Value::Int(0));
    connection.set_auto_sync(0, 0).unwrap();
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    assert_eq!(count(&connection), Value::Int(2));
}

#[test]
fn another_replica_sees_a_write_by_its_next_sync() {
    let Some(scene) = scene(|options| (options.auto_sync, options.sync_interval_ms) = (INTERVAL, 100)) else { return };
    let started = Instant::now();
    scene.proxy.requests();
    scene.server.run("INSERT INTO t VALUES (1)");
    while count(&scene.connection) == Value::Int(0) {
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        std::thread::sleep(Duration::from_millis(2));
    }
    // One was under way, one brought it, and one may have begun before we saw it.
    let requests = scene.proxy.requests();
    assert!(requests.iter().filter(|path| path.contains("/Hello")).count() <= 3, "{requests:?}");
    scene.connection.set_auto_sync(OFF, 0).unwrap();
    // One that was under way.
    scene.proxy.requests();
    loop {
        std::thread::sleep(Duration::from_millis(200));
        if scene.proxy.requests().is_empty() {
            break;
        }
    }
    scene.server.run("INSERT INTO t VALUES (1)");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(count(&scene.connection), Value::Int(1));
}

#[test]
fn syncs_in_the_background_go_on_after_the_server_was_away() {
    let Some(mut scene) = scene(|options| (options.auto_sync, options.sync_interval_ms) = (INTERVAL, 50)) else {
        return;
    };
    scene.server.kill();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(count(&scene.connection), Value::Int(0));
    scene.server.restart();
    scene.server.run("INSERT INTO t VALUES (1)");
    let started = Instant::now();
    while count(&scene.connection) == Value::Int(0) {
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_replica_is_kept_until_all_that_takes_its_place_is_there() {
    let Some(mut scene) = scene(|options| options.auto_sync = OFF) else { return };
    scene.server.run("INSERT INTO t VALUES (1)");
    scene.connection.sync().unwrap();
    // After a crash it has another history.
    scene.server.restart();
    scene.server.run("INSERT INTO t VALUES (2)");
    scene.proxy.strike("/wal_log.ReplicationLog/LogEntries", Fate::Cut);
    assert_eq!(scene.connection.sync().unwrap_err().code, "SYNC_FAILED");
    assert!(scene.proxy.struck() > 0);
    assert_eq!(count(&scene.connection), Value::Int(1));
    assert_eq!(scene.connection.stats().unwrap()["rebuilds"], 0);
    scene.proxy.spare();
    scene.connection.sync().unwrap();
    assert_eq!(count(&scene.connection), Value::Int(2));
    assert_eq!(scene.connection.stats().unwrap()["rebuilds"], 1);
}

#[test]
fn an_unknown_mode_of_auto_sync_is_refused() {
    let Some(scene) = scene(|_| {}) else { return };
    assert_eq!(scene.connection.set_auto_sync(3, 0).unwrap_err().code, "USAGE");
}
