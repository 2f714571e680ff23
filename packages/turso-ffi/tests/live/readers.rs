//! Other programs that read a replica while a connection writes and syncs.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::OpenFlags;

use crate::support::connection::{Connection, Options};
use crate::support::folder::Folder;
use crate::support::server::Server;
use crate::support::value::Value;

const READS: &str = "TURSO_FFI_TEST_READS";

/// The other program: this test, started once more. Each line that it reads is SQL, and it prints the only number of the answer.
fn read(path: &str) {
    let reader = rusqlite::Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    println!("answer ready");
    for sql in std::io::stdin().lines() {
        let number = reader.query_row(&sql.unwrap(), [], |row| row.get::<_, i64>(0));
        println!("answer {}", number.unwrap());
    }
}

fn insert(connection: &Connection) {
    connection.execute("INSERT INTO t VALUES (zeroblob(9000))", &[]).unwrap();
}

#[test]
fn another_program_reads_a_replica_while_it_is_synced() {
    if let Ok(path) = std::env::var(READS) {
        return read(&path);
    }
    let folder = Folder::new();
    let Some(server) = Server::start() else { return };
    server.run("CREATE TABLE t (v)");
    let options = Options::replica(&folder.path("replica.db"), &server.url());
    let connection = options.open().unwrap();
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["readers::another_program_reads_a_replica_while_it_is_synced", "--exact", "--nocapture"])
        .env(READS, &options.db_path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(other.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut answer = || lines.find_map(|line| line.split_once("answer ").map(|(_, it)| it.to_owned())).unwrap();
    assert_eq!(answer(), "ready");
    let mut input = other.stdin.take().unwrap();
    let mut ask = |sql: &str| {
        writeln!(input, "{sql}").unwrap();
        answer().parse::<i64>().unwrap()
    };
    // More than the log holds before it goes into the file.
    for rows in 1..=300 {
        insert(&connection);
        assert_eq!(ask("SELECT count(*) FROM t"), rows);
    }
    assert_eq!(ask("SELECT count(*) FROM t AS a, t AS b"), 90_000);
    for path in fs::read_dir(folder.root()).unwrap().map(|entry| entry.unwrap().path()) {
        is_private(&path);
    }
    drop(input);
    other.wait().unwrap();
    insert(&connection);
    connection.close().unwrap();
    let (connection, word) = options.open_with_word().unwrap();
    assert_eq!((word.as_str(), connection.value("SELECT count(*) FROM t").unwrap()), ("", Value::Int(301)));
    connection.close().unwrap();
}

fn is_private(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}
