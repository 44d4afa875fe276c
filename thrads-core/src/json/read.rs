//! A pull reader over a JSON document that is already in memory: it finds where values stand and changes nothing.
//!
//! The first of the two passes of reading a response. Strict as RFC 8259 is: an escape, a number or a control
//! character outside its grammar makes the document malformed, wherever it stands. It recurses only as deep as a
//! [`Schema`] is, which is three objects; nesting that nobody asked for costs no stack.

use super::plain::plain_prefix;
use super::schema::Schema;
use super::text::escape;
use super::value::{MAX_BYTES, Value};
use core::ops::Range;

/// The document is not JSON, nested deeper than [`MAX_DEPTH`], or longer than [`MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

pub(crate) type Read<T> = Result<T, Malformed>;

/// Containers inside each other that a document may have; one more makes it malformed.
pub(crate) const MAX_DEPTH: u32 = 128;

/// Names that are tried before one is read: servers keep their order, and leave some out.
#[cfg(not(target_os = "none"))]
const EXPECTED: usize = 4;

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
        if self.document.len() > MAX_BYTES || self.next() != b'{' {
            return Err(Malformed);
        }
        self.object(schema, values)?;
        self.finish()
    }

    /// Nothing but white space is left.
    pub(crate) fn finish(&mut self) -> Read<()> {
        self.next();
        if self.at >= self.document.len() { Ok(()) } else { Err(Malformed) }
    }

    /// The next of values with commas between them; `None` behind the last, or where none can be read. The members that
    /// `schema` names go to `values`, all absent where it is no object.
    pub(crate) fn item(&mut self, schema: &Schema, values: &mut [Value]) -> Option<Value> {
        if self.next() == b',' {
            self.step();
            self.next();
        }
        let start = self.at;
        if self.peek() == b'{' {
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
            b'"' => return self.text(),
            b'{' | b'[' => self.container()?,
            _ => self.scalar()?,
        }
        Ok(Value::new(start, self.at))
    }

    /// Reads the object that begins here. Of two members with one name the last counts.
    #[inline(never)]
    fn object(&mut self, schema: &Schema, values: &mut [Value]) -> Read<()> {
        values.fill(Value::ABSENT);
        self.enter()?;
        if self.next() == b'}' {
            self.leave();
            return Ok(());
        }
        let mut expected = 0;
        loop {
            self.next();
            let index = match self.expected_name(schema, &mut expected) {
                Some(index) => Some(index),
                None => schema.position(self.text()?, self.document, &mut expected),
            };
            self.colon()?;
            match index {
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
                b',' => self.step(),
                b'}' => {
                    self.leave();
                    return Ok(());
                }
                _ => return Err(Malformed),
            }
        }
    }

    /// The value of a member that the schema names, read into where the schema says.
    fn member(&mut self, schema: &Schema, index: usize, values: &mut [Value]) -> Read<Value> {
        if self.peek() == b'{'
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
        let mut objects = Levels::default();
        loop {
            match self.peek() {
                open @ (b'{' | b'[') => {
                    self.enter()?;
                    objects.set(self.depth, open == b'{');
                    let close = if open == b'{' { b'}' } else { b']' };
                    if self.next() != close {
                        if open == b'{' {
                            self.name()?;
                        }
                        continue;
                    }
                }
                b'"' => {
                    self.text()?;
                }
                _ => self.scalar()?,
            }
            loop {
                let in_object = objects.get(self.depth);
                match self.next() {
                    b',' => {
                        self.step();
                        if in_object {
                            self.name()?;
                        } else {
                            self.next();
                        }
                        break;
                    }
                    b'}' if in_object => {}
                    b']' if !in_object => {}
                    _ => return Err(Malformed),
                }
                self.leave();
                if self.depth == outer {
                    return Ok(());
                }
            }
        }
    }

    /// A member's name, and then up to its value.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn name(&mut self) -> Read<Value> {
        self.next();
        let name = self.text()?;
        self.colon()?;
        Ok(name)
    }

    /// Where flash is dear, each name is read before it is looked for.
    #[cfg(target_os = "none")]
    fn expected_name(&mut self, _: &Schema, _: &mut usize) -> Option<usize> {
        None
    }

    /// Takes the name that begins here if it is one of those that come next, without a look for its end.
    #[cfg(not(target_os = "none"))]
    #[inline(always)]
    fn expected_name(&mut self, schema: &Schema, expected: &mut usize) -> Option<usize> {
        let rest = self.document.get(self.at..)?.strip_prefix(b"\"")?;
        let candidates = schema.names.iter().enumerate().skip(*expected).take(EXPECTED);
        for (index, name) in candidates {
            if rest.first() == name.as_bytes().first()
                && rest.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"\""))
            {
                self.at = self.at.wrapping_add(name.len()).wrapping_add(2);
                *expected = index.wrapping_add(1);
                return Some(index);
            }
        }
        None
    }

    /// Up to a member's value.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn colon(&mut self) -> Read<()> {
        if self.next() != b':' {
            return Err(Malformed);
        }
        self.step();
        self.next();
        Ok(())
    }

    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn text(&mut self) -> Read<Value> {
        let start = self.at;
        if self.peek() != b'"' {
            return Err(Malformed);
        }
        self.step();
        // Most have no escape, which is seen at once where registers are wide.
        if cfg!(not(target_os = "none")) && self.skip_plain() == b'"' {
            self.step();
            return Ok(Value::new(start, self.at));
        }
        self.rest_of_text(start)
    }

    /// The rest of a string, whose first quote stands at `start`.
    #[inline(never)]
    fn rest_of_text(&mut self, start: usize) -> Read<Value> {
        // Where the plain ones are read by themselves, this one has an escape.
        let mut is_escaped = cfg!(not(target_os = "none"));
        loop {
            match self.skip_plain() {
                b'"' => break,
                b'\\' => {
                    let escape = self.document.get(self.at..).and_then(escape);
                    self.at = self.at.wrapping_add(escape.ok_or(Malformed)?.1);
                    is_escaped = true;
                }
                _ => return Err(Malformed),
            }
        }
        self.step();
        Ok(if is_escaped { Value::escaped(start, self.at) } else { Value::new(start, self.at) })
    }

    /// The first byte from here that is not plain.
    #[cfg_attr(not(target_os = "none"), inline(always))]
    fn skip_plain(&mut self) -> u8 {
        let plain = plain_prefix(self.document.get(self.at..).unwrap_or_default());
        self.at = self.at.wrapping_add(plain);
        self.peek()
    }

    fn scalar(&mut self) -> Read<()> {
        match self.peek() {
            b'n' => self.word(b"null"),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
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
        while self.peek().is_ascii_digit() {
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
        let found = self.peek() == byte;
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

    /// The byte here; behind the end one that may stand nowhere.
    fn peek(&self) -> u8 {
        self.document.get(self.at).copied().unwrap_or(0)
    }

    /// The byte that follows the white space here.
    fn next(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\n' | b'\t' | b'\r' => self.step(),
                found => return found,
            }
        }
    }
}

/// A bit for each level that a document may have.
#[derive(Default)]
struct Levels([u32; MAX_DEPTH as usize / 32]);

impl Levels {
    fn set(&mut self, depth: u32, value: bool) {
        if let Some(word) = self.0.get_mut(Self::word(depth)) {
            let others = *word & !(1_u32.wrapping_shl(depth));
            *word = others | u32::from(value).wrapping_shl(depth);
        }
    }

    fn get(&self, depth: u32) -> bool {
        self.0.get(Self::word(depth)).is_some_and(|word| word.wrapping_shr(depth) & 1 != 0)
    }

    fn word(depth: u32) -> usize {
        usize::try_from(depth.wrapping_sub(1) >> 5).unwrap_or(usize::MAX)
    }
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
