//! Checks a JSON body as the platform's stack does and says what is wrong in its words (wire
//! contract 2.1.3), its lax coercions included.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// One entry of a 422's `detail`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Issue {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) loc: Vec<Value>,
    pub(crate) msg: String,
    pub(crate) input: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ctx: Option<Value>,
}

impl Issue {
    pub(crate) fn new(
        kind: &'static str,
        loc: &[Value],
        msg: impl Into<String>,
        input: &Value,
    ) -> Self {
        Self { kind, loc: loc.to_vec(), msg: msg.into(), input: input.clone(), ctx: None }
    }
}

/// The body as an object, or everything that stopped it from being one.
pub(crate) fn object(
    body: &[u8],
    content_type: Option<&str>,
) -> Result<Map<String, Value>, Vec<Issue>> {
    let at = [json!("body")];
    if body.is_empty() {
        return Err(vec![Issue::new("missing", &at, "Field required", &Value::Null)]);
    }
    let not_an_object = |input: &Value| {
        let msg = "Input should be a valid dictionary or object to extract fields from";
        vec![Issue::new("model_attributes_type", &at, msg, input)]
    };
    if !content_type.is_some_and(is_json) {
        return Err(not_an_object(&json!(String::from_utf8_lossy(body))));
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(not_an_object(&other)),
        Err(error) => Err(vec![Issue {
            kind: "json_invalid",
            loc: vec![json!("body"), json!(offset(body, &error))],
            msg: "JSON decode error".to_owned(),
            input: json!({}),
            ctx: Some(
                json!({"error": if error.is_eof() { "Expecting value" } else { "Invalid JSON" }}),
            ),
        }]),
    }
}

