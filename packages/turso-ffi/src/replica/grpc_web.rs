//! Messages in gRPC-web: each behind a byte of flags and its length. The last one has what HTTP/2 would send as trailers.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;
use tokio::time::Instant;

use crate::address::decode_percents;
use crate::error::Result;
use crate::primary::{errors, Answer};

/// Bytes before a message.
const HEAD: usize = 5;

/// The flags of a message, and of trailers. Others mean that it is compressed, which nobody asked for.
const MESSAGE: u8 = 0;
const TRAILERS: u8 = 0x80;

/// A status of gRPC that is none of success, and what the server says.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u32,
    pub message: String,
}

/// The messages of an answer, each as it comes.
pub struct Messages {
    answer: Answer,
}

/// A request of one message.
pub fn framed(message: &impl Message) -> Bytes {
    let mut bytes = BytesMut::with_capacity(HEAD + message.encoded_len());
    bytes.put_u8(MESSAGE);
    bytes.put_u32(message.encoded_len() as u32);
    bytes.extend_from_slice(&message.encode_to_vec());
    bytes.freeze()
}

impl Messages {
    /// The messages of an answer. A server that refuses at once says so in the headers.
    pub fn of(answer: Answer) -> Result<Self, Refusal> {
        let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
        match refusal(header) {
            Some(refusal) => Err(refusal),
            None => Ok(Self { answer }),
        }
    }

    /// The next message; None after the last one. Fails with REMOTE_NOT_LIBSQL for what is none.
    pub async fn next(&mut self, deadline: Instant, location: &str) -> Result<Result<Option<Bytes>, Refusal>> {
        let none = || errors::not_libsql("its log of writes is none", location);
        loop {
            match split_first(&mut self.answer.unread) {
                Some((MESSAGE, content)) => return Ok(Ok(Some(content))),
                Some((TRAILERS, content)) => return Ok(refusal_in(&content).map_or(Ok(None), Err)),
                Some(_) => return Err(none()),
                None if self.answer.more(deadline, location).await? => {}
                None if self.answer.unread.is_empty() => return Ok(Ok(None)),
                None => return Err(none()),
            }
        }
    }
}

/// Takes the first message, and gives its flags and its content; None if it is not there as a whole.
fn split_first(bytes: &mut BytesMut) -> Option<(u8, Bytes)> {
    let mut head = bytes.get(..HEAD)?;
    let (flags, length) = (head.get_u8(), head.get_u32() as usize);
    if bytes.len() - HEAD < length {
        // What is of no known kind need not come as a whole.
        return (flags != MESSAGE && flags != TRAILERS).then(|| (flags, Bytes::new()));
    }
    bytes.advance(HEAD);
    Some((flags, bytes.split_to(length).freeze()))
}

fn refusal_in(trailers: &[u8]) -> Option<Refusal> {
    let trailers = String::from_utf8_lossy(trailers);
    refusal(|name| {
        let fields = trailers.lines().filter_map(|line| line.split_once(':'));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    })
}

fn refusal<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Option<Refusal> {
    let status = field("grpc-status")?.parse().ok()?;
    let message = field("grpc-message").unwrap_or_default();
    let message = decode_percents(message).unwrap_or_else(|| message.to_owned());
    (status != 0).then_some(Refusal { status, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_as_they_come() {
        let mut bytes = BytesMut::from(&b"\0\0\0\0\x02ab\x80\0\0\0\x01c\0\0"[..]);
        assert_eq!(split_first(&mut bytes), Some((MESSAGE, Bytes::from("ab"))));
        assert_eq!(split_first(&mut bytes), Some((TRAILERS, Bytes::from("c"))));
        assert_eq!(split_first(&mut bytes), None);
        bytes.extend_from_slice(b"\0\0\x03ab");
        assert_eq!(split_first(&mut bytes), None);
        bytes.extend_from_slice(b"c");
        assert_eq!(split_first(&mut bytes), Some((MESSAGE, Bytes::from("abc"))));
        assert_eq!(split_first(&mut BytesMut::from("<html>")), Some((b'<', Bytes::new())));
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_server_refuses_by_a_status() {
        let refused = |status, message: &str| Some(Refusal { status, message: message.into() });
        for (trailers, wanted) in [
            ("grpc-status:9\r\ngrpc-message:NO_HELLO\r\n", refused(9, "NO_HELLO")),
            ("Grpc-Message: not%20here \r\nGRPC-STATUS: 12", refused(12, "not here")),
            ("grpc-status:2\r\ngrpc-message:50%", refused(2, "50%")),
            ("grpc-status:16", refused(16, "")),
            ("grpc-status:0\r\ngrpc-message:fine", None),
            ("grpc-status:none", None),
            ("", None),
        ] {
            assert_eq!(refusal_in(trailers.as_bytes()), wanted, "{trailers}");
        }
    }
}
