//! Protocol lines: what is asked, dispatched by `op`, and the answer with the line's `id` in front.

mod ads;
mod bid;
mod end_user;
mod listen;
mod members;
mod message;
mod normalise;
mod offer;
mod pace;
mod read;
mod redact;
mod render;
mod report;
mod rfc3339;
mod script;
mod serve;
mod viewability;
mod write;

pub use read::ReadCase;
pub use serve::{MAX_LINE_BYTES, serve};
pub use write::with_requests;

use members::Members;
use serde_json::{Map, Value, json};

/// Why a line is not answered by what it asks for.
#[derive(Debug)]
enum Refusal {
    /// It is no line of the protocol; the reason, without the line's own text.
    Unreadable(String),
    /// It asks for what this version cannot do.
    Unsupported,
    /// The call is refused before any I/O, because of this member of the line.
    Invalid(&'static str),
}

type Answered = Result<Value, Refusal>;

/// The answer to one line, without a line break. Never fails and never panics, whatever the line.
pub fn answer(line: &str) -> String {
    let line = match parse(line) {
        Ok(line) => line,
        Err(refusal) => return refused(Value::Null, refusal).to_string(),
    };
    let id = line.get("id").cloned();
    match run(&Members::of_line(&line)) {
        Ok(answer) => with_id(id, answer).to_string(),
        Err(refusal) => refused(id.unwrap_or_default(), refusal).to_string(),
    }
}

fn parse(line: &str) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_str(line) {
        Ok(Value::Object(line)) => Ok(line),
        Ok(_) => Err(Refusal::Unreadable("the line is not a JSON object".to_owned())),
        Err(error) => Err(Refusal::Unreadable(error.to_string())),
    }
}

fn run(line: &Members<'_>) -> Answered {
    match line.name("op")? {
        "read" => read::answer(line),
        "write" => write::answer(line),
        "normalise" => normalise::answer(line),
        "render" => render::answer(line),
        "pace" => pace::answer(line),
        "redact" => redact::answer(line),
        "listen" => listen::answer(line),
        "viewability" => viewability::answer(line),
        _ => Err(Refusal::Unsupported),
    }
}

fn refused(id: Value, refusal: Refusal) -> Value {
    match refusal {
        Refusal::Unreadable(detail) => {
            json!({"id": null, "error": "unreadable", "detail": detail})
        }
        Refusal::Unsupported => json!({"id": id, "error": "unsupported"}),
        Refusal::Invalid(member) => json!({"id": id, "invalid": member}),
    }
}

/// The line's own `id` in front; a line without one is answered without one.
fn with_id(id: Option<Value>, answer: Value) -> Value {
    let mut whole = Map::new();
    whole.extend(id.map(|id| ("id".to_owned(), id)));
    if let Value::Object(members) = answer {
        whole.extend(members);
    }
    Value::Object(whole)
}
