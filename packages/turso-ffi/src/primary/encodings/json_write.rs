//! Requests in JSON.

use std::fmt::Write;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use super::infinities;
use crate::bulk::push_string;
use crate::primary::messages::{
    Batch, Condition, ConditionKind, CursorRequest, PipelineRequest, RequestKind, Stmt, WireKind, WireValue,
};

pub fn pipeline(request: &PipelineRequest) -> String {
    let mut text = String::with_capacity(256);
    push_baton(&mut text, request.baton.as_deref());
    text.push_str(r#","requests":["#);
    push_all(&mut text, request.requests.iter().filter_map(|request| request.kind.as_ref()), push_request);
    text.push_str("]}");
    text
}

pub fn cursor(request: &CursorRequest) -> String {
    let mut text = String::with_capacity(256);
    push_baton(&mut text, request.baton.as_deref());
    text.push_str(r#","batch":"#);
    push_batch(&mut text, &request.batch);
    text.push('}');
    text
}

fn push_all<'a, T: 'a>(text: &mut String, all: impl Iterator<Item = &'a T>, push: fn(&mut String, &'a T)) {
    for (index, one) in all.enumerate() {
        if index > 0 {
            text.push(',');
        }
        push(text, one);
    }
}

fn push_baton(text: &mut String, baton: Option<&str>) {
    text.push_str(r#"{"baton":"#);
    match baton {
        Some(baton) => push_string(text, baton),
        None => text.push_str("null"),
    }
}

fn push_request(text: &mut String, kind: &RequestKind) {
    match kind {
        RequestKind::Close(_) => text.push_str(r#"{"type":"close"}"#),
        RequestKind::Execute(request) => {
            text.push_str(r#"{"type":"execute","stmt":"#);
            push_stmt(text, &request.stmt);
            text.push('}');
        }
        RequestKind::Batch(request) => {
            text.push_str(r#"{"type":"batch","batch":"#);
            push_batch(text, &request.batch);
            text.push('}');
        }
        RequestKind::Describe(request) => {
            text.push_str(r#"{"type":"describe","sql":"#);
            push_string(text, request.sql.as_deref().unwrap_or_default());
            text.push('}');
        }
    }
}

fn push_batch(text: &mut String, batch: &Batch) {
    text.push_str(r#"{"steps":["#);
    push_all(text, batch.steps.iter(), |text, step| {
        text.push('{');
        if let Some(condition) = &step.condition {
            text.push_str(r#""condition":"#);
            push_condition(text, condition);
            text.push(',');
        }
        text.push_str(r#""stmt":"#);
        push_stmt(text, &step.stmt);
        text.push('}');
    });
    text.push_str("]}");
}

fn push_condition(text: &mut String, condition: &Condition) {
    match &condition.kind {
        Some(ConditionKind::Ok(step)) => {
            let _ = write!(text, r#"{{"type":"ok","step":{step}}}"#);
        }
        Some(ConditionKind::Not(condition)) => {
            text.push_str(r#"{"type":"not","cond":"#);
            push_condition(text, condition);
            text.push('}');
        }
        Some(ConditionKind::IsAutocommit(_)) => text.push_str(r#"{"type":"is_autocommit"}"#),
        None => text.push_str("null"),
    }
}

fn push_stmt(text: &mut String, stmt: &Stmt) {
    text.push_str(r#"{"sql":"#);
    let named: Vec<_> = stmt.named_args.iter().map(|arg| arg.value.clone()).collect();
    let args = if named.is_empty() { &stmt.args } else { &named };
    push_string(text, &infinities::spelled(stmt.sql.as_deref().unwrap_or_default(), args));
    text.push_str(r#","args":["#);
    push_all(text, stmt.args.iter(), push_value);
    text.push_str(r#"],"named_args":["#);
    push_all(text, stmt.named_args.iter(), |text, arg| {
        text.push_str(r#"{"name":"#);
        push_string(text, &arg.name);
        text.push_str(r#","value":"#);
        push_value(text, &arg.value);
        text.push('}');
    });
    let _ = write!(text, r#"],"want_rows":{}}}"#, stmt.want_rows.unwrap_or(true));
}

fn push_value(text: &mut String, value: &WireValue) {
    match &value.kind {
        None | Some(WireKind::Null(_)) => text.push_str(r#"{"type":"null"}"#),
        Some(WireKind::Integer(number)) => push_integer(text, *number),
        // Its sign, by which the statement multiplies.
        Some(WireKind::Real(number)) if number.is_infinite() => push_integer(text, number.signum() as i64),
        Some(WireKind::Real(number)) => {
            let _ = write!(text, r#"{{"type":"float","value":{number:e}}}"#);
        }
        Some(WireKind::Text(bytes)) => {
            text.push_str(r#"{"type":"text","value":"#);
            // Whoever calls was told by now if it is not UTF-8.
            push_string(text, &String::from_utf8_lossy(bytes));
            text.push('}');
        }
        Some(WireKind::Blob(bytes)) => {
            text.push_str(r#"{"type":"blob","base64":""#);
            STANDARD.encode_string(bytes, text);
            text.push_str(r#""}"#);
        }
    }
}

fn push_integer(text: &mut String, number: i64) {
    let _ = write!(text, r#"{{"type":"integer","value":"{number}"}}"#);
}
