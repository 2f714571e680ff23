//! Reading the contract: its own comment describes the form.

use crate::support::value::Value;

pub struct Behaviour {
    pub title: String,
    pub steps: Vec<Step>,
    pub needs_server: bool,
}

pub struct Step {
    pub line: String,
    pub action: Action,
    pub columns: Option<Vec<String>>,
    pub rows: Vec<Vec<Value>>,
    pub changes: Option<i64>,
    pub error: Option<Refusal>,
}

/// What a step fails with.
pub struct Refusal {
    pub code: String,
    /// None: as the table of codes allows.
    pub retryable: Option<bool>,
}

pub enum Action {
    Open(Open),
    Use(String),
    Execute(Statement),
    Returning(Statement),
    Query(Statement),
    Batch(Vec<Statement>),
    Insert { table: String, columns: Vec<String>, rows: Vec<Vec<Value>> },
    Begin,
    Commit,
    Rollback,
    Sync,
    Close,
    Elsewhere(String),
    ServerStop,
    ServerStart,
    ServerSave,
    ServerRestore,
    ServerKey(String),
    ServerFreeze,
    ServerThaw,
    Token(String),
    Told(String),
    Harm { part: String, how: Harm },
    Rebuilds(i64),
    Pause(u64),
}

pub struct Open {
    pub name: String,
    pub kind: Kind,
    pub auto_sync: AutoSync,
    /// Default is the server's.
    pub url: Option<String>,
    pub token: String,
    /// The key of the token, in place of `token`.
    pub key: Option<String>,
    pub offline_start: bool,
    /// Default is the library's.
    pub timeout_ms: u32,
    pub slow_statement_ms: u32,
}

#[derive(Clone, Copy)]
pub enum Harm {
    Delete,
    Empty,
    Replace,
    Write,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Replica,
    Remote,
    File,
}

#[derive(Clone, Copy)]
pub enum AutoSync {
    On,
    Off,
    Every(u32),
}

pub struct Statement {
    pub sql: String,
    pub params: Vec<Value>,
}

/// Reads all behaviours; panics at a line that it does not know.
pub fn behaviours(text: &str) -> Vec<Behaviour> {
    let mut behaviours: Vec<Behaviour> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "behaviour" {
            behaviours.push(Behaviour { title: rest.into(), steps: Vec::new(), needs_server: true });
            continue;
        }
        let behaviour = behaviours.last_mut().unwrap_or_else(|| panic!("before a behaviour: {line}"));
        if !detail(behaviour.steps.last_mut(), word, rest) {
            let action = action(word, rest).unwrap_or_else(|| panic!("a line that means nothing: {line}"));
            behaviour.needs_server &=
                !matches!(&action, Action::Open(open) if open.kind == Kind::File || open.url.is_some());
            let step = Step { line: line.into(), action, columns: None, rows: Vec::new(), changes: None, error: None };
            behaviour.steps.push(step);
        }
    }
    behaviours
}

/// Adds a line to the step before, if it is one that belongs there.
fn detail(step: Option<&mut Step>, word: &str, rest: &str) -> bool {
    let Some(step) = step else { return false };
    match (word, &mut step.action) {
        ("bind", Action::Execute(statement) | Action::Returning(statement) | Action::Query(statement)) => {
            statement.params = values(rest)
        }
        ("bind", Action::Batch(statements)) => statements.last_mut().unwrap().params = values(rest),
        ("statement", Action::Batch(statements)) => statements.push(statement(rest)),
        ("values", Action::Insert { rows, .. }) => rows.push(values(rest)),
        ("columns", _) => step.columns = Some(words(rest)),
        ("row", _) => step.rows.push(values(rest)),
        ("changes", _) => step.changes = Some(rest.parse().unwrap()),
        ("error", _) => step.error = Some(refusal(rest)),
        _ => return false,
    }
    true
}

