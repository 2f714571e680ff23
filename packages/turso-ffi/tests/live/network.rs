//! Ways to a server: proxies, keys, and servers that choose the database by a key.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::support::connection::Options;
use crate::support::doubles::{expire, tls_front};
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;
use crate::support::value::Value;

#[test]
fn an_encryption_key_goes_with_every_request() {
    let Some(server) = Server::start() else { return };
    let (proxy, folder) = (Proxy::to(server.port), Folder::new());
    proxy.strike("x-turso-encryption-key: c2VzYW1l\r\n", Fate::Passed);
    let options =
        Options { encryption_key: "c2VzYW1l".into(), ..Options::replica(&folder.path("replica.db"), &proxy.url()) };
    let connection = options.open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let transaction = connection.begin().unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    transaction.commit().unwrap();
    connection.sync().unwrap();
    assert_eq!(proxy.struck() as i64, connection.stats().unwrap()["requests"]);
    assert_eq!(proxy.struck(), proxy.requests().len());
    let error = Options { encryption_key: "another".into(), ..options }.open().unwrap_err();
    assert_eq!(error.code, "REPLICA_LOCKED");
    connection.close().unwrap();
}

/// The variables that tell a child what to open, and what should come of it.
const URL: &str = "TURSO_FFI_TEST_URL";
const WANTED: &str = "TURSO_FFI_TEST_WANTED";

/// A name that only the proxy knows.
const SERVER: &str = "http://db.invalid:81";

/// The part of other tests in a process of its own, whose environment says how servers are reached.
#[test]
fn a_child_with_an_environment_of_its_own() {
    let (Ok(url), Ok(wanted)) = (std::env::var(URL), std::env::var(WANTED)) else { return };
    let connection = Options { max_retries: 1, ..Options::remote(&url) }.open();
    if wanted == "opens" {
        assert_eq!(connection.unwrap().value("SELECT 7").unwrap(), Value::Int(7));
        return;
    }
    let error = connection.unwrap_err();
    assert!(["PROXY_FAILED", "REMOTE_TLS"].contains(&error.code.as_str()), "{error:?}");
    assert!(error.message.contains(&wanted) && error.message.contains("Nothing was sent"), "{error:?}");
    assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
}

#[test]
fn requests_go_through_a_proxy() {
    let Some(server) = Server::start() else { return };
    let proxy = connect_proxy(server.port);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, wanted) in [
        (format!("http://me:open%20sesame@{proxy}"), "opens"),
        (format!("http://me:wrong-sesame@{proxy}"), "status 407"),
        (format!("{nobody}"), "connection refused"),
        (format!("http://127.0.0.1:{}", server.port), "status 4"),
    ] {
        run_child(SERVER, wanted, &[("http_proxy", &address), ("no_proxy", "")]);
    }
}

#[test]
fn authorities_of_a_file_are_trusted() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new();
    let (own, other) = (folder.path("own.pem"), folder.path("other.pem"));
    let Some(port) = tls_front(server.port, "127.0.0.1", &own) else { return };
    let url = format!("https://127.0.0.1:{port}");
    run_child(&url, "opens", &[("SSL_CERT_FILE", own.to_str().unwrap())]);
    let error = Options::remote(&url).open().unwrap_err();
    assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_TLS", false));
    assert!(error.message.contains("no authority that this machine trusts"), "{}", error.message);
    assert!(error.hint.contains("SSL_CERT_FILE"), "{}", error.hint);
    // A certificate for another host.
    let port = tls_front(server.port, "db.example", &other).unwrap();
    let url = format!("https://127.0.0.1:{port}");
    run_child(&url, "for another host", &[("SSL_CERT_FILE", other.to_str().unwrap())]);
}

/// The variable that tells a child the port of its server.
const PORT: &str = "TURSO_FFI_TEST_PORT";

/// Its part in a process of its own, which trusts the authority of its front.
#[test]
fn a_certificate_that_expires_meanwhile_is_told() {
    let (Ok(port), Ok(authority)) = (std::env::var(PORT), std::env::var("SSL_CERT_FILE")) else {
        let Some(server) = Server::start() else { return };
        let folder = Folder::new();
        // It is read as a connection is opened.
        let authority = folder.path("authority.pem");
        let variables = [("SSL_CERT_FILE", authority.to_str().unwrap()), (PORT, &server.port.to_string())];
        return run("network::a_certificate_that_expires_meanwhile_is_told", &variables);
    };
    let folder = Folder::new();
    let Some(front) = tls_front(port.parse().unwrap(), "127.0.0.1", Path::new(&authority)) else { return };
    let options = Options {
        max_retries: 1,
        ..Options::replica(&folder.path("replica.db"), &format!("https://127.0.0.1:{front}"))
    };
    let connection = options.open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    expire(front);
    // Where a connection ends as a request comes, what came of it is not known.
    let write = || connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    let first = write();
    assert!(["REMOTE_TLS", "REMOTE_INTERRUPTED"].contains(&first.code.as_str()), "{first:?}");
    for (code, error) in [("REMOTE_TLS", write()), ("SYNC_FAILED", connection.sync().unwrap_err())] {
        assert_eq!((error.code.as_str(), error.retryable), (code, false), "{error:?}");
        assert!(error.message.contains("its certificate has expired. Nothing was sent"), "{}", error.message);
        assert!(error.hint.contains("Renew the certificate"), "{}", error.hint);
    }
    assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(0));
    connection.close().unwrap();
    for options in [Options::remote(&options.url), options] {
        let error = options.open().unwrap_err();
        assert_eq!((error.code.as_str(), error.retryable), ("REMOTE_TLS", false), "{error:?}");
    }
}

fn run_child(url: &str, wanted: &str, variables: &[(&str, &str)]) {
    let variables = [&[(URL, url), (WANTED, wanted)], variables].concat();
    run("network::a_child_with_an_environment_of_its_own", &variables);
}

/// Runs a test in a process with these variables.
fn run(test: &str, variables: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{variables:?}: {told}");
}

/// A proxy that opens connections to this port, whatever host is asked for, for whoever knows the password.
fn connect_proxy(target: u16) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            assert!(head.starts_with("CONNECT db.invalid:81 HTTP/1.1\r\nhost: db.invalid:81\r\n"), "{head}");
            // me:open sesame
            if !head.contains("\r\nproxy-authorization: Basic bWU6b3BlbiBzZXNhbWU=\r\n") {
                let _ = client.write_all(b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n");
                continue;
            }
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            let server = TcpStream::connect(("127.0.0.1", target)).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from, &mut to));
            thread::spawn(move || std::io::copy(&mut &server, &mut &client));
        }
    });
    address
}
