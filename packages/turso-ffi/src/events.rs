//! What happens to a connection, kept for whoever listens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use crate::error::Error;
use crate::value::{put_bytes, put_u32, put_value, Value};

/// Events that are kept while nobody asks for them; older ones are dropped.
const KEPT: usize = 256;

#[derive(Clone, Debug)]
pub enum Event {
    /// A sync succeeded.
    Sync { frames: u64, frame_no: u64, duration: Duration },
    /// A request or a call is made again after a pause.
    Retry { code: &'static str, message: String, pause: Duration },
    /// The replica was fetched again.
    Rebuild { reason: String },
    /// A call took long. The text of its statement has no values.
    Slow { sql: String, duration: Duration },
}

impl Event {
    pub fn retry(error: &Error, pause: Duration) -> Self {
        Self::Retry { code: error.status.word(), message: error.message.clone(), pause }
    }

    /// As `turso.h` describes it.
    pub fn encode(&self) -> Vec<u8> {
        let ms = |time: &Duration| Value::Real(time.as_secs_f64() * 1000.0);
        let number = |number: &u64| Value::Integer(*number as i64);
        let (name, fields) = match self {
            Event::Sync { frames, frame_no, duration } => (
                "sync",
                vec![("frames", number(frames)), ("frame_no", number(frame_no)), ("duration_ms", ms(duration))],
            ),
            Event::Retry { code, message, pause } => (
                "retry",
                vec![
                    ("code", Value::Text(code.as_bytes())),
                    ("message", Value::Text(message.as_bytes())),
                    ("pause_ms", ms(pause)),
                ],
            ),
            Event::Rebuild { reason } => ("rebuild", vec![("reason", Value::Text(reason.as_bytes()))]),
            Event::Slow { sql, duration } => {
                ("slow", vec![("sql", Value::Text(sql.as_bytes())), ("duration_ms", ms(duration))])
            }
        };
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, name.as_bytes());
        put_u32(&mut bytes, fields.len());
        for (name, value) in fields {
            put_bytes(&mut bytes, name.as_bytes());
            put_value(&mut bytes, value);
        }
        bytes
    }
}

/// The events of one connection, in their order.
#[derive(Default)]
pub struct Events {
    queue: Mutex<VecDeque<Event>>,
    more: Notify,
}

impl Events {
    pub fn tell(&self, event: Event) {
        let mut queue = self.queue();
        if queue.len() == KEPT {
            queue.pop_front();
        }
        queue.push_back(event);
        drop(queue);
        self.more.notify_one();
    }

    /// Waits for the next event.
    pub async fn next(&self) -> Event {
        loop {
            let event = self.queue().pop_front();
            if let Some(event) = event {
                return event;
            }
            self.more.notified().await;
        }
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connections that are told what happens to something they share.
#[derive(Default)]
pub struct Listeners(Mutex<Vec<Weak<Events>>>);

impl Listeners {
    pub fn add(&self, events: &Arc<Events>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|events| events.strong_count() > 0);
        all.push(Arc::downgrade(events));
    }

    pub fn tell(&self, event: &Event) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.iter().filter_map(Weak::upgrade).for_each(|events| events.tell(event.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_events_are_kept_in_their_order() {
        let (events, listeners) = (Arc::new(Events::default()), Listeners::default());
        listeners.add(&events);
        listeners.add(&Arc::new(Events::default()));
        for number in 0..KEPT + 7 {
            listeners.tell(&Event::Rebuild { reason: number.to_string() });
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for number in 7..KEPT + 7 {
            let Event::Rebuild { reason } = runtime.block_on(events.next()) else { panic!("another event") };
            assert_eq!(reason, number.to_string());
        }
        assert!(events.queue().is_empty());
    }
}
