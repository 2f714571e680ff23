//! A way to the server that is slow, or that breaks where a test wants it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to a request whose bytes hold a certain text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The connection is cut before the server gets it.
    Cut,
    /// The server gets it, and its answer is thrown away with the connection.
    AnswerLost,
    /// The server does not get it, and nobody says so.
    Silence,
    /// The server gets it as ever.
    Passed,
    /// The server does not get it, and this status is answered; so many times.
    Refused(u16, usize),
    /// The server does not get it, and this is answered, from its status on; so many times.
    Answered(&'static [u8], usize),
    /// The server does not get it; this is answered, and then more without end.
    Endless(&'static [u8]),
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: u16,
    delay: Mutex<Duration>,
    /// Bytes a second from the server; 0: as many as come.
    rate: AtomicUsize,
    rule: Mutex<Option<(Vec<u8>, Fate)>>,
    /// Paths of the requests that came.
    requests: Mutex<Vec<String>>,
    struck: AtomicUsize,
    /// Connections that are open, and the most that were at one time.
    open: AtomicUsize,
    most_open: AtomicUsize,
    closed: AtomicBool,
}

impl Proxy {
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            target,
            delay: Mutex::default(),
            rate: AtomicUsize::new(0),
            rule: Mutex::default(),
            requests: Mutex::default(),
            struck: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if serving.closed.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(client), shared) = (client, Arc::clone(&serving)) else { return };
                thread::spawn(move || {
                    let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
                    shared.most_open.fetch_max(open, Ordering::SeqCst);
                    relay(client, &shared);
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, shared }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Adds so much to each round trip.
    pub fn delay(&self, round_trip: Duration) {
        *self.shared.delay.lock().unwrap() = round_trip / 2;
    }

    /// Lets so many bytes a second come from the server, on each connection.
    pub fn limit(&self, bytes_per_second: usize) {
        self.shared.rate.store(bytes_per_second, Ordering::SeqCst);
    }

    /// What happens from now on to requests that hold `text`.
    pub fn strike(&self, text: &str, fate: Fate) {
        *self.shared.rule.lock().unwrap() = Some((text.as_bytes().to_vec(), fate));
    }

    pub fn spare(&self) {
        *self.shared.rule.lock().unwrap() = None;
    }

    /// How many requests were struck.
    pub fn struck(&self) -> usize {
        self.shared.struck.load(Ordering::SeqCst)
    }

    /// The most connections that were open at one time.
    pub fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }

    /// The paths of the requests that came since the last time.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.requests.lock().unwrap())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn relay(client: TcpStream, shared: &Arc<Shared>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", shared.target)) else { return };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let lost = Arc::new(AtomicBool::new(false));
    let (forward, losing) = (Arc::clone(shared), Arc::clone(&lost));
    let sending = thread::spawn(move || send(from_client, to_server, &forward, &losing));
    answer(server, client, shared, &lost);
    sending.join().unwrap();
}

fn send(mut client: TcpStream, mut server: TcpStream, shared: &Shared, lost: &AtomicBool) {
    let mut chunk = vec![0; 65536];
    while let Ok(length @ 1..) = client.read(&mut chunk) {
        let bytes = &chunk[..length];
        note(bytes, shared);
        thread::sleep(*shared.delay.lock().unwrap());
        match fate(bytes, shared) {
            None | Some(Fate::Passed) => {}
            Some(Fate::Cut) => break,
            Some(Fate::AnswerLost) => lost.store(true, Ordering::SeqCst),
            Some(Fate::Silence) => continue,
            Some(Fate::Refused(status, _)) => {
                let answer = format!("HTTP/1.1 {status} Refused\r\ncontent-length: 0\r\n\r\n");
                if client.write_all(answer.as_bytes()).is_err() {
                    break;
                }
                continue;
            }
            Some(Fate::Endless(rest)) => {
                let mut sent = client.write_all(&[b"HTTP/1.1 200 OK\r\n\r\n", rest].concat());
                while sent.is_ok() {
                    sent = client.write_all(&[b'x'; 65536]);
                }
                break;
            }
            Some(Fate::Answered(rest, _)) => {
                if client.write_all(&[b"HTTP/1.1 ", rest].concat()).is_err() {
                    break;
                }
                continue;
            }
        }
        if server.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
}

fn answer(mut server: TcpStream, mut client: TcpStream, shared: &Shared, lost: &AtomicBool) {
    let mut chunk = vec![0; 65536];
    while let Ok(length @ 1..) = server.read(&mut chunk) {
        thread::sleep(*shared.delay.lock().unwrap());
        if let rate @ 1.. = shared.rate.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_secs_f64(length as f64 / rate as f64));
        }
        if lost.load(Ordering::SeqCst) || client.write_all(&chunk[..length]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn note(bytes: &[u8], shared: &Shared) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(path) = text.strip_prefix("POST ").and_then(|rest| rest.split(' ').next()) {
        shared.requests.lock().unwrap().push(path.to_owned());
    }
}

fn fate(bytes: &[u8], shared: &Shared) -> Option<Fate> {
    let mut rule = shared.rule.lock().unwrap();
    let (text, fate) = rule.as_mut()?;
    if !bytes.windows(text.len()).any(|window| window == &text[..]) {
        return None;
    }
    if let Fate::Refused(_, times) | Fate::Answered(_, times) = fate {
        *times = times.checked_sub(1)?;
    }
    shared.struck.fetch_add(1, Ordering::SeqCst);
    Some(*fate)
}
