//! A pull reader over a JSON document that is already in memory: it finds where values stand and changes nothing.
//!
//! The first of the two passes of reading a response. Strict as RFC 8259 is: an escape, a number or a control
//! character outside its grammar makes the document malformed, wherever it stands. It recurses only as deep as a
//! [`Schema`] is, which is three objects; nesting that nobody asked for costs no stack.

use super::schema::Schema;
use super::text::{escape, plain_prefix};
use core::ops::Range;

/// Where a value stands in its document, a string with its quotes. The first byte tells what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Value {
    start: Offset,
    /// With [`ESCAPED`] for a string that has an escape.
    end: Offset,
}

/// A place in a document. On a microcontroller the places of an answer's members are kept on the stack in half the room.
#[cfg(not(target_os = "none"))]
type Offset = u32;
#[cfg(target_os = "none")]
type Offset = u16;

/// The document is not JSON, nested deeper than [`MAX_DEPTH`], or longer than [`MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

pub(crate) type Read<T> = Result<T, Malformed>;

/// Containers inside each other that a document may have; one more makes it malformed.
pub(crate) const MAX_DEPTH: u32 = 128;

/// Bytes that a document may have: 2 GiB, or 32 KiB where there is no operating system.
pub(crate) const MAX_BYTES: usize = ESCAPED as usize - 1;

const ESCAPED: Offset = 1 << (Offset::BITS - 1);

impl Value {
    /// What is not there.
    pub(crate) const ABSENT: Self = Self { start: 0, end: 0 };

    fn new(start: usize, end: usize) -> Self {
        Self { start: offset(start), end: offset(end) }
    }

    pub(crate) fn at(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }

    pub(crate) fn range(self) -> Range<usize> {
        index(self.start)..index(self.end & !ESCAPED)
    }

    /// Without the quotes or brackets.
    pub(crate) fn inside(self) -> Range<usize> {
        let Range { start, end } = self.range();
        start.wrapping_add(1)..end.saturating_sub(1)
    }

    /// The bytes without the quotes or brackets.
    pub(crate) fn inside_of(self, document: &[u8]) -> &[u8] {
        document.get(self.inside()).unwrap_or_default()
    }

    /// The first byte: a quote of a string, a bracket of a container, and so on; `None` of what is not there.
    pub(crate) fn kind(self, document: &[u8]) -> Option<u8> {
        if self.end == 0 { None } else { document.get(index(self.start)).copied() }
    }

    pub(crate) fn is_text(self, document: &[u8]) -> bool {
        self.kind(document) == Some(b'"')
    }

    /// It is a string with at least one escape.
    pub(crate) fn is_escaped(self) -> bool {
        self.end >= ESCAPED
    }

    /// The same string once its escapes are undone, which ended at `end`.
    pub(crate) fn undone(self, end: usize) -> Self {
        Self { start: self.start, end: offset(end.wrapping_add(1)) }
    }

    /// The same place seen from `origin`, an offset at or before it.
    pub(crate) fn from(self, origin: usize) -> Self {
        let origin = offset(origin);
        Self {
            start: self.start.saturating_sub(origin),
            end: (self.end & !ESCAPED).saturating_sub(origin) | self.end & ESCAPED,
        }
    }
}

