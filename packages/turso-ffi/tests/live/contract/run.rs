//! Carrying out one behaviour.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use super::parse::{Action, AutoSync, Behaviour, Harm, Kind, Open, Statement, Step};
use crate::support::codes;
use crate::support::connection::{Connection, Options, Transaction, INTERVAL, OFF};
use crate::support::doubles::double;
use crate::support::folder::Folder;
use crate::support::server::Server;
use crate::support::tokens::Tokens;
use crate::support::value::{Changes, Error, Executed, Rows, Value};

/// Runs the steps in order, behind a double of this kind if one is named; the error says which one went otherwise than it should.
pub fn run(behaviour: &Behaviour, double_of: Option<&str>) -> Result<(), String> {
    let mut scene = Scene {
        folder: Folder::new(),
        server: None,
        url: String::new(),
        open: HashMap::new(),
        current: String::new(),
        keys: HashMap::new(),
        told: HashMap::new(),
    };
    if behaviour.needs_server {
        let Some(server) = Server::start() else {
            return Ok(());
        };
        scene.url = match double_of {
            Some(kind) => match double(server.port, kind) {
                Some(url) => url,
                None => return Ok(()),
            },
            None => server.url(),
        };
        scene.server = Some(server);
    }
    for step in &behaviour.steps {
        let outcome = scene.carry_out(&step.action);
        check(step, outcome).map_err(|reason| format!("{}: {reason}", step.line))?;
    }
    // One of the first requests, each time.
    if double_of == Some("balancer") && scene.retries() == 0 {
        return Err("nothing was refused".into());
    }
    Ok(())
}

/// What a step came to.
enum Outcome {
    Done,
    Changed(Changes),
    Returned(Executed),
    Read(Rows),
}

fn check(step: &Step, outcome: Result<Outcome, Error>) -> Result<(), String> {
    let outcome = match (outcome, &step.error) {
        (Err(error), Some(wanted)) if error.code == wanted.code => return check_error(&error, wanted.retryable),
        (Err(error), _) => return Err(format!("{}: {} ({})", error.code, error.message, error.hint)),
        (Ok(_), Some(wanted)) => return Err(format!("no error came, but {} was to come", wanted.code)),
        (Ok(outcome), None) => outcome,
    };
    let (changes, rows) = match outcome {
        Outcome::Done => (None, None),
        Outcome::Changed(changes) => (Some(changes), None),
        Outcome::Returned(executed) => (Some(executed.changes), Some(executed.returned)),
        Outcome::Read(rows) => (None, Some(rows)),
    };
    if let (Some(wanted), Some(changes)) = (step.changes, changes) {
        if changes.rows != wanted {
            return Err(format!("changes are {}, not {wanted}", changes.rows));
        }
    }
    if let Some(rows) = rows {
        if step.columns.as_ref().is_some_and(|columns| *columns != rows.columns) {
            return Err(format!("columns are {:?}", rows.columns));
        }
        if rows.rows != step.rows {
            return Err(format!("rows are {:?}", rows.rows));
        }
    }
    Ok(())
}

/// An error says what happened, what to do, and whether a repetition may help, as the table of codes allows and the step wants.
fn check_error(error: &Error, retryable: Option<bool>) -> Result<(), String> {
    if retryable.is_some_and(|retryable| retryable != error.retryable) {
        return Err(format!("`retryable` is another: {error:?}"));
    }
    if codes::is_allowed(error) {
        Ok(())
    } else {
        Err(format!("the error is not as the table of codes says: {error:?}"))
    }
}

struct Scene {
    folder: Folder,
    server: Option<Server>,
    /// Where the server is reached.
    url: String,
    open: HashMap<String, (Connection, Option<Transaction>)>,
    current: String,
    /// Keys and their tokens, by the names of the contract.
    keys: HashMap<String, Tokens>,
    /// What connections tell of, by their names.
    told: HashMap<String, mpsc::Receiver<String>>,
}

/// How long an event may take that comes by itself.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

