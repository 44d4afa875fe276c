//! A pull reader over a JSON document that is already in memory: it finds spans and changes nothing.
//!
//! The first of the two passes of reading a response. Strict as RFC 8259 is: an escape, a number or a control
//! character outside its grammar makes the document malformed, wherever it stands. It never recurses.

use super::text::Text;

/// Where a value stands in the document, as byte offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// The same place `by` bytes further on.
    pub(crate) fn behind(self, by: usize) -> Self {
        Self { start: self.start.saturating_add(by), end: self.end.saturating_add(by) }
    }

    /// A container without its brackets.
    pub(crate) fn inside(self) -> Self {
        Self { start: self.start.saturating_add(1), end: self.end.saturating_sub(1) }
    }

    /// The same place seen from `origin`, an offset at or before it.
    pub(crate) fn from(self, origin: usize) -> Self {
        Self { start: self.start.saturating_sub(origin), end: self.end.saturating_sub(origin) }
    }
}

/// A JSON value as found; containers and numbers are not looked into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Value {
    /// The member is not there.
    #[default]
    Absent,
    Null,
    Bool(Span),
    Number(Span),
    Text(Text),
    Array(Span),
    Object(Span),
}

impl Value {
    pub(crate) fn text(self) -> Option<Text> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// The document is not JSON, or nested deeper than [`MAX_DEPTH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

pub(crate) type Read<T> = Result<T, Malformed>;

/// Containers inside each other that a document may have; one more makes it malformed.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A cursor over a document. Steps advance it past what they read and the white space behind it.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'d> {
    document: &'d [u8],
    at: usize,
    end: usize,
    depth: u32,
}

impl<'d> Reader<'d> {
    /// Starts at the first byte that is not white space.
    pub(crate) fn new(document: &'d [u8]) -> Self {
        let mut reader = Self { document, at: 0, end: 0, depth: 0 };
        reader.skip_space();
        reader
    }

