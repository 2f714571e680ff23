//! Servers that are not there, do not answer, or refuse: each told apart, and no write done twice.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::connection::{Connection, Options};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::Value;

const PIPELINE: &str = "POST /v3-protobuf/pipeline";

fn count(connection: &Connection) -> Value {
    connection.value("SELECT count(*) FROM t").unwrap()
}

/// A connection without a replica whose way to the server is a proxy, and a table `t`.
fn through_a_proxy(timeout_ms: u32) -> Option<(Server, Proxy, Connection)> {
    let server = Server::start()?;
    server.run("CREATE TABLE t (v)");
    let proxy = Proxy::to(server.port);
    let connection = Options { timeout_ms, ..Options::remote(&proxy.url()) }.open().unwrap();
    // What a statement is, is asked once.
    count(&connection);
    Some((server, proxy, connection))
}

#[test]
fn a_server_that_is_not_there_is_unreachable_after_a_few_tries() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = Folder::new();
    let started = Instant::now();
    let error = Options::replica(&folder.path("r.db"), &format!("http://127.0.0.1:{port}")).open().unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_UNREACHABLE", true));
    assert!(error.message.contains("connection refused"), "{}", error.message);
    assert!(started.elapsed() > Duration::from_millis(500), "it was tried once only");
    let error = Options::remote("http://nowhere.invalid").open().unwrap_err();
    assert_eq!(error.code, "REMOTE_UNREACHABLE");
    assert!(error.message.contains("unknown host"), "{}", error.message);
}

#[test]
fn a_server_that_speaks_no_tls_is_told() {
    let Some(server) = Server::start() else { return };
    let error = Options::remote(&format!("libsql://127.0.0.1:{}", server.port)).open().unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_TLS", false));
    assert!(error.message.contains("no TLS"), "{}", error.message);
    Options::remote(&format!("libsql://127.0.0.1:{}?tls=0", server.port)).open().unwrap().close().unwrap();
}

#[test]
fn a_server_of_another_kind_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let _ = std::io::Read::read(&mut client, &mut [0; 65536]);
            let page = "HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\n<html>";
            std::io::Write::write_all(&mut client, page.as_bytes()).unwrap();
        }
    });
    let error = Options::remote(&format!("http://127.0.0.1:{port}")).open().unwrap_err();
    assert_eq!(error.code, "REMOTE_NOT_LIBSQL");
    assert!(!error.message.contains("html"), "{}", error.message);
}

#[test]
fn a_server_that_never_answers_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let folder = Folder::new();
    for options in [Options::remote(&url), Options::replica(&folder.path("r.db"), &url)] {
        let started = Instant::now();
        let error = Options { timeout_ms: 600, ..options }.open().unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_UNREACHABLE", true));
        assert!(error.message.contains("no answer in time"), "{}", error.message);
        assert!(error.hint.contains("There was a connection"), "{}", error.hint);
        assert!(started.elapsed() < Duration::from_millis(5600), "{:?}", started.elapsed());
    }
    drop(listener);
}

#[test]
fn a_write_whose_answer_is_lost_is_not_repeated() {
    let Some((_server, proxy, connection)) = through_a_proxy(5000) else { return };
    type Write = fn(&Connection) -> Result<(), crate::support::value::Error>;
    let writes: [Write; 3] = [
        |it| it.execute("INSERT INTO t VALUES (1)", &[]).map(drop),
        |it| it.batch(&[("INSERT INTO t VALUES (1)", &[])]).map(drop),
        |it| it.insert("t", &["v"], &[vec![Value::Int(1)]]).map(drop),
    ];
    for (done, write) in (1..).zip(writes) {
        proxy.strike(PIPELINE, Fate::AnswerLost);
        let error = write(&connection).unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", false));
        assert!(error.message.contains("committed or not"), "{}", error.message);
        proxy.spare();
        assert_eq!(proxy.struck(), done);
        assert_eq!(count(&connection), Value::Int(done as i64));
    }
    assert_eq!(connection.stats().unwrap()["retries"], 0);
}