/// A cursor over a document.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'d> {
    document: &'d [u8],
    at: usize,
    depth: u32,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(document: &'d [u8]) -> Self {
        Self { document, at: 0, depth: 0 }
    }

    /// Reads the values at the beginning of a part of the document.
    pub(crate) fn within(document: &'d [u8], part: Range<usize>) -> Self {
        Self { at: part.start, ..Self::new(document.get(..part.end).unwrap_or_default()) }
    }

    /// Behind what was read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Reads the members of the object that is all of the document; those that `schema` names go to `values`.
    pub(crate) fn document(&mut self, schema: &Schema, values: &mut [Value]) -> Read<()> {
        if self.document.len() > MAX_BYTES || self.next() != Some(b'{') {
            return Err(Malformed);
        }
        self.object(schema, values)?;
        self.finish()
    }

    /// Nothing but white space is left.
    pub(crate) fn finish(&mut self) -> Read<()> {
        if self.next().is_none() { Ok(()) } else { Err(Malformed) }
    }

    /// The next of values with commas between them; `None` behind the last, or where none can be read. The members that
    /// `schema` names go to `values`, all absent where it is no object.
    pub(crate) fn item(&mut self, schema: &Schema, values: &mut [Value]) -> Option<Value> {
        if self.next()? == b',' {
            self.step();
        }
        let first = self.next()?;
        let start = self.at;
        if first == b'{' {
            self.object(schema, values).ok()?;
            return Some(Value::new(start, self.at));
        }
        values.fill(Value::ABSENT);
        self.value().ok()
    }

    /// Reads any value that begins here.
    pub(crate) fn value(&mut self) -> Read<Value> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => return self.text(),
            Some(b'{' | b'[') => self.container()?,
            _ => self.scalar()?,
        }
        Ok(Value::new(start, self.at))
    }

    /// Reads the object that begins here. Of two members with one name the last counts.
    #[inline(never)]
    fn object(&mut self, schema: &Schema, values: &mut [Value]) -> Read<()> {
        values.fill(Value::ABSENT);
        self.enter()?;
        if self.next() == Some(b'}') {
            self.leave();
            return Ok(());
        }
        let mut expected = 0;
        loop {
            let name = self.name()?;
            match schema.position(name, self.document, &mut expected) {
                Some(index) => {
                    let value = self.member(schema, index, values)?;
                    if let Some(place) = values.get_mut(index) {
                        *place = value;
                    }
                }
                None => {
                    self.value()?;
                }
            }
            match self.next() {
                Some(b',') => self.step(),
                Some(b'}') => {
                    self.leave();
                    return Ok(());
                }
                _ => return Err(Malformed),
            }
        }
    }

    /// The value of a member that the schema names, read into where the schema says.
    fn member(&mut self, schema: &Schema, index: usize, values: &mut [Value]) -> Read<Value> {
        if self.peek() == Some(b'{')
            && let Some(inner) = schema.inner.iter().find(|inner| inner.index == index)
            && let Some(values) = values.get_mut(inner.values())
        {
            let start = self.at;
            self.object(inner.schema, values)?;
            return Ok(Value::new(start, self.at));
        }
        self.value()
    }

    /// Skips a whole object or array with one bit of memory a level, so that depth costs no stack.
    fn container(&mut self) -> Read<()> {
        let outer = self.depth;
        let mut objects = 0_u128;
        loop {
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    objects = objects << 1 | u128::from(open == b'{');
                    self.enter()?;
                    let close = if open == b'{' { b'}' } else { b']' };
                    if self.next() != Some(close) {
                        if open == b'{' {
                            self.name()?;
                        }
                        continue;
                    }
                }
                Some(b'"') => {
                    self.text()?;
                }
                _ => self.scalar()?,
            }
            loop {
                let in_object = objects & 1 == 1;
                match self.next() {
                    Some(b',') => {
                        self.step();
                        if in_object {
                            self.name()?;
                        } else {
                            self.next();
                        }
                        break;
                    }
                    Some(b'}') if in_object => {}
                    Some(b']') if !in_object => {}
                    _ => return Err(Malformed),
                }
                self.leave();
                if self.depth == outer {
                    return Ok(());
                }
                objects >>= 1;
            }
        }
    }

    /// A member's name, and then up to its value.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn name(&mut self) -> Read<Value> {
        self.next();
        let name = self.text()?;
        if self.next() != Some(b':') {
            return Err(Malformed);
        }
        self.step();
        self.next();
        Ok(name)
    }

    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn text(&mut self) -> Read<Value> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(Malformed);
        }
        self.step();
        // Most have no escape.
        if self.skip_plain() == Some(b'"') {
            self.step();
            return Ok(Value::new(start, self.at));
        }
        self.escaped_text(start)
    }

    /// The rest of a string, from the first byte that is not plain.
    #[inline(never)]
    fn escaped_text(&mut self, start: usize) -> Read<Value> {
        loop {
            match self.skip_plain() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let escape = self.document.get(self.at..).and_then(escape);
                    self.at = self.at.wrapping_add(escape.ok_or(Malformed)?.1);
                }
                _ => return Err(Malformed),
            }
        }
        self.step();
        Ok(Value { start: offset(start), end: offset(self.at) | ESCAPED })
    }

    /// The first byte from here that is not plain.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn skip_plain(&mut self) -> Option<u8> {
        let plain = plain_prefix(self.document.get(self.at..)?);
        self.at = self.at.wrapping_add(plain);
        self.peek()
    }

    fn scalar(&mut self) -> Read<()> {
        match self.peek() {
            Some(b'n') => self.word(b"null"),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            _ => self.number(),
        }
    }

    /// `number = [ "-" ] int [ frac ] [ exp ]`, RFC 8259 section 6.
    fn number(&mut self) -> Read<()> {
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
        Ok(())
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.step();
        }
        if self.at == start { Err(Malformed) } else { Ok(()) }
    }

    fn word(&mut self, word: &[u8]) -> Read<()> {
        let end = self.at.wrapping_add(word.len());
        if self.document.get(self.at..end) != Some(word) {
            return Err(Malformed);
        }
        self.at = end;
        Ok(())
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at = self.at.wrapping_add(usize::from(found));
        found
    }

    fn enter(&mut self) -> Read<()> {
        self.step();
        self.depth = self.depth.wrapping_add(1);
        if self.depth > MAX_DEPTH { Err(Malformed) } else { Ok(()) }
    }

    fn leave(&mut self) {
        self.step();
        self.depth = self.depth.wrapping_sub(1);
    }

    fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    fn peek(&self) -> Option<u8> {
        self.document.get(self.at).copied()
    }

    /// The byte that follows the white space here.
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.step(),
                found => return found,
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "no longer document than MAX_BYTES is read")]
fn offset(at: usize) -> Offset {
    at as Offset
}

fn index(offset: Offset) -> usize {
    offset as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_json(text: &str) -> bool {
        let mut reader = Reader::new(text.as_bytes());
        reader.next();
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
        let mut reader = Reader::new(b"[1, {\"a\": []} ]  ");
        assert_eq!(reader.value(), Ok(Value::new(0, 15)));
        assert_eq!(reader.at(), 15);
    }
}