fn action(word: &str, rest: &str) -> Option<Action> {
    Some(match (word, rest) {
        ("open", _) => open(rest),
        ("use", _) => Action::Use(rest.into()),
        ("execute", _) => Action::Execute(statement(rest)),
        ("returning", _) => Action::Returning(statement(rest)),
        ("query", _) => Action::Query(statement(rest)),
        ("batch", "") => Action::Batch(Vec::new()),
        ("insert", _) => {
            let mut columns = words(rest);
            Action::Insert { table: columns.remove(0), columns, rows: Vec::new() }
        }
        ("begin", "") => Action::Begin,
        ("commit", "") => Action::Commit,
        ("rollback", "") => Action::Rollback,
        ("sync", "") => Action::Sync,
        ("close", "") => Action::Close,
        ("elsewhere", _) => Action::Elsewhere(rest.into()),
        ("server", "stop") => Action::ServerStop,
        ("server", "start") => Action::ServerStart,
        ("server", "save") => Action::ServerSave,
        ("server", "restore") => Action::ServerRestore,
        ("server", "freeze") => Action::ServerFreeze,
        ("server", "thaw") => Action::ServerThaw,
        ("server", _) => Action::ServerKey(rest.strip_prefix("key ")?.into()),
        ("token", _) => Action::Token(rest.into()),
        ("told", _) => Action::Told(rest.into()),
        ("harm", _) => {
            let (part, how) = rest.split_once(' ')?;
            let how = match how {
                "delete" => Harm::Delete,
                "empty" => Harm::Empty,
                "replace" => Harm::Replace,
                "write" => Harm::Write,
                _ => return None,
            };
            Action::Harm { part: if part == "file" { String::new() } else { part.into() }, how }
        }
        ("rebuilds", _) => Action::Rebuilds(rest.parse().ok()?),
        ("pause", _) => Action::Pause(rest.parse().ok()?),
        _ => return None,
    })
}

fn open(rest: &str) -> Action {
    let (kind, auto_sync) = (Kind::Replica, AutoSync::On);
    let mut open = Open {
        name: "main".into(),
        kind,
        auto_sync,
        url: None,
        token: String::new(),
        key: None,
        offline_start: false,
        timeout_ms: 0,
        slow_statement_ms: 0,
    };
    let mut words = rest.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "as" => open.name = words.next().unwrap().into(),
            "at" => open.url = words.next().map(str::to_owned),
            "token" => open.token = words.next().unwrap().into(),
            "key" => open.key = words.next().map(str::to_owned),
            "offline-start" => open.offline_start = true,
            "timeout" => open.timeout_ms = words.next().unwrap().parse().unwrap(),
            "slow" => open.slow_statement_ms = words.next().unwrap().parse().unwrap(),
            "replica" => open.kind = Kind::Replica,
            "remote" => open.kind = Kind::Remote,
            "file" => open.kind = Kind::File,
            "auto-sync" => {
                open.auto_sync = match words.next().unwrap() {
                    "on" => AutoSync::On,
                    "off" => AutoSync::Off,
                    ms => AutoSync::Every(ms.parse().unwrap()),
                }
            }
            word => panic!("open does not know {word}"),
        }
    }
    Action::Open(open)
}

fn refusal(rest: &str) -> Refusal {
    let (code, retryable) = match rest.split_once(' ') {
        None => (rest, None),
        Some((code, "retryable")) => (code, Some(true)),
        Some((code, "final")) => (code, Some(false)),
        Some((_, word)) => panic!("error does not know {word}"),
    };
    Refusal { code: code.into(), retryable }
}

fn statement(sql: &str) -> Statement {
    Statement { sql: sql.replace("%00", "\0"), params: Vec::new() }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| String::from_utf8(percents(word)).unwrap()).collect()
}

fn values(text: &str) -> Vec<Value> {
    text.split_whitespace().map(value).collect()
}

fn value(word: &str) -> Value {
    match word.split_once(':').unwrap_or((word, "")) {
        ("null", _) => Value::Null,
        ("int", number) => Value::Int(number.parse().unwrap()),
        ("real", number) => Value::Real(number.parse().unwrap()),
        ("text", text) => Value::Text(percents(text)),
        ("blob", hex) => Value::Blob(hex.as_bytes().chunks(2).map(|pair| byte(pair[0], pair[1])).collect()),
        _ => panic!("no value: {word}"),
    }
}

fn percents(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(next) = rest.next() {
        bytes.push(if next == b'%' { byte(rest.next().unwrap(), rest.next().unwrap()) } else { next });
    }
    bytes
}

fn byte(high: u8, low: u8) -> u8 {
    u8::from_str_radix(std::str::from_utf8(&[high, low]).unwrap(), 16).unwrap()
}
