//! `read`: status, header fields and a body become what the platform said.

use super::members::{Members, unreadable};
use super::{Answered, Refusal, ads, parse, rfc3339};
use serde_json::{Value, json};
use thrads_core::{
    Answer, ApiError, Diagnostic, Endpoint, Envelope, Head, NoAd, PollAnswer, PollRow, Served,
    UnixMillis, decode,
};

/// An answer of the platform as a `read` line tells it.
#[derive(Clone, Debug)]
pub struct ReadCase {
    /// The call that was answered.
    pub endpoint: Endpoint,
    /// Status and header fields.
    pub head: Head,
    /// The device's clock when the answer came, if it has one.
    pub at: Option<UnixMillis>,
    /// The body, which need not be text.
    pub body: Vec<u8>,
}

impl ReadCase {
    /// The case of a line; `None` for all lines but `read` lines that this version can run, and for a body that no
    /// transport would hand over.
    pub fn of(line: &str) -> Option<Self> {
        let line = parse(line).ok()?;
        let line = Members::of_line(&line);
        let is_read = line.get("op").is_some_and(|op| op == "read");
        let case = is_read.then(|| Self::from_members(&line).ok())??;
        (case.body.len() <= MAX_BODY_BYTES).then_some(case)
    }

    fn from_members(line: &Members<'_>) -> Result<Self, Refusal> {
        line.only(&["id", "op", "call", "status", "headers", "body", "body_hex", "at"])?;
        let endpoint = match line.name("call")? {
            "prompt" => Endpoint::Prompt,
            "message" => Endpoint::Message,
            "bid" => Endpoint::Bid,
            "feedback" => Endpoint::Feedback,
            "vote" => Endpoint::Vote,
            "results" => Endpoint::Results,
            _ => return Err(Refusal::Unsupported),
        };
        let head = head(line)?;
        let at = match line.get("at") {
            Some(at) => Some(at.as_str().and_then(rfc3339::parse).ok_or_else(|| unreadable("at"))?),
            None => None,
        };
        Ok(Self { endpoint, head, at, body: body(line)? })
    }
}

pub(super) fn answer(line: &Members<'_>) -> Answered {
    let mut case = ReadCase::from_members(line)?;
    if case.body.len() > MAX_BODY_BYTES {
        return Ok(json!({"outcome": "malformed", "status": case.head.status}));
    }
    match decode(case.endpoint, &case.head, &mut case.body) {
        Answer::Ads(served) => ads(served, &case.head),
        Answer::NoAd(no_ad) => Ok(no_ad_value(&no_ad, &case.head)),
        Answer::Poll(answer) => poll(answer),
        Answer::ApiError(error) => Ok(error_value(&error, &case.head, case.at)),
        Answer::Malformed(answer) => Ok(json!({"outcome": "malformed", "status": answer.status})),
        _ => Err(Refusal::Unsupported),
    }
}

fn head(line: &Members<'_>) -> Result<Head, Refusal> {
    let status = line.get("status").and_then(Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok());
    let mut head = Head::new(status.ok_or_else(|| unreadable("status"))?);
    if let Some(fields) = line.get("headers") {
        for (name, value) in fields.as_object().ok_or_else(|| unreadable("headers"))? {
            let value = value.as_str().ok_or_else(|| unreadable("headers"))?;
            head.field(name, value.as_bytes());
        }
    }
    Ok(head)
}

fn body(line: &Members<'_>) -> Result<Vec<u8>, Refusal> {
    if let Some(digits) = line.get("body_hex") {
        return digits.as_str().and_then(unhex).ok_or_else(|| unreadable("body_hex"));
    }
    match line.get("body") {
        Some(body) => Ok(body.as_str().ok_or_else(|| unreadable("body"))?.into()),
        None => Ok(Vec::new()),
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let byte = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(value(high)? << 4 | value(low)?).ok(),
        _ => None,
    };
    digits.as_bytes().chunks(2).map(byte).collect()
}

fn ads(mut served: Served<'_>, head: &Head) -> Answered {
    let ads = served.ads.by_ref().map(|ad| ads::listed(&ad)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({
        "outcome": "ad",
        "request_id": served.request_id,
        "message": served.message,
        "diagnostic": served.ads.diagnostic().map(Diagnostic::code),
        "limits": limits(head),
        "envelope": envelope(&served.envelope),
        "ads": ads,
    }))
}

fn no_ad_value(no_ad: &NoAd<'_>, head: &Head) -> Value {
    json!({
        "outcome": "no_ad",
        "request_id": no_ad.request_id,
        "message": no_ad.message,
        "diagnostic": no_ad.diagnostic.map(Diagnostic::code),
        "limits": limits(head),
        "envelope": envelope(&no_ad.envelope),
    })
}

fn poll(answer: PollAnswer<'_>) -> Answered {
    Ok(match answer {
        PollAnswer::Results(results) => json!({
            "outcome": "poll",
            "poll_id": results.poll_id,
            "selected": results.selected,
            "total_votes": results.total_votes,
            "options": results.rows.map(poll_row).collect::<Vec<_>>(),
        }),
        PollAnswer::AlreadyVoted => json!({"outcome": "already_voted"}),
        PollAnswer::InvalidOption => json!({"outcome": "invalid_option"}),
        PollAnswer::TokenInvalid => json!({"outcome": "token_invalid"}),
        _ => return Err(Refusal::Unsupported),
    })
}

fn poll_row(row: PollRow<'_>) -> Value {
    json!({
        "id": row.id,
        "text": row.text,
        "votes": row.votes,
        "percentage_milli": row.percentage_milli,
    })
}

fn error_value(error: &ApiError<'_>, head: &Head, at: Option<UnixMillis>) -> Value {
    let fields: Vec<_> = error
        .fields
        .iter()
        .map(|field| json!({"at": field.loc.to_string(), "message": field.message}))
        .collect();
    json!({
        "outcome": "api_error",
        "status": error.status,
        "kind": error.kind.code(),
        "message": error.message,
        "request_id": error.request_id,
        "retry_after_ms": head.retry_delay(at).map(|delay| delay.0),
        "fields": fields,
        "limits": limits(head),
    })
}

fn limits(head: &Head) -> Value {
    let limits = head.limits;
    json!({"limit": limits.limit, "remaining": limits.remaining, "reset": limits.reset})
}

fn envelope(envelope: &Envelope<'_>) -> Value {
    json!({
        "api_version": envelope.api_version(),
        "timestamp": envelope.timestamp(),
        "docs_url": envelope.docs_url(),
        "total_time": envelope.total_time(),
    })
}

/// Bytes of a body that a transport reads by default; it refuses a longer one before anything is read out of it (T62).
pub(super) const MAX_BODY_BYTES: usize = 1 << 20;