#[test]
fn a_write_that_gets_no_answer_in_time_is_not_repeated() {
    let Some((_server, proxy, connection)) = through_a_proxy(600) else { return };
    proxy.strike(PIPELINE, Fate::Silence);
    let error = connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", false));
    proxy.spare();
    assert_eq!((proxy.struck(), count(&connection)), (1, Value::Int(0)));
}

#[test]
fn a_read_whose_answer_is_lost_is_repeated() {
    let Some((_server, proxy, connection)) = through_a_proxy(5000) else { return };
    proxy.strike(PIPELINE, Fate::AnswerLost);
    let reading = std::thread::spawn(move || connection.value("SELECT count(*) FROM t"));
    while proxy.struck() < 2 {
        std::thread::sleep(Duration::from_millis(5));
    }
    proxy.spare();
    assert_eq!(reading.join().unwrap().unwrap(), Value::Int(0));
    assert!(connection.stats().unwrap()["retries"] >= 2);
}

#[test]
fn a_read_whose_answer_is_lost_may_be_repeated_by_the_program() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let connection = Options { max_retries: 0, ..Options::remote(&proxy.url()) }.open().unwrap();
    connection.value("SELECT 1").unwrap();
    proxy.strike(PIPELINE, Fate::AnswerLost);
    let error = connection.value("SELECT 1").unwrap_err();
    proxy.spare();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", true));
    assert_eq!(connection.value("SELECT 1").unwrap(), Value::Int(1));
    connection.close().unwrap();
}

