//! One call's limits: when it must be over, and how often what is safe to repeat is repeated.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{sleep, Instant};

use crate::error::{Error, Result};
use crate::events::{Event, Events};
use crate::primary::Sent;
use crate::status::Status;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What may be done once more after which failure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Anything: it only reads.
    Read,
    /// Only what the server never began, or refused as a whole.
    Unbegun,
}

impl Repeat {
    fn allows(self, error: &Error) -> bool {
        match error.status {
            Status::RemoteUnreachable | Status::RemoteBusy => self == Repeat::Read || !error.is_undecided,
            Status::RemoteInterrupted => self == Repeat::Read,
            Status::RemoteFailed => self == Repeat::Read && error.retryable,
            Status::ProxyFailed => error.retryable,
            _ => false,
        }
    }
}

/// Counts the repetitions of a connection's calls, and tells of them.
pub struct Retries {
    pub count: AtomicU64,
    events: Option<Arc<Events>>,
}

impl Retries {
    pub fn new(events: &Arc<Events>) -> Self {
        Self { count: AtomicU64::new(0), events: Some(Arc::clone(events)) }
    }

    fn add(&self, error: &Error, pause: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if let Some(events) = &self.events {
            events.tell(Event::retry(error, pause));
        }
    }
}

/// The limits of one call.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub deadline: Instant,
    pub max_retries: u32,
    pub retries: &'a Retries,
    /// Tells whether a write may have reached the server.
    pub sent: Option<&'a Sent>,
}

impl Call<'_> {
    /// A call that repeats nothing.
    pub fn once(deadline: Instant) -> Self {
        static NONE: Retries = Retries { count: AtomicU64::new(0), events: None };
        Self { deadline, max_retries: 0, retries: &NONE, sent: None }
    }

    /// Carries out `work` until it succeeds, fails for good, or there is no time left for another try.
    pub async fn repeat<T, F: Future<Output = Result<T>>>(
        &self,
        repeat: Repeat,
        mut work: impl FnMut() -> F,
    ) -> Result<T> {
        let mut pause = FIRST_PAUSE;
        for _ in 0..self.max_retries {
            let error = match work().await {
                Err(error) if repeat.allows(&error) => error,
                outcome => return outcome,
            };
            let wait = error.pause.unwrap_or(pause.mul_f64(jitter()));
            if Instant::now() + wait >= self.deadline {
                return Err(error);
            }
            self.retries.add(&error, wait);
            sleep(wait).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
        work().await
    }
}

/// Between a half and one, so that clients that failed together do not come back together.
pub fn jitter() -> f64 {
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    0.5 + f64::from(nanos % 1000) / 2000.0
}
