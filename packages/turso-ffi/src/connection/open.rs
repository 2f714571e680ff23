//! Opening a connection.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::stats::Counters;
use super::sync::AutoSync;
use super::timing::{slow_statement, Latencies};
use super::{offline, Backend, Connection, CONNECTIONS};
use crate::address::{self, Address, Server};
use crate::call::Call;
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::primary::Primary;
use crate::registry::next_id;
use crate::replica::{self, OpenReplica};
use crate::runtime;
use crate::sqlite::database::FileDatabase;
use crate::sqlite::{self, Access, Pool, OUTLINE};

const NOT_SYNCED: &str = "its file was not the one synced last";

/// How to connect.
pub struct Options<'a> {
    /// The replica's file; empty: no replica.
    pub db_path: &'a str,
    pub url: &'a str,
    pub credentials: Credentials,
    pub auto_sync: AutoSync,
    pub timeout: Duration,
    pub max_retries: u32,
    /// Whether a sound replica is enough to open the connection while the server is away.
    pub offline_start: bool,
    /// Statements that take at least so many milliseconds are events; 0: none are.
    pub slow_statement_ms: u32,
}

/// What a connection begins with.
struct Opened {
    backend: Backend,
    /// About what was found; empty as a rule.
    word: String,
    /// Whether the first sync is still to be done.
    is_behind: bool,
}

impl Opened {
    fn new(backend: Backend, word: impl Into<String>) -> Self {
        Self { backend, word: word.into(), is_behind: false }
    }
}

/// Opens a connection: its id, and a word about what was found, or an empty one.
pub fn open(options: Options<'_>) -> Result<(i64, String)> {
    let events = Arc::new(Events::default());
    let counters = Counters::new(&events);
    let Opened { backend, word, is_behind } = match address::parse(options.url)? {
        Address::File(path) => open_file(path, &options)?,
        Address::Server(server) => open_server(server, &options, &counters, &events)?,
    };
    let connection = Arc::new(Connection {
        id: next_id(),
        backend,
        timeout: options.timeout,
        max_retries: options.max_retries,
        auto_sync: Mutex::new(options.auto_sync),
        background: Mutex::default(),
        catching_up: Mutex::default(),
        counters,
        latencies: Latencies::default(),
        slow_statement: slow_statement(options.slow_statement_ms),
        events,
        listener: Mutex::default(),
        closed: CancellationToken::new(),
        active: AtomicUsize::new(0),
    });
    connection.set_auto_sync(options.auto_sync)?;
    if is_behind {
        connection.catch_up()?;
    }
    let id = connection.id;
    CONNECTIONS.put(id, connection);
    Ok((id, word))
}

fn open_file(path: PathBuf, options: &Options<'_>) -> Result<Opened> {
    let word = if options.db_path.is_empty() { "" } else { "A file: URL has no replica; db_path was not used." };
    Ok(Opened::new(Backend::File { database: FileDatabase::open(path, options.timeout)? }, word))
}

fn open_server(server: Server, options: &Options<'_>, counters: &Counters, events: &Arc<Events>) -> Result<Opened> {
    let credentials = &options.credentials;
    credentials.check(&server)?;
    let primary = Arc::new(Primary::new(server, credentials, options.timeout, events)?);
    let call = Call {
        deadline: Instant::now() + options.timeout,
        max_retries: options.max_retries,
        retries: &counters.retries,
        sent: None,
    };
    // First of all, since a server that is not there or refuses the token is told apart best here.
    let outline = match runtime::wait(primary.outline(call)) {
        Err(error) => return open_offline(error, primary, options, events),
        Ok(_) if options.db_path.is_empty() => return Ok(Opened::new(Backend::Remote { primary }, "")),
        Ok(outline) => outline,
    };
    let (replica, fault) = replica::open(Path::new(options.db_path), primary.http(), credentials, options.timeout)?;
    replica.listen(events);
    let generation = replica.generation();
    if let Err(error) = runtime::wait(replica.sync(call)) {
        return open_offline(error, primary, options, events).map_err(Error::of_sync);
    }
    let pool = pool_of(&replica, options);
    let word = match fault {
        Some(fault) => format!("The replica was fetched again: {fault}."),
        None if replica.generation() != generation => {
            "The replica was fetched again: the primary has another history than it had.".into()
        }
        None if runtime::wait(differs(&primary, &replica, &pool, outline, call))? => {
            runtime::wait(replica.rebuild(call, generation, NOT_SYNCED)).map_err(Error::of_sync)?;
            format!("The replica was fetched again: {NOT_SYNCED}.")
        }
        None => String::new(),
    };
    Ok(Opened::new(Backend::Replica { primary, replica, pool }, word))
}

/// Opens with the replica as it is, where that is wanted after this error.
fn open_offline(error: Error, primary: Arc<Primary>, options: &Options<'_>, events: &Arc<Events>) -> Result<Opened> {
    let (replica, word) = offline::start(error, primary.http(), options)?;
    replica.listen(events);
    let pool = pool_of(&replica, options);
    Ok(Opened { backend: Backend::Replica { primary, replica, pool }, word, is_behind: true })
}

fn pool_of(replica: &OpenReplica, options: &Options<'_>) -> Arc<Pool> {
    Arc::new(Pool::new(replica.path().to_owned(), Access::Read, options.timeout))
}

/// Whether the replica is not what it was synced to, as where another file was put in its place. `before` is the primary's
/// outline of before the sync.
async fn differs(
    primary: &Primary,
    replica: &Arc<OpenReplica>,
    pool: &Arc<Pool>,
    mut before: Option<Vec<u8>>,
    call: Call<'_>,
) -> Result<bool> {
    loop {
        let outline = replica.lend(pool).and_then(|lease| sqlite::query(&lease, OUTLINE, &[]));
        if before.is_none() || outline.is_ok_and(|outline| Some(outline) == before) {
            return Ok(false);
        }
        // Others may have written meanwhile; what stays the same on both sides is a difference.
        let now = primary.outline(call).await?;
        if now == before {
            return Ok(true);
        }
        replica.sync(call).await.map_err(Error::of_sync)?;
        before = now;
    }
}