#[test]
fn a_write_waits_for_a_server_that_comes_back() {
    let folder = Folder::new();
    let Some(mut server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    let options = Options { max_retries: 10, ..Options::replica(&folder.path("r.db"), &server.url()) };
    let connection = options.open().unwrap();
    server.kill();
    let writing = std::thread::spawn(move || connection.execute("INSERT INTO t VALUES (1)", &[]));
    std::thread::sleep(Duration::from_millis(150));
    server.restart();
    writing.join().unwrap().unwrap();
    assert_eq!(count(&connection), Value::Int(1));
    let stats = connection.stats().unwrap();
    assert!(stats["retries"] >= 1);
    assert_eq!(stats["reconnects"], 1);
    connection.close().unwrap();
}

#[test]
fn what_was_said_to_be_written_is_there_after_crashes() {
    let folder = Folder::new();
    let Some(mut server) = Server::start() else { return };
    server.run("CREATE TABLE t (v INTEGER PRIMARY KEY)");
    let connection = Options::replica(&folder.path("r.db"), &server.url()).open().unwrap();
    let (done, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let more_are_written = || {
        let (before, started) = (written.load(Ordering::SeqCst), Instant::now());
        while written.load(Ordering::SeqCst) < before + 5 {
            assert!(started.elapsed() < Duration::from_secs(30), "no write goes through");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let (sure, unsure) = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let (mut sure, mut unsure) = (Vec::new(), Vec::new());
            for number in 0.. {
                if done.load(Ordering::SeqCst) {
                    break;
                }
                match connection.execute("INSERT INTO t VALUES (?)", &[Value::Int(number)]) {
                    Ok(_) => {
                        sure.push(number);
                        written.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(error) if error.code == "COMMITTED_NOT_SYNCED" => sure.push(number),
                    Err(error) if error.code == "REMOTE_INTERRUPTED" => unsure.push(number),
                    Err(error) => assert_eq!(error.code, "REMOTE_UNREACHABLE", "{error:?}"),
                }
            }
            (sure, unsure)
        });
        for _ in 0..4 {
            more_are_written();
            server.restart();
        }
        more_are_written();
        done.store(true, Ordering::SeqCst);
        writing.join().unwrap()
    });
    connection.sync().unwrap();
    let rows = connection.query("SELECT v FROM t ORDER BY v", &[]).unwrap().rows;
    let there: Vec<_> = rows.into_iter().flatten().collect();
    assert!(sure.iter().all(|number| there.contains(&Value::Int(*number))));
    assert!(there.iter().all(|it| sure.iter().chain(&unsure).any(|number| *it == Value::Int(*number))));
    connection.close().unwrap();
}

#[test]
fn tokens_are_refused_as_they_deserve_and_never_shown() {
    let Some(server) = Server::start_with_tokens() else { return };
    let tokens = server.tokens.clone().unwrap();
    server.run("CREATE TABLE t (v)");
    let folder = Folder::new();
    let open = |token: &str, name: &str| {
        Options { token: token.into(), ..Options::replica(&folder.path(name), &server.url()) }.open()
    };
    for (name, token) in [("none", ""), ("wrong", "wrong-token-of-a-test"), ("expired", &tokens.expired)] {
        let error = open(token, name).unwrap_err();
        assert_eq!(error.code, "REMOTE_UNAUTHORIZED", "{name}");
        assert!(token.is_empty() || !format!("{error:?}").contains(token), "{name}: {error:?}");
    }
    for token in ["two words", "line\nbreak", "umläut"] {
        let error = open(token, "strange").unwrap_err();
        assert_eq!(error.code, "REMOTE_UNAUTHORIZED");
        assert!(!format!("{error:?}").contains(token), "{error:?}");
    }

    let writer = open(&tokens.read_write, "rw").unwrap();
    writer.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    assert_eq!(count(&writer), Value::Int(1));

    let reader = Options { token: tokens.read_only.clone(), ..Options::remote(&server.url()) }.open().unwrap();
    assert_eq!(count(&reader), Value::Int(1));
    let error = reader.execute("INSERT INTO t VALUES (2)", &[]).unwrap_err();
    assert_eq!(error.code, "REMOTE_READ_ONLY");
    let error = reader.insert("t", &["v"], &[vec![Value::Int(1)]]).unwrap_err();
    assert_eq!(error.code, "REMOTE_READ_ONLY");
    assert!(!format!("{error:?}").contains(&tokens.read_only));
    assert_eq!(count(&writer), Value::Int(1));
    writer.close().unwrap();
    reader.close().unwrap();
}

#[test]
fn a_token_that_is_no_longer_good_is_what_a_sync_says() {
    let Some(mut server) = Server::start_with_tokens() else { return };
    server.run("CREATE TABLE t (v)");
    let folder = Folder::new();
    let token = server.tokens.clone().unwrap().read_write;
    let options = Options { token: token.clone(), ..Options::replica(&folder.path("r.db"), &server.url()) };
    let connection = options.open().unwrap();
    // Another key makes all tokens of before invalid.
    server.tokens = Some(crate::support::tokens::Tokens::new());
    server.restart();
    let error = connection.sync().unwrap_err();
    assert_eq!(error.code, "SYNC_FAILED");
    assert!(error.message.contains("refuses the token"), "{}", error.message);
    let error = connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    assert_eq!(error.code, "REMOTE_UNAUTHORIZED");
    assert!(!format!("{error:?}").contains(&token));
    assert_eq!(count(&connection), Value::Int(0));
    connection.close().unwrap();
}

#[test]
fn a_replica_can_be_read_with_a_read_only_token() {
    let Some(server) = Server::start_with_tokens() else { return };
    server.run("CREATE TABLE t (v)");
    let folder = Folder::new();
    let token = server.tokens.clone().unwrap().read_only;
    let (connection, word) =
        Options { token, ..Options::replica(&folder.path("r.db"), &server.url()) }.open_with_word().unwrap();
    assert_eq!((word.as_str(), count(&connection)), ("", Value::Int(0)));
    server.run("INSERT INTO t VALUES (1)");
    connection.sync().unwrap();
    assert_eq!(count(&connection), Value::Int(1));
    assert_eq!(connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err().code, "REMOTE_READ_ONLY");
    connection.close().unwrap();
}

#[test]
fn text_that_the_server_cannot_send_is_asked_for_in_another_form() {
    let Some(server) = Server::start() else { return };
    let connection = Options::remote(&server.url()).open().unwrap();
    let text = connection.value("SELECT CAST(x'61ff' AS TEXT)").unwrap();
    assert_eq!(text, Value::Text(vec![0x61, 0xff]));
    assert_eq!(connection.stats().unwrap()["retries"], 0);
    connection.close().unwrap();
}

#[test]
fn urls_are_read_as_everywhere() {
    for (url, code) in [
        ("", "URL_MISSING"),
        ("127.0.0.1:8080", "URL_UNSUPPORTED"),
        ("postgres://host/db", "URL_UNSUPPORTED"),
        ("http://", "URL_UNSUPPORTED"),
        ("file:", "URL_UNSUPPORTED"),
        ("http://user:word@127.0.0.1:1", "CONFIG_HAS_SECRET"),
        ("libsql://127.0.0.1:1?authToken=sesame-of-a-test", "CONFIG_HAS_SECRET"),
    ] {
        let error = Options::remote(url).open().unwrap_err();
        assert_eq!(error.code, code, "{url}");
        assert!(!format!("{error:?}").contains("word") && !format!("{error:?}").contains("sesame"), "{error:?}");
    }
}

#[test]
fn a_server_with_too_many_requests_is_asked_again() {
    let Some(server) = Server::start() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let connection = Options::replica(&folder.path("replica.db"), &proxy.url()).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let busy = || proxy.strike("POST ", Fate::Refused(429, 2));
    let insert = "INSERT INTO t VALUES (1)";
    busy();
    connection.execute(insert, &[]).unwrap();
    busy();
    connection.batch(&[(insert, &[]), (insert, &[])]).unwrap();
    busy();
    connection.insert("t", &["v"], &[vec![Value::Int(1)]]).unwrap();
    busy();
    let transaction = connection.begin().unwrap();
    busy();
    transaction.execute(insert, &[]).unwrap();
    busy();
    transaction.commit().unwrap();
    busy();
    connection.sync().unwrap();
    // Each once.
    assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(5));
    assert!(connection.stats().unwrap()["retries"] >= 2 * 6);
    connection.close().unwrap();
}