/// Reads the members of one object and notes what is wrong with them.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    at: Vec<Value>,
    known: Vec<&'static str>,
    issues: Vec<Issue>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(map: &'a Map<String, Value>, at: &[Value]) -> Self {
        Self { map, at: at.to_vec(), known: Vec::new(), issues: Vec::new() }
    }

    /// Ends the reading; with `extra` set, members nobody asked for are fine.
    pub(crate) fn finish(mut self, extra: Extra) -> Vec<Issue> {
        if extra == Extra::Forbidden {
            for (name, value) in self.map {
                if !self.known.contains(&name.as_str()) {
                    self.issues.push(Issue::new(
                        "extra_forbidden",
                        &self.path(name),
                        "Extra inputs are not permitted",
                        value,
                    ));
                }
            }
        }
        self.issues
    }

    pub(crate) fn path(&self, name: &str) -> Vec<Value> {
        [self.at.as_slice(), &[json!(name)]].concat()
    }

    pub(crate) fn note(&mut self, kind: &'static str, name: &str, msg: impl Into<String>) {
        let issue =
            Issue::new(kind, &self.path(name), msg, self.map.get(name).unwrap_or(&Value::Null));
        self.issues.push(issue);
    }

    pub(crate) fn append(&mut self, issues: Vec<Issue>) {
        self.issues.extend(issues);
    }

    /// The member as it stands; an explicit null is there too.
    pub(crate) fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.map.get(name)
    }

    pub(crate) fn required(&mut self, name: &'static str) -> Option<&'a Value> {
        let value = self.raw(name);
        if value.is_none() {
            let input = Value::Object(self.map.clone());
            self.issues.push(Issue::new("missing", &self.path(name), "Field required", &input));
        }
        value
    }

    pub(crate) fn optional(&mut self, name: &'static str) -> Option<&'a Value> {
        self.raw(name).filter(|value| !value.is_null())
    }

    /// A required string of `min..=max` characters.
    pub(crate) fn text(&mut self, name: &'static str, min: usize, max: usize) -> Option<&'a str> {
        let value = self.required(name)?;
        self.sized(name, value, min, max)
    }

    pub(crate) fn optional_text(&mut self, name: &'static str, max: usize) -> Option<&'a str> {
        let value = self.optional(name)?;
        self.sized(name, value, 0, max)
    }

    fn sized(&mut self, name: &str, value: &'a Value, min: usize, max: usize) -> Option<&'a str> {
        let Some(text) = value.as_str() else {
            self.note("string_type", name, "Input should be a valid string");
            return None;
        };
        let length = text.chars().count();
        if length < min {
            self.note(
                "string_too_short",
                name,
                format!("String should have at least {}", characters(min)),
            );
            return None;
        }
        if length > max {
            self.note(
                "string_too_long",
                name,
                format!("String should have at most {}", characters(max)),
            );
            return None;
        }
        Some(text)
    }

    /// An integer within `min..=max`; null is one only where `nullable` says so.
    pub(crate) fn integer(
        &mut self,
        name: &'static str,
        min: i64,
        max: i64,
        nullable: bool,
    ) -> Option<i64> {
        let value = self.raw(name).filter(|value| !nullable || !value.is_null())?;
        let number = match integer(value) {
            Ok(number) => number,
            Err((kind, msg)) => {
                self.note(kind, name, msg);
                return None;
            }
        };
        if number > max {
            self.note(
                "less_than_equal",
                name,
                format!("Input should be less than or equal to {max}"),
            );
        } else if number < min {
            self.note(
                "greater_than_equal",
                name,
                format!("Input should be greater than or equal to {min}"),
            );
        }
        Some(number)
    }

    /// A boolean; null is none only where `nullable` says so.
    pub(crate) fn boolean(&mut self, name: &'static str, nullable: bool) -> Option<bool> {
        let value = self.raw(name).filter(|value| !nullable || !value.is_null())?;
        let read = boolean(value);
        if read.is_none() {
            if value.is_string() || value.is_number() {
                let msg = "Input should be a valid boolean, unable to interpret input";
                self.note("bool_parsing", name, msg);
            } else {
                self.note("bool_type", name, "Input should be a valid boolean");
            }
        }
        read
    }
}

/// Whether unknown members are an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extra {
    Forbidden,
    Ignored,
}

fn characters(count: usize) -> String {
    format!("{count} character{}", if count == 1 { "" } else { "s" })
}

fn integer(value: &Value) -> Result<i64, (&'static str, &'static str)> {
    const TYPE: (&str, &str) = ("int_type", "Input should be a valid integer");
    match value {
        Value::Bool(yes) => Ok(i64::from(*yes)),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(whole),
            (None, Some(float)) if float.fract() == 0.0 => Ok(float as i64),
            _ => Err((
                "int_from_float",
                "Input should be a valid integer, got a number with a fractional part",
            )),
        },
        Value::String(text) => text.trim().parse().map_err(|_| {
            ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
        }),
        _ => Err(TYPE),
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Number(number) => match number.as_f64() {
            Some(1.0) => Some(true),
            Some(0.0) => Some(false),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
            "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

// serde_json counts lines and columns from one; the platform counts bytes from nought.
fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let before: usize =
        body.split_inclusive(|byte| *byte == b'\n').take(error.line() - 1).map(<[u8]>::len).sum();
    let column = if error.is_eof() { error.column() } else { error.column().saturating_sub(1) };
    (before + column).min(body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_offset_of_a_trailing_comma_in_bytes() {
        let issues = object(br#"{"country_code":"US",}"#, Some("application/json")).unwrap_err();
        assert_eq!(
            (issues[0].kind, &issues[0].loc),
            ("json_invalid", &vec![json!("body"), json!(21)])
        );
        let issues = object(b"{\n\"a\": \x7f}", Some("application/json")).unwrap_err();
        assert_eq!(issues[0].loc[1], json!(7));
    }

    #[test]
    fn coerces_as_laxly_as_the_platform() {
        for (value, whole) in [(json!("3"), 3), (json!(3.0), 3), (json!(true), 1)] {
            assert_eq!(integer(&value), Ok(whole));
        }
        assert_eq!(boolean(&json!("yes")), Some(true));
        assert_eq!(boolean(&json!(0)), Some(false));
        assert_eq!(boolean(&json!("maybe")), None);
        assert!(object(b"\xef\xbb\xbf{}", Some("Application/JSON; charset=utf-8")).is_ok());
    }

    #[test]
    fn wants_an_object_and_a_json_content_type() {
        for (body, content_type) in
            [("[]", Some("application/json")), ("null", Some("application/json")), ("{}", None)]
        {
            let issues = object(body.as_bytes(), content_type).unwrap_err();
            assert_eq!((issues[0].kind, issues[0].loc.len()), ("model_attributes_type", 1));
        }
    }
}
