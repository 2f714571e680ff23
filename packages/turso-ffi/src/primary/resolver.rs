//! Looks up hosts as the system does, but takes names that end in `.localhost` for this machine (RFC 6761). A local libsql-server
//! chooses the database by such a name, which many systems do not know.

use std::future::{ready, Future};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

use crate::address::is_below_localhost;

#[derive(Clone)]
pub struct Resolver(GaiResolver);

impl Resolver {
    pub fn new() -> Self {
        Self(GaiResolver::new())
    }
}

impl Service<Name> for Resolver {
    type Response = IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if is_below_localhost(name.as_str()) {
            let addresses: [SocketAddr; 2] = [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
            return Box::pin(ready(Ok(Vec::from(addresses).into_iter())));
        }
        let found = self.0.call(name);
        Box::pin(async move { Ok(found.await?.collect::<Vec<_>>().into_iter()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_below_localhost_are_this_machine() {
        for host in ["db.localhost", "DB.LocalHost", "a.b.localhost."] {
            let found: Vec<_> = Resolver::new().call(host.parse().unwrap()).await.unwrap().collect();
            assert_eq!(found, ["127.0.0.1:0".parse().unwrap(), "[::1]:0".parse().unwrap()], "{host}");
        }
    }

    #[tokio::test]
    async fn the_system_is_asked_for_all_others() {
        for host in ["localhost.invalid", "db.notlocalhost.invalid"] {
            assert!(Resolver::new().call(host.parse().unwrap()).await.is_err(), "{host}");
        }
    }
}