#[test]
fn a_server_that_stays_busy_is_told_in_time() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let mut options = Options::remote(&proxy.url());
    options.timeout_ms = 1000;
    let connection = options.open().unwrap();
    proxy.strike("POST ", Fate::Refused(429, usize::MAX));
    let started = Instant::now();
    let error = connection.execute("CREATE TABLE t (v)", &[]).unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_BUSY", true), "{}", error.message);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    proxy.spare();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    connection.close().unwrap();
}

/// A server that did not finish, or a proxy that has lost it, may have carried it out.
#[test]
fn a_write_that_was_not_finished_is_not_sent_again() {
    let Some((_server, proxy, connection)) = through_a_proxy(5_000) else { return };
    for status in [408, 500, 502, 503, 504] {
        a_write_is_not_sent_again_after(status, &proxy, &connection);
    }
    connection.close().unwrap();
}

fn a_write_is_not_sent_again_after(status: u16, proxy: &Proxy, connection: &Connection) {
    let late = || proxy.strike(PIPELINE, Fate::Refused(status, 1));
    let insert = "INSERT INTO t VALUES (1)";
    for write in [
        &(|| connection.execute(insert, &[]).map(drop)) as &dyn Fn() -> Result<(), _>,
        &|| connection.batch(&[(insert, &[])]).map(drop),
        &|| connection.insert("t", &["v"], &[vec![Value::Int(1)]]).map(drop),
    ] {
        late();
        let error = write().unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", false), "{}", error.message);
        assert!(error.message.contains(&status.to_string()), "{}", error.message);
        assert!(error.message.contains("committed or not"), "{}", error.message);
        assert_eq!(count(connection), Value::Int(0));
    }
    // Nothing of a transaction is there unless it was committed.
    let transaction = connection.begin().unwrap();
    late();
    let error = transaction.execute(insert, &[]).unwrap_err();
    assert_eq!(error.hint, "Nothing of the transaction was written. Run all of it again.");
    assert!(error.retryable, "{error:?}");
    transaction.rollback().unwrap();
    // A read may be sent again.
    late();
    assert_eq!(count(connection), Value::Int(0));
}

