//! Servers and proxies that have too many requests: what says so, and how long they are left alone.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{Response, StatusCode};

use crate::call::jitter;

/// The pause before a request is sent again, if the server does not say how long; twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The longest time that a server is left alone for.
const A_DAY: Duration = Duration::from_secs(86_400);

/// The pauses between the tries of one request.
pub struct Pauses(Duration);

impl Pauses {
    pub fn new() -> Self {
        Self(FIRST_PAUSE)
    }

    /// How long to wait after this answer: as the server asks, or longer each time.
    pub fn next<T>(&mut self, response: &Response<T>) -> Duration {
        let pause = self.0;
        self.0 = LONGEST_PAUSE.min(pause * 2);
        retry_after(response).unwrap_or_else(|| pause.mul_f64(jitter()))
    }
}

/// Whether a server or a proxy has refused a request as a whole, since it has too many, so that nothing was done: 429, and 503 if it
/// says when to come back. Any other 503 may come from a proxy that has lost the server meanwhile. A 408 leaves it open, too.
pub fn is_refused<T>(response: &Response<T>) -> bool {
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::SERVICE_UNAVAILABLE => response.headers().contains_key(RETRY_AFTER),
        _ => false,
    }
}

/// How long a server that has too many requests asks to be left alone, in seconds or until a date.
pub fn retry_after<T>(response: &Response<T>) -> Option<Duration> {
    wait_of(response.headers().get(RETRY_AFTER)?.to_str().ok()?, SystemTime::now())
}

fn wait_of(asked: &str, now: SystemTime) -> Option<Duration> {
    let wait = match asked.trim().parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(asked).ok()?.duration_since(now).ok()?,
    };
    // The longest times there are cannot be added to a moment.
    (!wait.is_zero()).then_some(wait.min(A_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_asks_to_be_left_alone_in_seconds_or_until_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (asked, seconds) in [
            ("1", Some(1)),
            (" 120 ", Some(120)),
            ("18446744073709551615", Some(86_400)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400)),
            ("18446744073709551616", None),
            ("0", None),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:30 GMT", None),
            ("soon", None),
            ("", None),
            ("-1", None),
        ] {
            assert_eq!(wait_of(asked, now), seconds.map(Duration::from_secs), "{asked}");
        }
    }
}
