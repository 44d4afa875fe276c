//! `redact`: a text becomes what may leave.

use super::members::Members;
use super::{Answered, Refusal};
use serde_json::{Value, json};
use thrads_core::{Kinds, Redactor};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "text", "names"])?;
    let text = line.needed("text")?;
    let names = line.list("names")?.unwrap_or_default().iter().map(Value::as_str);
    let names: Vec<_> = names.collect::<Option<_>>().ok_or(Refusal::Invalid("names"))?;
    let redactor = Redactor::new(Kinds::ALL).names(&names);
    let safe: String = redactor.pieces(text).map(|piece| piece.as_str()).collect();
    Ok(json!({"text": safe}))
}
