//! What an error says of a write: whether it was sent, was refused, or may be there.

use std::time::Duration;

use crate::support::connection::{Connection, Options, Result, Transaction};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::{Error, Value};

const INSERT: &str = "INSERT INTO t VALUES (1)";
/// Text that no server can send.
const UNSENDABLE: &str = "INSERT INTO t VALUES (CAST(x'61ff' AS TEXT)) RETURNING v";

type Write = fn(&Connection) -> Result<()>;

/// All calls that write.
const WRITES: [Write; 4] = [
    |it| it.execute(INSERT, &[]).map(drop),
    |it| it.batch(&[(INSERT, &[])]).map(drop),
    |it| it.insert("t", &["v"], &[vec![Value::Int(1)]]).map(drop),
    |it| it.begin().map(drop),
];

fn count(connection: &Connection) -> Value {
    connection.value("SELECT count(*) FROM t").unwrap()
}

fn text(error: &Error) -> String {
    format!("{} {}", error.message, error.hint)
}

/// Whether a hint is about what only the commands have: a program has options.
fn names_commands(error: &Error) -> bool {
    ["variable", "config", "TURSO_DATABASE_URL", "TURSO_AUTH_TOKEN", "turso-sync"]
        .iter()
        .any(|it| error.hint.contains(it))
}

#[test]
fn options_that_are_refused_are_told_in_the_words_of_a_program() {
    let options = |url: &str, token: &str| Options { token: token.into(), ..Options::remote(url) };
    for (url, token, code) in [
        ("", "", "URL_MISSING"),
        ("postgres://db.example", "", "URL_UNSUPPORTED"),
        ("libsql://db.example?authToken=sesame", "", "CONFIG_HAS_SECRET"),
        ("libsql://db.example", "two words", "REMOTE_UNAUTHORIZED"),
    ] {
        let error = options(url, token).open().unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), (code, false), "{error:?}");
        assert!(!error.hint.is_empty() && !names_commands(&error), "{error:?}");
    }
}

fn through_a_proxy() -> Option<(Server, Proxy, Connection)> {
    let server = Server::start()?;
    server.run("CREATE TABLE t (v)");
    let proxy = Proxy::to(server.port);
    let connection = Options { timeout_ms: 3000, max_retries: 1, ..Options::remote(&proxy.url()) }.open().unwrap();
    count(&connection);
    Some((server, proxy, connection))
}

#[test]
fn a_write_that_was_not_sent_is_said_not_to_be() {
    let Some(mut server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    let folder = Folder::new();
    let options = Options { max_retries: 1, ..Options::replica(&folder.path("r.db"), &server.url()) };
    let connections = [options.open().unwrap(), Options { db_path: String::new(), ..options }.open().unwrap()];
    let transaction = connections[0].begin().unwrap();
    server.kill();
    let check = |error: Error| {
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_UNREACHABLE", true), "{error:?}");
        assert!(text(&error).contains("Nothing was sent") && !text(&error).contains("committed"), "{error:?}");
    };
    for connection in connections {
        WRITES.iter().for_each(|write| check(write(&connection).unwrap_err()));
    }
    check(transaction.execute(INSERT, &[]).unwrap_err());
    check(transaction.commit().unwrap_err());
    connections.iter().for_each(|connection| connection.close().unwrap());
}

#[test]
fn a_write_that_was_refused_is_not_blamed_on_the_url() {
    let Some((_server, proxy, connection)) = through_a_proxy() else { return };
    for (answer, code) in [
        (&b"401 No\r\ncontent-length: 0\r\n\r\n"[..], "REMOTE_UNAUTHORIZED"),
        (b"402 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_BLOCKED"),
        (b"403 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_READ_ONLY"),
        (b"413 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_REFUSES_SIZE"),
        (b"429 Busy\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n", "REMOTE_BUSY"),
        (b"503 Busy\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n", "REMOTE_BUSY"),
    ] {
        proxy.strike("POST ", Fate::Answered(answer, usize::MAX));
        for write in WRITES {
            let error = write(&connection).unwrap_err();
            assert_eq!((error.code.as_str(), error.retryable), (code, code == "REMOTE_BUSY"), "{error:?}");
            assert!(!text(&error).contains("URL") && !text(&error).contains("committed"), "{error:?}");
            assert!(!names_commands(&error), "{error:?}");
        }
        let opened = Options { timeout_ms: 3000, ..Options::remote(&proxy.url()) }.open().unwrap_err();
        assert_eq!(opened.code, code);
        assert!(!text(&opened).contains("URL"), "{opened:?}");
    }
    proxy.spare();
    assert_eq!(count(&connection), Value::Int(0));
    connection.close().unwrap();
}

#[test]
fn a_server_that_switches_to_another_protocol_is_told() {
    let Some((_server, proxy, connection)) = through_a_proxy() else { return };
    let switching = b"101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n";
    proxy.strike("POST ", Fate::Answered(switching, usize::MAX));
    for ask in WRITES.into_iter().chain([(|it| it.value("SELECT 1").map(drop)) as Write]) {
        let error = ask(&connection).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_NOT_LIBSQL", false), "{error:?}");
        assert!(error.message.contains("101"), "{error:?}");
    }
    proxy.spare();
    assert_eq!(count(&connection), Value::Int(0));
    connection.close().unwrap();
}

#[test]
fn an_answer_that_breaks_the_rules_of_http_is_told() {
    let Some((_server, proxy, connection)) = through_a_proxy() else { return };
    let remote = Options::remote(&proxy.url()).open().unwrap();
    for broken in [
        &b"200 OK\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n"[..],
        b"200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n..",
    ] {
        proxy.strike("POST ", Fate::Answered(broken, usize::MAX));
        let error = remote.value("SELECT 1").unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_NOT_LIBSQL", false), "{error:?}");
        assert!(error.message.contains("breaks the rules of HTTP"), "{error:?}");
        for write in &WRITES[..3] {
            let error = write(&connection).unwrap_err();
            assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", false), "{error:?}");
        }
        proxy.spare();
    }
    for connection in [connection, remote] {
        connection.close().unwrap();
    }
}

/// Closes a connection while a call on it gets no answer, once `is_under_way` returns, and gives what the call says.
fn closed_within(connection: Connection, is_under_way: impl Fn(&Connection)) -> Error {
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| connection.execute(INSERT, &[]).unwrap_err());
        is_under_way(&connection);
        connection.close().unwrap();
        writing.join().unwrap()
    })
}

