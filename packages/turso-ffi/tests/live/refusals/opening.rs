//! Connections that do not open.

use std::fs;

use super::walk::{last, passing, Walk, USAGE};
use crate::support::connection::Options;
use crate::support::folder::Folder;
use crate::support::proxy::{Fate, Proxy};
use crate::support::server::Server;

/// Walks through options for a server that wants tokens.
pub fn walk(walk: &mut Walk, server: &Server, proxy: &Proxy) {
    let folder = Folder::new();
    let tokens = server.tokens.clone().unwrap();
    let there = Options { token: tokens.read_write, max_retries: 1, ..Options::remote(&proxy.url()) };
    let replica = |name: &str| Options { db_path: folder.path(name).to_str().unwrap().into(), ..there.clone() };
    let mut refuses = |what: &str, options: Options, wanted| walk.refuses(what, options.open(), wanted);

    refuses("no URL", Options::remote(""), last("URL_MISSING"));
    for url in
        ["127.0.0.1:8080", "postgres://db.example", "http://", "file:", "http://a b", "libsql://db\0", "file:a?b"]
    {
        refuses(url, Options::remote(url), last("URL_UNSUPPORTED"));
    }
    for url in ["http://me:sesame@127.0.0.1:1", "libsql://127.0.0.1:1?authToken=sesame", "libsql://h#jwt=a"] {
        refuses(url, Options::remote(url), last("CONFIG_HAS_SECRET").says("option token"));
    }
    let unauthorized = last("REMOTE_UNAUTHORIZED");
    for token in ["", "a.b.c", "a b", "a\nb", "\u{fc}", "a\0", &tokens.expired] {
        refuses("a token", Options { token: token.into(), ..there.clone() }, unauthorized.says("token"));
    }
    for encryption_key in ["a b", "a\nb", "\u{fc}"] {
        refuses("a key", Options { encryption_key: encryption_key.into(), ..there.clone() }, unauthorized.says("key"));
    }
    refuses("a mode", Options { auto_sync: 3, ..there.clone() }, USAGE);
    let plain = Options { url: "http://db.example".into(), ..there.clone() };
    refuses("a token in the open", plain, last("TOKEN_OVER_HTTP"));
    let with_tls = Options { url: proxy.url().replace("http", "https"), ..there.clone() };
    refuses("no TLS", with_tls, last("REMOTE_TLS").says("Nothing was sent"));
    let nowhere = Options { max_retries: 1, ..Options::remote("https://nowhere.invalid") };
    refuses("an unknown host", nowhere, passing("REMOTE_UNREACHABLE").says("Nothing was sent"));

    fs::write(folder.path("text.db"), "This is no database. ".repeat(50)).unwrap();
    fs::write(folder.path("file"), "").unwrap();
    let other = rusqlite::Connection::open(folder.path("other.db")).unwrap();
    other.execute_batch("CREATE TABLE mine (v)").unwrap();
    let pipe = std::ffi::CString::new(folder.path("pipe").to_str().unwrap()).unwrap();
    assert_eq!(unsafe { libc::mkfifo(pipe.as_ptr(), 0o600) }, 0);
    let inaccessible = last("FILE_INACCESSIBLE");
    for name in ["", "none/replica.db", "file/replica.db", "text.db", "other.db", "pipe", &"a".repeat(300)] {
        refuses(&format!("the replica {name}"), replica(name), inaccessible);
    }
    for name in ["", "none/local.db", "file/local.db", "text.db", "pipe", &"a".repeat(300)] {
        refuses(&format!("the file {name}"), Options::file(&folder.path(name)), inaccessible);
    }
    assert_eq!(other.query_row("SELECT count(*) FROM mine", [], |row| row.get::<_, i64>(0)), Ok(0));
    refuses("a NUL in a path", replica("a\0"), USAGE.says("no path has"));

    let open = replica("replica.db").open().unwrap();
    let locked = passing("REPLICA_LOCKED");
    refuses("a replica for another token", Options { token: tokens.renewed, ..replica("replica.db") }, locked);
    open.close().unwrap();

    // The server answers, and its log does not.
    for (fate, wanted) in [
        (Fate::Answered(b"401 No\r\ncontent-length: 0\r\n\r\n", usize::MAX), last("SYNC_FAILED").says("token")),
        (Fate::Answered(b"403 No\r\ncontent-length: 0\r\n\r\n", usize::MAX), last("SYNC_FAILED").says("token")),
        (Fate::Answered(b"500 No\r\ncontent-length: 0\r\n\r\n", usize::MAX), passing("SYNC_FAILED").says("500")),
        (
            Fate::Answered(b"404 No\r\ncontent-length: 0\r\n\r\n", usize::MAX),
            last("SYNC_FAILED").says("without a replica"),
        ),
        (Fate::Answered(b"200 OK\r\ncontent-length: 6\r\n\r\n<html>", usize::MAX), last("SYNC_FAILED")),
        (Fate::Cut, passing("SYNC_FAILED").says("broke off")),
    ] {
        proxy.strike("/wal_log", fate);
        refuses("a first sync", replica("new.db"), wanted);
        refuses("a sync of what is there", replica("replica.db"), wanted);
    }
    proxy.spare();
    replica("replica.db").open().unwrap().close().unwrap();
    // The longest times there are.
    let patient = Options { timeout_ms: u32::MAX, sync_interval_ms: u32::MAX, auto_sync: 2, ..replica("new.db") };
    patient.open().unwrap().close().unwrap();
}
