//! Tokens that are renewed while a connection is open.

use crate::support::connection::{Connection, Options, INTERVAL};
use crate::support::folder::Folder;
use crate::support::server::Server;
use crate::support::tokens::Tokens;
use crate::support::value::Value;

fn count(connection: &Connection) -> Value {
    connection.value("SELECT count(*) FROM t").unwrap()
}

#[test]
fn a_connection_goes_on_with_a_renewed_token() {
    let Some(mut server) = Server::start_with_tokens() else { return };
    server.run("CREATE TABLE t (v)");
    let folder = Folder::new();
    let token = server.tokens.clone().unwrap().read_write;
    let replica = Options { token: token.clone(), ..Options::replica(&folder.path("r.db"), &server.url()) };
    let connections = [&replica, &replica, &Options { db_path: String::new(), ..replica.clone() }];
    let connections = connections.map(|options| options.open().unwrap());
    // Another key makes all tokens of before invalid.
    let tokens = Tokens::new();
    server.tokens = Some(tokens.clone());
    server.restart();
    for connection in connections {
        let error = connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
        assert_eq!(error.code, "REMOTE_UNAUTHORIZED");
    }
    for bad in ["two words", "line\nbreak", "umläut"] {
        let error = connections[0].set_token(bad).unwrap_err();
        assert_eq!(error.code, "REMOTE_UNAUTHORIZED");
        assert!(!format!("{error:?}").contains(bad), "{error:?}");
    }
    for connection in [connections[0], connections[2]] {
        connection.set_token(&tokens.read_write).unwrap();
        connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
        connection.sync().unwrap();
    }
    // The one that shares the replica syncs with it, and still writes with its own.
    connections[1].sync().unwrap();
    assert_eq!(count(&connections[1]), Value::Int(2));
    let error = connections[1].execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    assert_eq!(error.code, "REMOTE_UNAUTHORIZED");
    assert!(!format!("{error:?}").contains(&token));
    // Whoever joins must have the new one.
    assert_eq!(replica.open().unwrap_err().code, "REMOTE_UNAUTHORIZED");
    Options { token: tokens.read_write, ..replica }.open().unwrap().close().unwrap();
    for connection in connections {
        connection.close().unwrap();
        assert_eq!(connection.set_token("t").unwrap_err().code, "CONNECTION_CLOSED");
    }
}

#[test]
fn calls_under_way_do_not_notice() {
    let Some(server) = Server::start_with_tokens() else { return };
    server.run("CREATE TABLE t (v)");
    let (folder, tokens) = (Folder::new(), server.tokens.clone().unwrap());
    let options = Options { token: tokens.read_write.clone(), ..Options::replica(&folder.path("r.db"), &server.url()) };
    let connection = Options { auto_sync: INTERVAL, sync_interval_ms: 5, ..options }.open().unwrap();
    let insert = || connection.execute("INSERT INTO t VALUES (1)", &[]).map(drop).unwrap();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..50).for_each(|_| insert()))).collect();
        while !writers.iter().all(|writer| writer.is_finished()) {
            for token in [&tokens.renewed, &tokens.read_write] {
                connection.set_token(token).unwrap();
                std::thread::yield_now();
            }
        }
    });
    let transaction = connection.begin().unwrap();
    connection.set_token(&tokens.renewed).unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    transaction.commit().unwrap();
    assert_eq!(count(&connection), Value::Int(4 * 50 + 1));
    connection.close().unwrap();
}

#[test]
fn a_token_for_another_machine_is_refused_over_plain_http() {
    let Some(server) = Server::start() else { return };
    // Linux connects this to itself; the rule takes it for another machine.
    let connection = Options::remote(&format!("http://0.0.0.0:{}", server.port)).open().unwrap();
    assert_eq!(connection.set_token("sesame-of-a-test").unwrap_err().code, "TOKEN_OVER_HTTP");
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    connection.close().unwrap();
    let folder = Folder::new();
    let file = Options::file(&folder.path("f.db")).open().unwrap();
    file.set_token("sesame-of-a-test").unwrap();
    file.close().unwrap();
}
