//! A connector that tells at once when no connection can be made, which libSQL's replicator would try for seconds and not say.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper::service::Service;
use tokio::sync::watch;

use crate::primary::Connector;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
pub struct Watched {
    inner: Connector,
    failure: watch::Sender<Option<Arc<BoxError>>>,
}

impl Watched {
    pub fn new(inner: Connector) -> Self {
        Self { inner, failure: watch::Sender::new(None) }
    }

    /// Waits for a connection that fails from now on.
    pub fn failures(&self) -> watch::Receiver<Option<Arc<BoxError>>> {
        self.failure.subscribe()
    }
}

impl Service<Uri> for Watched {
    type Response = <Connector as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.inner.call(uri);
        let failure = self.failure.clone();
        Box::pin(async move {
            connecting.await.map_err(|error| {
                failure.send_replace(Some(Arc::new(error)));
                "no connection".into()
            })
        })
    }
}
