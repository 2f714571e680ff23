//! Doubles of other kinds of servers, which take capabilities away from a real one: those of packages/testing, in a process of Node.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

/// Kinds without Protocol Buffers and log.
pub const JSON_ONLY: [&str; 2] = ["cloud", "bare"];

/// The process ends when its stdin does, with this one.
static PROCESS: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>> = Mutex::new(None);

/// The URL of a double before the server at a port, or says that there is no Node or no build of packages/testing.
pub fn double(port: u16, profile: &str) -> Option<String> {
    ask(&format!("{port} {profile}")).map(|port| format!("http://127.0.0.1:{port}"))
}

/// The port of a front that ends TLS, with a certificate for this host; that of its authority goes into a file.
pub fn tls_front(port: u16, host: &str, authority: &Path) -> Option<u16> {
    ask(&format!("{port} tls {host} {}", authority.display()))
}

/// Lets the certificate of a front expire: connections that are open end, and further ones see it.
pub fn expire(front: u16) {
    ask(&format!("{front} expire"));
}

fn ask(question: &str) -> Option<u16> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testing/dist/serve-doubles.js");
    let mut process = PROCESS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if process.is_none() {
        let node = Command::new("node").arg(&script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let (true, Ok(mut node)) = (script.exists(), node) else {
            super::missing("node, or packages/testing is not built");
            return None;
        };
        *process = Some((node.stdin.take().unwrap(), BufReader::new(node.stdout.take().unwrap())));
    }
    let (stdin, stdout) = process.as_mut().unwrap();
    writeln!(stdin, "{question}").unwrap();
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    Some(line.trim().parse().unwrap())
}