#[test]
fn a_write_that_is_closed_tells_whether_it_was_sent() {
    let Some((_server, proxy, connection)) = through_a_proxy() else { return };
    proxy.strike("POST ", Fate::Silence);
    let struck = proxy.struck();
    let sent = closed_within(connection, |_| {
        while proxy.struck() == struck {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    assert_eq!(sent.code, "CONNECTION_CLOSED");
    assert!(text(&sent).contains("committed or not"), "{sent:?}");
    proxy.spare();
    let options = Options { max_retries: 1000, timeout_ms: 60_000, ..Options::remote(&proxy.url()) };
    let connection = options.open().unwrap();
    proxy.strike("POST ", Fate::Answered(BUSY, usize::MAX));
    // The proxy has struck before the answer is read. The event comes once it is.
    let refused = closed_within(connection, |connection| while connection.next_event().unwrap().kind != "retry" {});
    assert_eq!(refused.code, "CONNECTION_CLOSED");
    assert!(!text(&refused).contains("committed"), "{refused:?}");
}

const BUSY: &[u8] = b"429 Busy\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n";

#[test]
fn a_statement_whose_rows_cannot_be_sent_says_what_became_of_it() {
    let Some(server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    let folder = Folder::new();
    let replica = Options::replica(&folder.path("r.db"), &server.url()).open().unwrap();
    let remote = Options::remote(&server.url()).open().unwrap();
    for (before, connection) in [(0, replica), (1, remote)] {
        assert_eq!(count(&connection), Value::Int(before));
        let error = connection.execute(UNSENDABLE, &[]).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("ANSWER_NOT_EXACT", false), "{error:?}");
        assert!(error.message.contains("carried out the statement"), "{error:?}");
        // It is stored, and the replica has it.
        assert_eq!(count(&connection), Value::Int(before + 1));
        let error = connection.batch(&[(INSERT, &[]), (UNSENDABLE, &[])]).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_FAILED", false), "{error:?}");
        assert!(error.hint.starts_with("Nothing was changed."), "{error:?}");
        let asks: [fn(&Transaction) -> Result<()>; 2] =
            [|it| it.query(UNSENDABLE, &[]).map(drop), |it| it.execute(UNSENDABLE, &[]).map(drop)];
        for ask in asks {
            let transaction = connection.begin().unwrap();
            let error = ask(&transaction).unwrap_err();
            assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_FAILED", false), "{error:?}");
            assert!(error.hint.starts_with("Nothing of the transaction was written."), "{error:?}");
            assert_eq!(transaction.commit().unwrap_err().code, "REMOTE_BUSY");
        }
        connection.execute("CREATE TABLE IF NOT EXISTS u (v)", &[]).unwrap();
        connection.sync().unwrap();
        assert_eq!(count(&connection), Value::Int(before + 1));
    }
    for connection in [replica, remote] {
        connection.close().unwrap();
    }
}