#[test]
fn statuses_are_told_apart_and_nothing_is_sent_again() {
    let Some((_server, proxy, connection)) = through_a_proxy(5_000) else { return };
    for (answer, code, words) in [
        (&b"401 No\r\ncontent-length: 0\r\n\r\n"[..], "REMOTE_UNAUTHORIZED", "refuses the token"),
        (b"402 No\r\ncontent-length: 23\r\n\r\n{\"error\":\"used up now\"}", "REMOTE_BLOCKED", "402: used up now"),
        (b"403 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_READ_ONLY", "403"),
        (
            b"400 No\r\ncontent-length: 26\r\n\r\n{\"error\":\"encryption key\"}",
            "REMOTE_UNAUTHORIZED",
            "encryption key",
        ),
        (b"413 No\r\ncontent-length: 6\r\n\r\n<html>", "REMOTE_REFUSES_SIZE", "(413)"),
        (b"410 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_BUSY", "ended the transaction"),
        (b"404 No\r\ncontent-length: 26\r\n\r\n{\"error\":\"STREAM_EXPIRED\"}", "REMOTE_BUSY", "ended the transaction"),
        (
            b"307 No\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n",
            "REMOTE_REDIRECTED",
            "http://192.0.2.1/",
        ),
        (b"300 No\r\ncontent-length: 0\r\n\r\n", "REMOTE_NOT_LIBSQL", "300"),
    ] {
        let before = proxy.struck();
        proxy.strike(PIPELINE, Fate::Answered(answer, usize::MAX));
        let error = connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
        proxy.spare();
        assert_eq!((error.code.as_str(), error.retryable), (code, code == "REMOTE_BUSY"), "{error:?}");
        assert!(error.retryable || proxy.struck() == before + 1, "it was sent again after {code}");
        assert!(error.message.contains(words) && !error.message.contains("html"), "{}", error.message);
        assert_eq!(count(&connection), Value::Int(0));
    }
    connection.close().unwrap();
}

#[test]
fn a_server_that_says_when_to_come_back_is_left_alone_until_then() {
    let Some((_server, proxy, connection)) = through_a_proxy(5_000) else { return };
    let busy = b"503 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
    proxy.strike(PIPELINE, Fate::Answered(busy, 1));
    let started = Instant::now();
    connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!((count(&connection), connection.stats().unwrap()["retries"]), (Value::Int(1), 1));
    connection.close().unwrap();
}

#[test]
fn a_server_that_wants_to_be_left_alone_for_longer_than_a_call_is_not_asked_again() {
    let Some((_server, proxy, connection)) = through_a_proxy(5_000) else { return };
    for busy in [
        &b"429 Busy\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n"[..],
        b"503 Busy\r\nretry-after: 18446744073709551615\r\ncontent-length: 0\r\n\r\n",
        b"503 Busy\r\nretry-after: Fri, 31 Dec 9999 23:59:59 GMT\r\ncontent-length: 0\r\n\r\n",
    ] {
        let before = proxy.struck();
        proxy.strike(PIPELINE, Fate::Answered(busy, usize::MAX));
        let error = connection.value("SELECT count(*) FROM t").unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_BUSY", true), "{error:?}");
        assert_eq!(proxy.struck(), before + 1);
    }
    connection.close().unwrap();
}

/// The server may have carried out what it gives no answer to that can be read.
#[test]
fn a_write_whose_answer_cannot_be_read_is_not_said_to_be_refused() {
    let Some((_server, proxy, connection)) = through_a_proxy(5_000) else { return };
    let insert = "INSERT INTO t VALUES (1)";
    for (answer, words) in [
        (&b"200 OK\r\ncontent-length: 6\r\n\r\n<html>"[..], "its answer is none"),
        (b"200 OK\r\ncontent-length: 0\r\n\r\n", "its answer is none"),
        (b"200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b", "is compressed"),
        (b"200 OK\r\ncontent-length: 64000001\r\n\r\n", "more than 64 MB"),
        (b"303 No\r\nlocation: http://192.0.2.1/\r\ncontent-length: 0\r\n\r\n", "http://192.0.2.1/"),
    ] {
        for write in [
            &(|| connection.execute(insert, &[]).map(drop)) as &dyn Fn() -> Result<(), _>,
            &|| connection.batch(&[(insert, &[])]).map(drop),
            &|| connection.insert("t", &["v"], &[vec![Value::Int(1)]]).map(drop),
        ] {
            let before = proxy.struck();
            proxy.strike(PIPELINE, Fate::Answered(answer, usize::MAX));
            let error = write().unwrap_err();
            proxy.spare();
            assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_INTERRUPTED", false), "{error:?}");
            assert!(error.message.contains("committed or not") && error.message.contains(words), "{}", error.message);
            assert_eq!((proxy.struck(), count(&connection)), (before + 1, Value::Int(0)));
        }
    }
    connection.close().unwrap();
}

