//! How requests and answers are written; what they say is the same in each encoding: [`super::messages`].

mod infinities;
mod json_read;
mod json_write;

use bytes::Bytes;
use prost::Message;

use super::messages::{AnswerKind, CursorRequest, PipelineAnswer, PipelineRequest, Response, ResponseKind, StmtResult};

pub use json_read::{cursor_answer, cursor_entry};

/// An encoding of Hrana over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Encoding {
    /// Hrana 3 in Protocol Buffers.
    Protobuf = 1,
    /// Hrana 3 in JSON.
    Json3 = 2,
    /// Hrana 2 in JSON, which every server speaks.
    Json2 = 3,
}

impl Encoding {
    /// Best first: Protocol Buffers are faster to read than JSON, take blobs as they are, and have infinities.
    pub const ALL: [Self; 3] = [Self::Protobuf, Self::Json3, Self::Json2];

    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| *encoding as u8 == number)
    }

    /// Where requests go, below the server's root.
    pub fn pipeline(self) -> &'static str {
        match self {
            Self::Protobuf => "v3-protobuf/pipeline",
            Self::Json3 => "v3/pipeline",
            Self::Json2 => "v2/pipeline",
        }
    }

    /// Where queries go whose rows are sent as they come; None if there is no such place.
    pub fn cursor(self) -> Option<&'static str> {
        match self {
            Self::Protobuf => Some("v3-protobuf/cursor"),
            Self::Json3 => Some("v3/cursor"),
            Self::Json2 => None,
        }
    }

    pub fn content_type(self) -> &'static str {
        if self == Self::Protobuf {
            "application/x-protobuf"
        } else {
            "application/json"
        }
    }

    /// Whether a step can be made to depend on an open transaction, by `is_autocommit`.
    pub fn knows_autocommit(self) -> bool {
        self != Self::Json2
    }

    /// Whether its answers tell infinities.
    pub fn tells_infinities(self) -> bool {
        self == Self::Protobuf
    }

    pub fn encode(self, request: &PipelineRequest) -> Bytes {
        match self {
            Self::Protobuf => request.encode_to_vec().into(),
            Self::Json3 | Self::Json2 => json_write::pipeline(request).into(),
        }
    }

    pub fn encode_cursor(self, request: &CursorRequest) -> Bytes {
        match self {
            Self::Protobuf => request.encode_to_vec().into(),
            Self::Json3 | Self::Json2 => json_write::cursor(request).into(),
        }
    }

    /// Reads an answer; None for bytes that are none. In JSON, a NaN stands for an infinity, whatever its sign.
    pub fn decode(self, answer: Bytes) -> Option<PipelineAnswer> {
        let answer = match self {
            Self::Protobuf => PipelineAnswer::decode(answer).ok(),
            Self::Json3 | Self::Json2 => json_read::pipeline(&answer),
        };
        answer.filter(has_even_rows)
    }
}

/// Whether each row has a value for each column, as those who read them rely on.
fn has_even_rows(answer: &PipelineAnswer) -> bool {
    let is_even = |result: &StmtResult| result.rows.iter().all(|row| row.values.len() == result.cols.len());
    answer.results.iter().all(|answer| match &answer.kind {
        Some(AnswerKind::Ok(Response { kind: Some(ResponseKind::Execute(answer)) })) => is_even(&answer.result),
        Some(AnswerKind::Ok(Response { kind: Some(ResponseKind::Batch(answer)) })) => {
            answer.result.step_results.values().all(is_even)
        }
        _ => true,
    })
}
