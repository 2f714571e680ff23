//! The URL of a server, after its scheme.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::address::Server;
use crate::error::{Error, Result};
use crate::status::Status;

const PARAMETER_HINT: &str =
    "libsql: can have the parameter tls, as in libsql://localhost:8080?tls=0. Leave out all others.";

/// Fails with URL_UNSUPPORTED.
pub fn read_server_url(scheme: &str, rest: &str) -> Result<Server> {
    if rest.contains('#') {
        return Err(unsupported("The database URL has a fragment (#).", PARAMETER_HINT));
    }
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (protocol, default_port) = if has_tls(scheme, query)? { ("https", 443) } else { ("http", 80) };
    let Some((host, port, path)) = read_address(address) else {
        // Without the text, which may hold a credential.
        return Err(unsupported(
            "The database URL cannot be read.",
            "It should look like libsql://my-db.turso.io or http://127.0.0.1:8080. Write other letters in the name of a \
             host as its punycode (xn--).",
        ));
    };
    let port = port.filter(|port| *port != default_port).map(|port| format!(":{port}")).unwrap_or_default();
    let place = format!("{host}{port}{}", path.trim_end_matches('/'));
    Ok(Server { base: format!("{protocol}://{place}"), location: format!("{scheme}://{place}") })
}

fn has_tls(scheme: &str, query: &str) -> Result<bool> {
    let is_plain = matches!(scheme, "http" | "ws");
    let mut is_wanted = !is_plain;
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        is_wanted = match parameter {
            "tls=0" => false,
            "tls=1" => true,
            _ => return Err(unsupported("The database URL has an unknown parameter.", PARAMETER_HINT)),
        };
    }
    if scheme != "libsql" && is_wanted == is_plain {
        return Err(unsupported(
            &format!("The database URL is of the scheme {scheme}:, and its parameter tls says the opposite."),
            "Write https: with TLS and http: without it, and leave out the parameter.",
        ));
    }
    Ok(is_wanted)
}

/// Host, port and path. Only what means the same to every program: no other spellings of a host or a path.
fn read_address(address: &str) -> Option<(String, Option<u16>, &str)> {
    let place = address.strip_prefix("//")?;
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (format!("[{}]", host.parse::<Ipv6Addr>().ok()?), port)
        }
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            (read_name(host)?, port)
        }
    };
    let port = match port {
        "" | ":" => None,
        port => Some(port.strip_prefix(':').filter(|port| is_number(port))?.parse().ok()?),
    };
    is_path(path).then_some((host, port, path))
}

fn read_name(host: &str) -> Option<String> {
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = name.rsplit('.').next()?.to_ascii_lowercase();
    let is_address =
        is_number(&last) || last.strip_prefix("0x").is_some_and(|digits| u128::from_str_radix(digits, 16).is_ok());
    let is_host = if is_address { host.parse::<Ipv4Addr>().is_ok() } else { name.split('.').all(is_label) };
    is_host.then(|| host.to_ascii_lowercase())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_path(path: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"_.~!$&'()*+,;=:@%-/".contains(&byte);
    let is_dots = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    path.bytes().all(is_known) && !path.split('/').any(is_dots)
}

fn unsupported(message: &str, hint: &str) -> Error {
    Error::new(Status::UrlUnsupported, message, hint)
}
