//! Where a database is, from its URL: the same rules as turso-core's.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use http::Uri;

use crate::error::{Error, Result};
use crate::status::Status;

const SCHEMES: [&str; 6] = ["libsql", "https", "http", "wss", "ws", "file"];
const FILE_HINT: &str = "Write file:./local.db, or file:///absolute/path/local.db.";

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
            "Set TURSO_DATABASE_URL, for example to libsql://my-db.turso.io, or pass the URL.",
        ));
    }
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(unsupported("The database URL starts with no scheme."));
    };
    let scheme = scheme.to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        return Err(unsupported("The database URL starts with a scheme that is not known here."));
    }
    if scheme == "file" {
        parse_file(rest)
    } else {
        parse_server(&scheme, rest)
    }
}

fn unsupported(message: &str) -> Error {
    let hint =
        "Use one of libsql:, https:, http:, wss:, ws:, file: - for example libsql://my-db.turso.io or file:./local.db.";
    Error::new(Status::UrlUnsupported, message, hint)
}

fn parse_server(scheme: &str, rest: &str) -> Result<Address> {
    let (address, query) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
    let parameters = || query.split(['&', '#', '?']);
    let names_secret = parameters().any(|parameter| is_secret(parameter.split('=').next().unwrap_or_default()));
    let authority = address.trim_start_matches('/').split('/').next().unwrap_or_default();
    if names_secret || authority.contains('@') {
        return Err(Error::new(
            Status::ConfigHasSecret,
            "The database URL carries a credential.",
            "Put the token into TURSO_AUTH_TOKEN and leave the URL without it.",
        ));
    }
    let is_plain = matches!(scheme, "http" | "ws") || (scheme == "libsql" && parameters().any(|it| it == "tls=0"));
    let path = address.strip_prefix("//").unwrap_or_default().trim_end_matches('/');
    let base = format!("{}://{path}", if is_plain { "http" } else { "https" });
    match base.parse::<Uri>() {
        Ok(uri) if uri.host().is_some_and(|host| !host.is_empty()) => {
            Ok(Address::Server(Server { base, location: format!("{scheme}://{path}") }))
        }
        // Without the cause, which holds the text.
        _ => Err(Error::new(
            Status::UrlUnsupported,
            "The database URL cannot be read.",
            "It should look like libsql://my-db.turso.io or http://127.0.0.1:8080.",
        )),
    }
}

fn is_secret(parameter: &str) -> bool {
    let parameter = parameter.to_ascii_lowercase();
    ["token", "jwt", "password", "secret", "key"].iter().any(|word| parameter.contains(word))
}

fn parse_file(rest: &str) -> Result<Address> {
    let path = match rest.strip_prefix("//") {
        // An authority of none or localhost is this machine.
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => rest,
    };
    if path.trim_start_matches('/').is_empty() {
        return Err(Error::new(Status::UrlUnsupported, "The database URL \"file:\" names no file.", FILE_HINT));
    }
    if rest.starts_with("//") && !path.starts_with('/') {
        return Err(Error::new(Status::UrlUnsupported, "The file URL names another machine.", FILE_HINT));
    }
    decode_percents(path)
        .filter(|path| !path.contains('\0'))
        .map(|path| Address::File(PathBuf::from(path)))
        .ok_or_else(|| Error::new(Status::UrlUnsupported, "The file URL cannot be read as a path.", FILE_HINT))
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

    fn base(url: &str) -> String {
        match parse(url).unwrap() {
            Address::Server(server) => server.base,
            Address::File(path) => format!("the file {}", path.display()),
        }
    }

    #[test]
    fn schemes_say_whether_there_is_tls() {
        for (url, wanted) in [
            ("libsql://db.turso.io", "https://db.turso.io"),
            ("LIBSQL://db.turso.io/", "https://db.turso.io"),
            ("wss://db.turso.io:444", "https://db.turso.io:444"),
            ("https://host/prefix/", "https://host/prefix"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("ws://[::1]:8080", "http://[::1]:8080"),
            ("libsql://localhost:8080?tls=0", "http://localhost:8080"),
            ("libsql://localhost:8080?a=b&tls=0#c", "http://localhost:8080"),
            ("libsql://localhost:8080?tls=1", "https://localhost:8080"),
        ] {
            assert_eq!(base(url), wanted, "{url}");
        }
    }

    #[test]
    fn files_are_paths() {
        for (url, wanted) in [
            ("file:local.db", "the file local.db"),
            ("file:./a%20b.db", "the file ./a b.db"),
            ("file:/abs/c.db", "the file /abs/c.db"),
            ("file:///abs/c.db", "the file /abs/c.db"),
            ("file://localhost/abs/c.db", "the file /abs/c.db"),
        ] {
            assert_eq!(base(url), wanted, "{url}");
        }
        for url in ["file:", "file://", "file://host/a.db", "file:a%0", "file:a%zz", "file:a%00b", "file:a%ff"] {
            assert_eq!(parse(url).unwrap_err().status, Status::UrlUnsupported, "{url}");
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
        ] {
            let error = parse(url).unwrap_err();
            assert_eq!(error.status, Status::ConfigHasSecret, "{url}");
            assert!(!format!("{error:?}{error}").contains("sesame"), "{error:?}");
        }
        let error = parse("http://sesame host").unwrap_err();
        assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
    }
}
