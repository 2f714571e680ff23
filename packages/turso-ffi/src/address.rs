//! Where a database is, from its URL: the rules of all languages, in contract/urls.txt.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use http::Uri;

use crate::error::{Error, Result};
use crate::file_url::read_file_url;
use crate::server_url::read_server_url;
use crate::status::Status;

const SCHEMES: [&str; 6] = ["libsql", "https", "http", "wss", "ws", "file"];

/// A libsql-server, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Server(Server),
    File(PathBuf),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// `http:` or `https:`, without a slash at its end.
    pub base: String,
    /// For messages.
    pub location: String,
}

impl Server {
    /// Whether what is sent there is encrypted.
    pub fn has_tls(&self) -> bool {
        self.base.starts_with("https:")
    }

    /// Whether it is on this machine, so that nobody on the way can read what is sent.
    pub fn is_loopback(&self) -> bool {
        self.base.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback))
    }

    /// Whether an address is of the same scheme, host and port.
    pub fn is_origin_of(&self, address: &Uri) -> bool {
        self.base.parse::<Uri>().is_ok_and(|own| origin(&own) == origin(address))
    }
}

/// Whether the host of a URL is this machine.
fn is_loopback(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.trim_end_matches(']').parse() == Ok(Ipv6Addr::LOCALHOST);
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_address = host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
    is_address || host.eq_ignore_ascii_case("localhost") || is_below_localhost(host)
}

/// Whether a name ends in `.localhost`, and so is this machine whatever a name server says (RFC 6761).
pub fn is_below_localhost(host: &str) -> bool {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase().ends_with(".localhost")
}

fn origin(uri: &Uri) -> (Option<&str>, String, u16) {
    let port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    (uri.scheme_str(), uri.host().unwrap_or_default().to_ascii_lowercase(), uri.port_u16().unwrap_or(port))
}

/// Reads a URL. `libsql:` and `wss:` mean `https:`, `ws:` means `http:`; `libsql:` with `?tls=0` means `http:`.
/// Fails with URL_MISSING, URL_UNSUPPORTED, and CONFIG_HAS_SECRET for a URL that carries a token or a password.
pub fn parse(url: &str) -> Result<Address> {
    if url.is_empty() {
        return Err(Error::new(
            Status::UrlMissing,
            "There is no database URL.",
            "Give one, for example libsql://my-db.turso.io or file:local.db.",
        ));
    }
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(unknown("The database URL starts with no scheme."));
    };
    let scheme = scheme.to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        return Err(unknown("The database URL starts with a scheme that is not known here."));
    }
    if has_secret(rest) {
        return Err(Error::new(
            Status::ConfigHasSecret,
            "The database URL carries a credential.",
            "Give the token as the option token, and leave the URL without it.",
        ));
    }
    if scheme == "file" {
        read_file_url(rest).map(Address::File)
    } else {
        read_server_url(&scheme, rest).map(Address::Server)
    }
}

fn unknown(message: &str) -> Error {
    let hint =
        "Use one of libsql:, https:, http:, wss:, ws:, file: - for example libsql://my-db.turso.io or file:./local.db.";
    Error::new(Status::UrlUnsupported, message, hint)
}

/// Whether there is a user or a password, or a parameter or fragment that is named like a credential.
fn has_secret(rest: &str) -> bool {
    let (address, ending) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
    let authority = address.trim_start_matches('/').split('/').next().unwrap_or_default();
    let names_secret = |parameter: &str| {
        let name = parameter.split('=').next().unwrap_or_default();
        let name = decode_percents(name).unwrap_or_else(|| name.to_owned()).to_ascii_lowercase();
        ["token", "jwt", "password", "secret", "key"].iter().any(|word| name.contains(word))
    };
    (rest.starts_with("//") && authority.contains('@')) || ending.split(['?', '&', '#']).any(names_secret)
}

pub fn decode_percents(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        bytes.push(if byte == b'%' {
            let high = (*rest.next()? as char).to_digit(16)?;
            let low = (*rest.next()? as char).to_digit(16)?;
            (high * 16 + low) as u8
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a URL means, as the contract writes it.
    fn meaning(url: &str) -> String {
        match parse(url) {
            Ok(Address::File(path)) => format!("file {}", path.strip_prefix(".").unwrap_or(&path).display()),
            Ok(Address::Server(server)) => {
                let uri: Uri = server.base.parse().unwrap();
                let (scheme, host, port) = origin(&uri);
                let told = format!("{} {host} {port} {}", scheme.unwrap(), uri.path().trim_end_matches('/'));
                told.trim_end().to_owned()
            }
            Err(error) => {
                assert!(!error.hint.is_empty(), "{error:?}");
                error.status.word().to_owned()
            }
        }
    }

    #[test]
    fn urls_mean_what_they_mean_in_every_language() {
        let rules =
            include_str!("../contract/urls.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let rules: Vec<_> = rules.map(|line| line.split_once(" => ").unwrap()).collect();
        assert!(rules.len() > 100);
        for (url, wanted) in rules {
            assert_eq!(meaning(url), wanted, "{url}");
        }
        assert_eq!(meaning(""), "URL_MISSING");
    }

    #[test]
    fn a_server_is_shown_as_it_was_given() {
        for (url, location) in [
            ("LIBSQL://DB.turso.io", "libsql://db.turso.io"),
            ("https://db.turso.io:443/", "https://db.turso.io"),
            ("libsql://localhost:8080?tls=0", "libsql://localhost:8080"),
            ("libsql://localhost:443?tls=0", "libsql://localhost:443"),
            ("https://proxy.example/db", "https://proxy.example/db"),
        ] {
            let Ok(Address::Server(server)) = parse(url) else { panic!("{url}") };
            assert_eq!(server.location, location, "{url}");
        }
    }

    #[test]
    fn no_message_quotes_what_may_be_a_credential() {
        for url in [
            "https://me:sesame@host",
            "https://sesame@host",
            "libsql://host?authToken=sesame",
            "libsql://host?x=1&JWT=sesame",
            "libsql://host#api_key=sesame",
            "http://sesame host",
            "sesame",
            "sesame:host",
        ] {
            let error = parse(url).unwrap_err();
            assert!(!format!("{error:?}{error}").contains("sesame"), "{error:?}");
        }
    }
}