    pub(crate) fn document(&self) -> &'d [u8] {
        self.document
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Just behind the last byte that was read and is not white space.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.document.get(self.at).copied()
    }

    /// Goes on at `at`, where a value begins.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// Passes over a comma between items.
    pub(crate) fn skip_comma(&mut self) {
        if self.peek() == Some(b',') {
            self.advance(1);
        }
    }

    /// Nothing but white space is left.
    pub(crate) fn finish(&self) -> Read<()> {
        if self.at == self.document.len() { Ok(()) } else { Err(Malformed) }
    }

    /// Steps into an object or array if one begins here.
    pub(crate) fn enter(&mut self, open: u8) -> Read<bool> {
        if self.peek() != Some(open) {
            return Ok(false);
        }
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(Malformed);
        }
        self.advance(1);
        Ok(true)
    }

    /// The name of the next member of the object that was entered; `None` steps out of it.
    ///
    /// `first` is true for the first call and is taken back by it.
    pub(crate) fn next_member(&mut self, first: &mut bool) -> Read<Option<Text>> {
        if !self.next_item(b'}', first)? {
            return Ok(None);
        }
        let name = self.text()?;
        self.expect(b':')?;
        Ok(Some(name))
    }

    /// Whether the array or object that was entered has another item; if not, steps out of it.
    pub(crate) fn next_item(&mut self, close: u8, first: &mut bool) -> Read<bool> {
        if self.peek() == Some(close) {
            self.depth = self.depth.saturating_sub(1);
            self.advance(1);
            return Ok(false);
        }
        if !core::mem::replace(first, false) {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Reads any value.
    pub(crate) fn value(&mut self) -> Read<Value> {
        match self.peek() {
            Some(b'"') => Ok(Value::Text(self.text()?)),
            Some(b'{') => Ok(Value::Object(self.container()?)),
            Some(b'[') => Ok(Value::Array(self.container()?)),
            Some(b'n') => self.word(b"null").map(|_| Value::Null),
            Some(b't') => self.word(b"true").map(Value::Bool),
            Some(b'f') => self.word(b"false").map(Value::Bool),
            Some(b'-' | b'0'..=b'9') => Ok(Value::Number(self.number()?)),
            _ => Err(Malformed),
        }
    }

    /// Skips a whole object or array with one bit of memory a level, so that depth costs no stack.
    fn container(&mut self) -> Read<Span> {
        let start = self.at;
        let outer = self.depth;
        let mut objects = 0_u128;
        let mut first = true;
        loop {
            if self.enter(b'{')? {
                objects = objects << 1 | 1;
                first = true;
            } else if self.enter(b'[')? {
                objects <<= 1;
                first = true;
            } else {
                self.value()?;
            }
            while !self.has_more(objects & 1 == 1, &mut first)? {
                if self.depth == outer {
                    return Ok(Span { start, end: self.end });
                }
                objects >>= 1;
                first = false;
            }
        }
    }

    fn has_more(&mut self, in_object: bool, first: &mut bool) -> Read<bool> {
        if in_object { Ok(self.next_member(first)?.is_some()) } else { self.next_item(b']', first) }
    }

    fn text(&mut self) -> Read<Text> {
        if self.peek() != Some(b'"') {
            return Err(Malformed);
        }
        let start = self.at.saturating_add(1);
        let rest = self.document.get(start..).unwrap_or_default();
        let text = Text::scan(rest).ok_or(Malformed)?.behind(start);
        self.at = text.span.end;
        self.advance(1);
        Ok(text)
    }

    /// `number = [ "-" ] int [ frac ] [ exp ]`, RFC 8259 section 6.
    fn number(&mut self) -> Read<Span> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        self.advance(0);
        Ok(Span { start, end: self.end })
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = self.at.saturating_add(1);
        }
        if self.at == start { Err(Malformed) } else { Ok(()) }
    }

    fn word(&mut self, word: &[u8]) -> Read<Span> {
        let start = self.at;
        if !self.document.get(start..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(Malformed);
        }
        self.advance(word.len());
        Ok(Span { start, end: self.end })
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at = self.at.saturating_add(usize::from(found));
        found
    }

    fn expect(&mut self, byte: u8) -> Read<()> {
        if self.peek() != Some(byte) {
            return Err(Malformed);
        }
        self.advance(1);
        Ok(())
    }

    fn advance(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
        self.end = self.at;
        self.skip_space();
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at = self.at.saturating_add(1);
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_json(text: &str) -> bool {
        let mut reader = Reader::new(text.as_bytes());
        reader.value().and_then(|_| reader.finish()).is_ok()
    }

    #[test]
    fn agrees_with_serde_json_on_what_is_json() {
        let texts = [
            "{}",
            "[]",
            " [ ] ",
            "[[],{}]",
            "{\"a\":[1,2,{\"b\":null}],\"c\":{}}",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "[}",
            "{]",
            "[",
            "{",
            "\"",
            "\"a",
            "\"\\",
            "\"\\x41\"",
            "\"\\u12g4\"",
            "\"\\u0041\"",
            "01",
            "1.",
            ".5",
            "+1",
            "0x10",
            "NaN",
            "-",
            "-0",
            "1e5",
            "1E+5",
            "1e",
            "Infinity",
            "tru",
            "true",
            "nulll",
            "\"\u{1}\"",
            "\"\n\"",
            "1 ",
            "1x",
            "",
            " ",
            "{}{}",
            "[1]]",
            "{\"a\":{\"b\":[]},\"c\":[{}]}",
            "[{\"a\":1},{\"b\":2}]",
            "[[[[]]]]",
            "[[1],[2,[3]]]",
            "{\"a\":{}}",
            "{\"\":0}",
        ];
        for text in texts {
            assert_eq!(
                is_json(text),
                serde_json::from_str::<serde_json::Value>(text).is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn nesting_ends_at_the_limit() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(is_json(&nested(128)));
        assert!(!is_json(&nested(129)));
        assert!(!is_json(&nested(100_000)));
        assert!(!is_json(&"[".repeat(100_000)));
    }

    #[test]
    fn a_container_span_ends_at_its_bracket() {
        let mut reader = Reader::new(b" [1, {\"a\": []} ]  ");
        assert_eq!(reader.value(), Ok(Value::Array(Span { start: 1, end: 16 })));
    }
}