impl Scene {
    fn carry_out(&mut self, action: &Action) -> Result<Outcome, Error> {
        match action {
            Action::Open(open) => {
                let connection = self.options(open).open()?;
                let (tell, told) = mpsc::channel();
                connection.on_event(Some(Box::new(move |event| tell.send(event.kind).unwrap_or_default())))?;
                self.told.insert(open.name.clone(), told);
                self.open.insert(open.name.clone(), (connection, None));
                self.current = open.name.clone();
            }
            Action::Use(name) => self.current = name.clone(),
            Action::Execute(Statement { sql, params }) => {
                let changes = match self.current() {
                    (_, Some(transaction)) => transaction.execute(sql, params),
                    (connection, None) => connection.execute(sql, params),
                };
                return changes.map(Outcome::Changed);
            }
            Action::Returning(Statement { sql, params }) => {
                let executed = match self.current() {
                    (_, Some(transaction)) => transaction.returning(sql, params),
                    (connection, None) => connection.returning(sql, params),
                };
                return executed.map(Outcome::Returned);
            }
            Action::Query(Statement { sql, params }) => {
                let rows = match self.current() {
                    (_, Some(transaction)) => transaction.query(sql, params),
                    (connection, None) => connection.query(sql, params),
                };
                return rows.map(Outcome::Read);
            }
            Action::Batch(statements) => {
                let statements: Vec<_> = statements.iter().map(|it| (it.sql.as_str(), &it.params[..])).collect();
                return self.current().0.batch(&statements).map(Outcome::Changed);
            }
            Action::Insert { table, columns, rows } => return self.insert(table, columns, rows),
            Action::Begin => self.current().1 = Some(self.current().0.begin()?),
            Action::Commit => self.current().1.take().expect("a transaction").commit()?,
            Action::Rollback => self.current().1.take().expect("a transaction").rollback()?,
            Action::Sync => self.current().0.sync().map(drop)?,
            Action::Close => self.current().0.close()?,
            Action::Elsewhere(sql) => self.server.as_ref().expect("a server").run(sql),
            Action::ServerStop => self.server.as_mut().expect("a server").kill(),
            Action::ServerStart => self.server.as_mut().expect("a server").restart(),
            Action::ServerSave => self.server.as_mut().expect("a server").save(),
            Action::ServerRestore => self.server.as_mut().expect("a server").restore(),
            Action::ServerKey(name) => {
                let tokens = self.tokens(name);
                self.server.as_mut().expect("a server").take_only(tokens);
            }
            Action::ServerFreeze => self.server.as_ref().expect("a server").freeze(),
            Action::ServerThaw => self.server.as_ref().expect("a server").thaw(),
            Action::Token(name) => {
                let token = self.tokens(name).read_write;
                self.current().0.set_token(&token)?;
            }
            Action::Told(kind) => {
                let told = &self.told[&self.current];
                while told.recv_timeout(TOLD_WITHIN).expect("an event") != *kind {}
            }
            Action::Harm { part, how } => self.harm(part, *how),
            Action::Rebuilds(wanted) => {
                let rebuilds = self.current().0.stats()?["rebuilds"];
                assert_eq!(rebuilds, *wanted, "the replica was fetched again another number of times");
            }
            Action::Pause(ms) => std::thread::sleep(Duration::from_millis(*ms)),
        }
        Ok(Outcome::Done)
    }

    fn insert(&mut self, table: &str, columns: &[String], rows: &[Vec<Value>]) -> Result<Outcome, Error> {
        let columns: Vec<_> = columns.iter().map(String::as_str).collect();
        self.current().0.insert(table, &columns, rows).map(Outcome::Changed)
    }

    /// What another program does to a file of a replica.
    fn harm(&self, part: &str, how: Harm) {
        let path = self.folder.path(&format!("{}.db{part}", self.current));
        match how {
            Harm::Delete => match fs::remove_file(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                deleted => deleted.unwrap(),
            },
            Harm::Empty => fs::write(&path, "").unwrap(),
            Harm::Replace => {
                fs::remove_file(&path).unwrap();
                run_elsewhere(&path, "CREATE TABLE t (v); INSERT INTO t VALUES ('another')");
            }
            Harm::Write => run_elsewhere(&path, "DELETE FROM t"),
        }
    }

    /// How often the connections that are open have sent a request again.
    fn retries(&self) -> i64 {
        self.open.values().map(|(connection, _)| connection.stats().map_or(0, |stats| stats["retries"])).sum()
    }

    fn current(&mut self) -> &mut (Connection, Option<Transaction>) {
        self.open.get_mut(&self.current).expect("an open connection")
    }

    fn tokens(&mut self, name: &str) -> Tokens {
        self.keys.entry(name.into()).or_insert_with(Tokens::new).clone()
    }

    fn options(&mut self, open: &Open) -> Options {
        let file = self.folder.path(&format!("{}.db", open.name));
        let url = || open.url.clone().unwrap_or_else(|| self.url.clone());
        let mut options = match open.kind {
            Kind::Replica => Options::replica(&file, &url()),
            Kind::Remote => Options::remote(&url()),
            Kind::File => Options::file(&file),
        };
        options.token = open.key.as_ref().map_or_else(|| open.token.clone(), |key| self.tokens(key).read_write);
        options.offline_start = open.offline_start;
        options.timeout_ms = open.timeout_ms;
        options.slow_statement_ms = open.slow_statement_ms;
        (options.auto_sync, options.sync_interval_ms) = match open.auto_sync {
            AutoSync::On => (0, 0),
            AutoSync::Off => (OFF, 0),
            AutoSync::Every(ms) => (INTERVAL, ms),
        };
        options
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        for (connection, _) in self.open.values() {
            // It may have been closed by a step.
            let _ = connection.close();
        }
    }
}

/// By an SQLite of its own, as any other program would.
fn run_elsewhere(path: &Path, sql: &str) {
    let database = rusqlite::Connection::open(path).unwrap();
    database.execute_batch(sql).unwrap();
}