#[test]
fn compressed_answers_are_told() {
    let Some(server) = Server::start() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    proxy.strike("accept-encoding: identity\r\n", Fate::Passed);
    let connection = Options::replica(&folder.path("replica.db"), &proxy.url()).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    assert_eq!(proxy.struck(), proxy.requests().len());
    let compressed = b"200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\n\x06";
    proxy.strike("POST ", Fate::Answered(compressed, usize::MAX));
    for (code, error) in
        [("REMOTE_NOT_LIBSQL", connection.begin().unwrap_err()), ("SYNC_FAILED", connection.sync().unwrap_err())]
    {
        assert_eq!(error.code, code);
        assert!(error.message.contains("its answer is compressed, which nobody asked for"), "{}", error.message);
        assert!(error.hint.contains("proxies in between"), "{}", error.hint);
    }
    proxy.spare();
    connection.close().unwrap();
}

/// Answers without an end: as a whole, and as one message of them.
#[test]
fn no_more_is_read_of_an_answer_than_a_server_sends() {
    let Some(server) = Server::start() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    let connection = Options::replica(&folder.path("replica.db"), &proxy.url()).open().unwrap();
    let remote = Options::remote(&proxy.url()).open().unwrap();
    remote.value("SELECT 7").unwrap();
    let is_told = |error: crate::support::value::Error, code: &str| {
        assert_eq!((error.code.as_str(), error.retryable), (code, false), "{error:?}");
        assert!(error.message.contains("answered a request with more than 64 MB"), "{}", error.message);
        assert!(error.hint.contains("No libSQL server does so"), "{}", error.hint);
    };
    proxy.strike("POST ", Fate::Endless(b"\0\xff\xff\xff\xff"));
    is_told(remote.value("SELECT 7").unwrap_err(), "RESPONSE_TOO_LARGE");
    is_told(connection.sync().unwrap_err(), "SYNC_FAILED");
    proxy.strike("/cursor ", Fate::Endless(b"\xff\xff\xff\xff\x0f"));
    is_told(remote.cursor("SELECT 7", &[]).map(drop).unwrap_err(), "RESPONSE_TOO_LARGE");
    proxy.spare();
    assert_eq!(remote.value("SELECT 7").unwrap(), Value::Int(7));
    connection.sync().unwrap();
    remote.close().unwrap();
    connection.close().unwrap();
}

/// The answer to BEGIN in Protocol Buffers, with a baton, and `base_url` in field 2.
#[test]
fn nothing_is_sent_to_another_place_that_the_server_names() {
    let Some((_server, proxy, connection)) = through_a_proxy(5_000) else { return };
    let begun = b"200 OK\r\ncontent-length: 33\r\n\r\n\x0a\x01b\x12\x10http://192.0.2.1\x1a\x0a\x0a\x08\x1a\x06\x0a\x04\x0a\x02\x12\x00";
    proxy.strike(PIPELINE, Fate::Answered(begun, 1));
    let transaction = connection.begin().unwrap();
    let error = transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_REDIRECTED", false));
    assert!(error.message.ends_with("another place: http://192.0.2.1."), "{}", error.message);
    transaction.rollback().unwrap();
    connection.close().unwrap();
}

#[test]
fn no_more_requests_are_under_way_at_once_than_a_server_takes() {
    let Some(server) = Server::start() else { return };
    let proxy = Proxy::to(server.port);
    let connection = Options::remote(&proxy.url()).open().unwrap();
    proxy.delay(Duration::from_millis(100));
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| assert_eq!(connection.value("SELECT 1").unwrap(), Value::Int(1)));
        }
    });
    assert!((2..=33).contains(&proxy.most_open()), "{} at once", proxy.most_open());
    connection.close().unwrap();
}
