//! How long calls take, and which of them are told about.

use std::time::{Duration, Instant};

use super::Connection;
use crate::error::Result;
use crate::events::Event;
use crate::latency::Latency;
use crate::sql_tokens::without_values;

/// Bytes of a statement's text in an event.
const LONGEST_TEXT: usize = 1000;

/// The times of calls of a connection that succeeded.
#[derive(Default)]
pub struct Latencies {
    pub reads: Latency,
    pub writes: Latency,
}

#[derive(Clone, Copy)]
pub enum Kind {
    Read,
    Write,
    /// A call of a transaction, which counts as a write when it is committed.
    Within,
}

impl Connection {
    /// Carries out a call, notes how long it took, and tells of it if that was long. `sql` gives its text then.
    pub(super) fn timed<T>(
        &self,
        kind: Kind,
        sql: impl FnOnce() -> String,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let begun = Instant::now();
        let outcome = work();
        let duration = begun.elapsed();
        match (&outcome, kind) {
            (Ok(_), Kind::Read) => self.latencies.reads.add(duration),
            (Ok(_), Kind::Write) => self.latencies.writes.add(duration),
            _ => {}
        }
        if self.slow_statement.is_some_and(|limit| duration >= limit) {
            self.events.tell(Event::Slow { sql: shortened(without_values(&sql())), duration });
        }
        outcome
    }
}

/// The option of this name, in milliseconds; 0 stands for never.
pub fn slow_statement(ms: u32) -> Option<Duration> {
    (ms > 0).then(|| Duration::from_millis(ms.into()))
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        let end = (0..=LONGEST_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}
