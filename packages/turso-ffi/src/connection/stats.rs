//! What a connection has done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::Duration;

use super::{Backend, Connection, CURSORS, STATEMENTS};
use crate::call::Retries;
use crate::error::Result;
use crate::events::Events;
use crate::latency::Summary;
use crate::value::{put_bytes, put_u32};

pub struct Counters {
    pub reads: AtomicU64,
    pub writes: AtomicU64,
    pub rows_written: AtomicU64,
    pub retries: Retries,
}

impl Counters {
    pub fn new(events: &Arc<Events>) -> Self {
        Self {
            reads: AtomicU64::default(),
            writes: AtomicU64::default(),
            rows_written: AtomicU64::default(),
            retries: Retries::new(events),
        }
    }
}

/// Names of the numbers of a summary.
const LATENCIES: [[&str; 4]; 3] = [
    ["latency_reads_count", "latency_reads_p50_us", "latency_reads_p95_us", "latency_reads_max_us"],
    ["latency_writes_count", "latency_writes_p50_us", "latency_writes_p95_us", "latency_writes_max_us"],
    ["latency_syncs_count", "latency_syncs_p50_us", "latency_syncs_p95_us", "latency_syncs_max_us"],
];

impl Connection {
    /// Names and numbers, encoded.
    pub fn stats(&self) -> Result<Vec<u8>> {
        let _entered = self.enter()?;
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as i64;
        let (mut syncs, mut rebuilds, mut frame_no, mut since_sync, mut age) = (0, 0, 0, -1, -1);
        let (mut requests, mut reconnects, mut repeated) = (0, 0, 0);
        if let Backend::Replica { replica, .. } = &self.backend {
            syncs = replica.syncs() as i64;
            rebuilds = replica.rebuilds() as i64;
            frame_no = replica.frame_no() as i64;
            requests += replica.requests() as i64;
            repeated += replica.repeated() as i64;
            since_sync = milliseconds(replica.since_sync());
            age = milliseconds(replica.age());
        }
        if let Backend::Replica { primary, .. } | Backend::Remote { primary } = &self.backend {
            requests += primary.requests() as i64;
            reconnects = primary.reconnects() as i64;
            repeated += primary.repeated() as i64;
        }
        let mut pairs = vec![
            ("writes", load(&self.counters.writes)),
            ("reads", load(&self.counters.reads)),
            ("syncs", syncs),
            ("retries", load(&self.counters.retries.count) + repeated),
            ("reconnects", reconnects),
            ("rebuilds", rebuilds),
            ("frame_no", frame_no),
            ("last_sync_ms_ago", since_sync),
            ("replica_age_ms", age),
            ("rows_written", load(&self.counters.rows_written)),
            ("requests", requests),
            ("open_statements", STATEMENTS.count(|it| it.is_of(self.id)) as i64),
            ("open_cursors", CURSORS.count(|it| it.is_of(self.id)) as i64),
        ];
        let mut syncs = Summary::default();
        if let Backend::Replica { replica, .. } = &self.backend {
            syncs = replica.latency().summary();
        }
        let (reads, writes) = (self.latencies.reads.summary(), self.latencies.writes.summary());
        for (names, Summary { count, p50_us, p95_us, max_us }) in LATENCIES.into_iter().zip([reads, writes, syncs]) {
            pairs.extend(names.into_iter().zip([count, p50_us, p95_us, max_us].map(|number| number as i64)));
        }
        Ok(encode(&pairs))
    }
}

fn milliseconds(time: Option<Duration>) -> i64 {
    time.map_or(-1, |time| time.as_millis() as i64)
}

fn encode(pairs: &[(&str, i64)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_u32(&mut bytes, pairs.len());
    for (name, number) in pairs {
        put_bytes(&mut bytes, name.as_bytes());
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes
}
