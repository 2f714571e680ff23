//! What a server asks its clients for, and over what connections it may go.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use crate::address::Server;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::status::Status;

/// Lets a token and a key go to another machine over plain HTTP if it is `1`. The same variable as turso-core's.
const ALLOWED: &str = "TURSO_SYNC_ALLOW_HTTP_TOKEN";

/// The header of the encryption key.
const ENCRYPTION_KEY: &str = "x-turso-encryption-key";

/// Each is empty if there is none.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub token: Secret,
    /// The key of a database that its server keeps encrypted, in base64.
    pub encryption_key: Secret,
}

impl Credentials {
    /// Refuses a token or key that no header can carry, and one that others could read on its way.
    pub fn check(&self, server: &Server) -> Result<()> {
        self.check_for(server, std::env::var(ALLOWED).is_ok_and(|value| value == "1"))
    }

    fn check_for(&self, server: &Server, is_allowed: bool) -> Result<()> {
        let location = &server.location;
        if !is_graphic(&self.token) {
            return Err(bad(&format!("The token for {location}"), "Give the token alone, without a word before it."));
        }
        if !is_graphic(&self.encryption_key) {
            let hint = "Give the key of the database in base64, in one line.";
            return Err(bad(&format!("The encryption key for {location}"), hint));
        }
        let what = match (self.token.is_empty(), self.encryption_key.is_empty()) {
            (true, true) => return Ok(()),
            (true, false) => "encryption key",
            (false, _) => "token",
        };
        if server.has_tls() || server.is_loopback() || is_allowed {
            return Ok(());
        }
        Err(Error::new(
            Status::TokenOverHttp,
            format!("The {what} would go to {location} readable for all on the way."),
            format!(
                "Write https:// or libsql://. If the network in between is your own, set {ALLOWED}=1 in the environment."
            ),
        ))
    }

    /// What each request has for the sake of its database, once it is checked.
    pub fn headers(&self) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        if !self.token.is_empty() {
            headers.insert(AUTHORIZATION, hidden(&format!("Bearer {}", self.token.reveal()))?);
        }
        if !self.encryption_key.is_empty() {
            headers.insert(ENCRYPTION_KEY, hidden(self.encryption_key.reveal())?);
        }
        Ok(headers)
    }
}

/// Whether a header can carry it. What a header says about a character that it cannot carry would quote it.
fn is_graphic(secret: &Secret) -> bool {
    secret.reveal().bytes().all(|byte| byte.is_ascii_graphic())
}

fn bad(what: &str, hint: &str) -> Error {
    let message = format!("{what} holds a space, a line break or another character that none has.");
    Error::new(Status::RemoteUnauthorized, message, hint)
}

fn hidden(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| Error::internal("a header that was not checked"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{parse, Address};

    fn outcome(url: &str, token: &str, key: &str, is_allowed: bool) -> Result<()> {
        let Address::Server(server) = parse(url).unwrap() else { panic!("{url} is a file") };
        let credentials = Credentials { token: Secret::new(token), encryption_key: Secret::new(key) };
        credentials.check_for(&server, is_allowed)
    }

    #[test]
    fn they_go_to_other_machines_by_tls_only() {
        for url in [
            "http://db.example:8080",
            "ws://db.example",
            "libsql://db.example?tls=0",
            "http://0.0.0.0:8080",
            "http://[::]:8080",
            "http://[::ffff:127.0.0.1]",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "http://notlocalhost",
            "http://10.0.0.1",
        ] {
            for (token, key, what) in [("sesame", "", "The token"), ("", "sesame", "The encryption key")] {
                let error = outcome(url, token, key, false).unwrap_err();
                assert_eq!((error.status, error.retryable), (Status::TokenOverHttp, false), "{url}");
                assert!(error.message.starts_with(what) && error.hint.contains(ALLOWED), "{error:?}");
                outcome(url, token, key, true).unwrap();
            }
            outcome(url, "", "", false).unwrap();
        }
    }

    #[test]
    fn they_go_to_this_machine_and_by_tls() {
        for url in [
            "libsql://db.example",
            "https://db.example",
            "wss://db.example",
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:8080",
            "http://[0:0:0:0:0:0:0:1]",
            "http://localhost:8080",
            "http://LocalHost.",
            "ws://db.localhost:8080",
            "libsql://a.b.localhost:8080?tls=0",
        ] {
            outcome(url, "sesame", "sesame", false).unwrap();
        }
    }

    #[test]
    fn what_no_header_can_carry_is_refused_and_not_quoted() {
        for secret in ["two words", "line\nbreak", "umläut", "\0"] {
            for (token, key) in [(secret, ""), ("", secret)] {
                let error = outcome("libsql://db.example", token, key, false).unwrap_err();
                assert_eq!(error.status, Status::RemoteUnauthorized);
                assert!(!format!("{error:?}").contains(secret), "{error:?}");
            }
        }
    }
}
