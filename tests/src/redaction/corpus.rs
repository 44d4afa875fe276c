//! A corpus: JSON lines, each a text, its language, and what in it is to be hidden.

use serde::Deserialize;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use thrads_core::Kind;

/// A line of a corpus.
#[derive(Debug)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// An ISO 639-1 code.
    pub language: String,
    /// What a person said.
    pub text: String,
    /// What is to be hidden, in order; none in a clean line.
    pub spans: Vec<Labelled>,
    /// The caller's names.
    pub names: Vec<String>,
}

/// A labelled stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// As what it is to be hidden.
    pub kind: Kind,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// A line that is not one of a corpus.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// From 1.
    pub line: usize,
    /// What is wrong with it, without the text.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for Wrong {}

/// The corpora of this repository that are there: a name, and the lines as they stand in the file.
pub fn corpora() -> Vec<(&'static str, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/redaction");
    let read = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.jsonl"))).ok();
    CORPORA.iter().filter_map(|name| Some((*name, read(name)?))).collect()
}

/// Reads a corpus; empty lines are passed over.
///
/// # Errors
///
/// The first line that is wrong.
pub fn parse(text: &str) -> Result<Vec<Line>, Wrong> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines
        .map(|(line, number)| parse_line(line, number).map_err(|what| Wrong { line: number, what }))
        .collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    language: String,
    text: String,
    spans: Vec<RawSpan>,
    #[serde(default)]
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpan {
    kind: String,
    text: String,
}

fn parse_line(line: &str, number: usize) -> Result<Line, String> {
    let raw: Raw = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if raw.language.len() != 2 {
        return Err("`language` is no code of two letters".to_owned());
    }
    let mut spans: Vec<Labelled> = Vec::new();
    for (span, place) in raw.spans.iter().zip(1..) {
        let kind = kind(&span.kind).ok_or_else(|| format!("span {place}: no such kind"))?;
        let from = spans.last().map_or(0, |span| span.range.end);
        let start = match raw.text[from..].find(&span.text) {
            Some(at) if !span.text.is_empty() => from + at,
            _ => return Err(format!("span {place}: not in the text behind the span before it")),
        };
        spans.push(Labelled { kind, range: start..start + span.text.len() });
    }
    if raw.names.is_empty() && spans.iter().any(|span| span.kind == Kind::Name) {
        return Err("a name is labelled, but `names` lists none".to_owned());
    }
    Ok(Line { number, language: raw.language, text: raw.text, spans, names: raw.names })
}

fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.marker().trim_matches(['[', ']']) == name)
}

/// Which half was written when: before the scrubber, and after it without a look at it.
const CORPORA: [&str; 2] = ["before", "after"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_found_in_order() {
        let line = r#"{"language":"en","text":"a@b.c or a@b.c","spans":[{"kind":"email","text":"a@b.c"},{"kind":"email","text":"a@b.c"}]}"#;
        let lines = parse(&format!("\n{line}\n")).unwrap();
        assert_eq!(lines[0].number, 2);
        let ranges: Vec<_> = lines[0].spans.iter().map(|span| span.range.clone()).collect();
        assert_eq!(ranges, [0..5, 9..14]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (line, what) in [
            ("x", "expected value"),
            (r#"{"language":"en","text":"a"}"#, "missing field `spans`"),
            (r#"{"language":"english","text":"a","spans":[]}"#, "two letters"),
            (r#"{"language":"en","text":"a","spans":[],"name":[]}"#, "unknown field `name`"),
            (r#"{"language":"en","text":"a","spans":[{"kind":"fax","text":"a"}]}"#, "no such kind"),
            (
                r#"{"language":"en","text":"a","spans":[{"kind":"ip","text":"b"}]}"#,
                "span 1: not in",
            ),
            (r#"{"language":"en","text":"a","spans":[{"kind":"ip","text":""}]}"#, "span 1: not in"),
            (r#"{"language":"en","text":"a","spans":[{"kind":"name","text":"a"}]}"#, "lists none"),
        ] {
            let good = r#"{"language":"en","text":"a","spans":[]}"#;
            let wrong = parse(&format!("{good}\n{line}\n{good}")).unwrap_err();
            assert_eq!(wrong.line, 2);
            assert!(wrong.what.contains(what), "{wrong}");
        }
    }
}
