//! The body of a request, which tells whether it was ever asked for.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// A request's body. A request whose body was never taken has not reached the server, so that it is safe to repeat,
/// whatever it was.
pub struct Body {
    bytes: Option<Bytes>,
    taken: Arc<AtomicBool>,
    sent: Option<Sent>,
}

/// Whether a request of a call may have reached the server, however the call ends.
#[derive(Clone, Default)]
pub struct Sent(Arc<AtomicBool>);

impl Sent {
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// After the server has refused the request as a whole.
    pub fn take_back(&self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Body {
    pub fn new(bytes: Bytes, sent: Option<&Sent>) -> (Self, Arc<AtomicBool>) {
        let taken = Arc::new(AtomicBool::new(false));
        (Self { bytes: Some(bytes), taken: Arc::clone(&taken), sent: sent.cloned() }, taken)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.taken.store(true, Ordering::Release);
        if let Some(Sent(sent)) = &self.sent {
            sent.store(true, Ordering::Release);
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
