//! The proxy for the requests to a server, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say: the same rules as turso-core's.

use std::net::IpAddr;

use http::Uri;

use crate::address::Server;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::status::Status;

/// A proxy that requests go through.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Host and port, without credentials.
    pub uri: Uri,
    /// The environment variable that names it.
    pub variable: &'static str,
    /// `user:password`; empty if there is none.
    pub credentials: Secret,
}

impl Proxy {
    /// None for a server that is asked directly; this machine always is. Fails with PROXY_FAILED for an address that is none.
    pub fn of(server: &Server) -> Result<Option<Self>> {
        Self::named_by(|name| std::env::var(name).ok(), server)
    }

    fn named_by(variable: impl Fn(&str) -> Option<String>, server: &Server) -> Result<Option<Self>> {
        let set = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| Some((name, variable(name).filter(|value| !value.trim().is_empty())?)))
        };
        let names = if server.has_tls() { ["https_proxy", "HTTPS_PROXY"] } else { ["http_proxy", "HTTP_PROXY"] };
        let (false, Some((name, address))) = (server.is_loopback(), set(names)) else {
            return Ok(None);
        };
        let exceptions = set(["no_proxy", "NO_PROXY"]).map(|(_, value)| value).unwrap_or_default();
        if exceptions.split([',', ' ', '\t', '\n']).any(|pattern| matches(pattern, server)) {
            return Ok(None);
        }
        read(address.trim(), name).map(Some)
    }
}

fn read(address: &str, variable: &'static str) -> Result<Proxy> {
    let (scheme, rest) = address.split_once("://").unwrap_or(("http", address));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (credentials, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let uri =
        format!("http://{place}").parse::<Uri>().ok().filter(|uri| uri.host().is_some_and(|host| !host.is_empty()));
    match uri {
        Some(uri) if scheme.eq_ignore_ascii_case("http") => {
            Ok(Proxy { uri, variable, credentials: Secret::new(&decoded(credentials)) })
        }
        // Without the text, which may hold a password.
        _ => Err(Error::new(
            Status::ProxyFailed,
            format!("{variable} is not the address of an HTTP proxy."),
            "It should look like http://proxy.example:3128. Proxies of other kinds, such as SOCKS, are not supported.",
        )),
    }
}

fn decoded(credentials: &str) -> String {
    crate::address::decode_percents(credentials).unwrap_or_else(|| credentials.to_owned())
}

/// Whether an entry of `NO_PROXY` means a server: `*`, a domain and all below it, an address, or a network as `10.0.0.0/8`; perhaps with
/// a port.
fn matches(pattern: &str, server: &Server) -> bool {
    let Ok(uri) = server.base.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches([']', '.']).to_ascii_lowercase();
    if pattern == "*" {
        return true;
    }
    if let Some((network, length)) = pattern.split_once('/') {
        return is_in_network(&host, network, length);
    }
    let (name, port) = match pattern.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, port.parse().ok()),
        _ => (pattern, None),
    };
    let default_port = if server.has_tls() { 443 } else { 80 };
    let is_port = port.is_none_or(|port: u16| port == uri.port_u16().unwrap_or(default_port));
    let domain = name.trim_start_matches('*').trim_start_matches(['.', '[']).trim_end_matches([']', '.']);
    let domain = domain.to_ascii_lowercase();
    is_port && !domain.is_empty() && (host == domain || host.ends_with(&format!(".{domain}")))
}

fn is_in_network(host: &str, network: &str, length: &str) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    match (host.parse::<IpAddr>(), network.parse::<IpAddr>(), length.parse::<u32>()) {
        (Ok(host), Ok(network), Ok(length)) if host.is_ipv4() == network.is_ipv4() => {
            let ((host, most), (network, _)) = (bits(host), bits(network));
            length <= most && (length == 0 || (host ^ network) >> (128 - length) == 0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{parse, Address};

    fn proxy(url: &str, variables: &[(&str, &str)]) -> Result<Option<Proxy>> {
        let Address::Server(server) = parse(url).unwrap() else { panic!("{url} is a file") };
        let variable = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
        Proxy::named_by(variable, &server)
    }

    #[test]
    fn variables_name_the_proxy_and_the_lower_case_wins() {
        let all = [("HTTPS_PROXY", "http://upper:1"), ("https_proxy", " lower:2/ "), ("HTTP_PROXY", "http://plain:3")];
        let found = proxy("libsql://db.example", &all).unwrap().unwrap();
        assert_eq!((found.uri.to_string().as_str(), found.variable), ("http://lower:2/", "https_proxy"));
        let found = proxy("http://db.example", &all).unwrap().unwrap();
        assert_eq!((found.uri.to_string().as_str(), found.variable), ("http://plain:3/", "HTTP_PROXY"));
        assert!(proxy("libsql://db.example", &[("HTTPS_PROXY", " "), ("HTTP_PROXY", "http://p")]).unwrap().is_none());
        for url in ["https://localhost", "https://127.0.0.1", "https://[::1]", "https://db.localhost"] {
            assert!(proxy(url, &all).unwrap().is_none(), "{url}");
        }
    }

    #[test]
    fn credentials_are_decoded_and_hidden() {
        let found =
            proxy("libsql://db.example", &[("HTTPS_PROXY", "http://me:open%20sesame@proxy:1")]).unwrap().unwrap();
        assert_eq!(found.credentials.reveal(), "me:open sesame");
        assert!(!format!("{found:?}").contains("sesame"));
        for address in
            ["socks5://me:sesame@proxy", "https://me:sesame@proxy", "http://me:sesame@", "http://me:sesame@a b"]
        {
            let error = proxy("libsql://db.example", &[("HTTPS_PROXY", address)]).unwrap_err();
            assert_eq!(error.status, Status::ProxyFailed, "{address}");
            assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
        }
    }

    #[test]
    fn some_servers_need_no_proxy() {
        for (exceptions, url, is_direct) in [
            ("*", "https://db.example", true),
            ("other, example", "https://db.example", true),
            (".example", "https://example", true),
            ("*.example", "https://a.b.Example.", true),
            ("ample", "https://db.example", false),
            ("db.example:443", "https://db.example", true),
            ("db.example:444", "https://db.example", false),
            ("db.example:8080", "http://db.example:8080", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("10.0.0.0/8", "https://11.1.2.3", false),
            ("0.0.0.0/0", "https://11.1.2.3", true),
            ("10.0.0.0/33", "https://10.0.0.0", false),
            ("10.0.0.0/8", "https://db.example", false),
            ("fd00::/8", "https://[fd12::1]", true),
            ("fd00::1", "https://[fd00::1]", true),
            ("[fd00::1]:443", "https://[fd00::1]", true),
            ("", "https://db.example", false),
        ] {
            let variables = [("https_proxy", "p"), ("http_proxy", "p"), ("NO_PROXY", exceptions)];
            assert_eq!(proxy(url, &variables).unwrap().is_none(), is_direct, "{exceptions} {url}");
        }
    }
}
