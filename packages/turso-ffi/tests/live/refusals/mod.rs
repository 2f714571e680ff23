//! Calls that are refused: every kind of them, and what a program is told.

mod border;
mod fates;
mod opening;
mod statements;
mod walk;

use self::walk::Walk;
use crate::support::codes;
use crate::support::connection::{Options, OFF};
use crate::support::folder::Folder;
use crate::support::proxy::Proxy;
use crate::support::server::Server;

#[test]
fn the_border_refuses_what_is_not_of_the_form_described() {
    border::walk(&mut Walk::default());
}

#[test]
fn a_refused_call_says_what_happened_and_what_a_program_does_next() {
    let Some(mut server) = Server::start_with_tokens() else { return };
    let (proxy, folder, mut walk) = (Proxy::to(server.port), Folder::new(), Walk::default());
    opening::walk(&mut walk, &server, &proxy);
    let token = server.tokens.clone().unwrap().read_write;
    let remote = Options { token, max_retries: 1, ..Options::remote(&proxy.url()) };
    // What others write comes by a sync, and the table is of the other one.
    let replica =
        Options { auto_sync: OFF, db_path: folder.path("replica.db").to_str().unwrap().into(), ..remote.clone() };
    let file = Options::file(&folder.path("local.db"));
    for (kind, options) in [("file", &file), ("remote", &remote), ("replica", &replica)] {
        let connection = options.open().unwrap();
        if kind != "replica" {
            connection.execute("CREATE TABLE t (v UNIQUE ON CONFLICT ROLLBACK)", &[]).unwrap();
            connection.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
        }
        statements::walk(&mut walk, kind, &connection);
        connection.close().unwrap();
    }
    statements::busy_file(&mut walk, &file);
    fates::walk(&mut walk, &mut server, &proxy, &replica);
    // A full disk and a proxy need a process of their own, and a defect cannot be ordered.
    let missing: Vec<_> = codes::all().map(|(code, _)| code).filter(|code| !walk.seen.contains(*code)).collect();
    assert_eq!(missing, ["INTERNAL", "DISK_FULL", "PROXY_FAILED"]);
}
