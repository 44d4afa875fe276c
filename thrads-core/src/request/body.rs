//! A request body as a sequence of pieces: its length is known before the first byte, and no copy of the conversation
//! is made, however long it is.
//!
//! Part of `request`. The bytes are those of section 8 of the wire contract: compact JSON, members in the contract's
//! order, escapes only where JSON demands them.

use super::pieces::{Pieces, Token};
use super::tree::{Child, Content, Node, Value, behind_comma};
use crate::json::text::plain_prefix;
use crate::json::write::{SCRATCH, decimal, escape, quoted_time, text_len};
use core::fmt;

/// The body of a request: nothing, or a JSON object.
#[derive(Clone, Copy)]
pub struct Body<'a>(pub(super) Content<'a>);

/// A buffer is too small for what was to be written into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BufferTooSmall {
    /// Bytes that are needed in all.
    pub needed: usize,
}

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the buffer is too small: {} bytes are needed", self.needed)
    }
}

impl core::error::Error for BufferTooSmall {}

impl Body<'_> {
    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Content::Nothing)
    }

    /// The exact number of bytes, for `Content-Length`. Walks the whole body once.
    pub fn len(&self) -> usize {
        let mut length = 0_usize;
        let mut scratch = [0; SCRATCH];
        self.walk(&mut |token| {
            let more = match token {
                Token::Raw(raw) => raw.len(),
                Token::Text(text) => text_len(text),
                Token::Number(number) => decimal(number, &mut scratch).len(),
                Token::Time(_) => SCRATCH,
            };
            length = length.saturating_add(more);
        });
        length
    }

    /// The bytes in order, some at a time.
    pub fn pieces(&self) -> Pieces<'_> {
        Pieces::new(&self.0)
    }

    /// Writes the whole body to the front of `buffer` and returns how many bytes it took.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with `buffer` partly written.
    pub fn encode(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let mut front = Front { buffer, at: 0, is_full: false };
        self.walk(&mut |token| front.put(token));
        if front.is_full { Err(BufferTooSmall { needed: self.len() }) } else { Ok(front.at) }
    }

    /// Writes the whole body, piece by piece; put a buffer in between where small writes are dear.
    ///
    /// # Errors
    ///
    /// Those of `writer`. Dropped half-way, what was written is not taken back.
    pub async fn write_to<W: embedded_io_async::Write>(
        &self,
        writer: &mut W,
    ) -> Result<(), W::Error> {
        let mut pieces = self.pieces();
        while let Some(piece) = pieces.next() {
            writer.write_all(piece).await?;
        }
        Ok(())
    }
}

impl<'p> Body<'p> {
    fn walk(&'p self, put: &mut impl FnMut(Token<'p>)) {
        if let Some(root) = Node::of(&self.0) {
            walk(root, ["{", "}"], put);
        }
    }
}

/// Hands every step of a container to `put`. Containers are three deep at most, and so is the recursion.
fn walk<'p>(node: Node<'p>, [open, close]: [&'static str; 2], put: &mut impl FnMut(Token<'p>)) {
    put(Token::Raw(open));
    let mut is_first = true;
    let mut index = 0_usize;
    loop {
        match node.child(index) {
            Child::End => break,
            Child::Absent => {}
            Child::Item(before, value) => {
                put(Token::Raw(behind_comma(before, &mut is_first)));
                put_value(value, put);
            }
            Child::Named(name, value) => {
                put(Token::Raw(behind_comma(",", &mut is_first)));
                put(Token::Text(name));
                put(Token::Raw(":"));
                put(Token::Text(value));
            }
        }
        index = index.saturating_add(1);
    }
    put(Token::Raw(close));
}

fn put_value<'p>(value: Value<'p>, put: &mut impl FnMut(Token<'p>)) {
    match value {
        Value::Text(text) => put(Token::Text(text)),
        Value::Number(number) => put(Token::Number(number)),
        Value::Bool(value) => put(Token::Raw(if value { "true" } else { "false" })),
        Value::Null => put(Token::Raw("null")),
        Value::Time(time) => put(Token::Time(time)),
        Value::Object(node) => walk(node, ["{", "}"], put),
        Value::Array(node) => walk(node, ["[", "]"], put),
    }
}

/// The front of a buffer, as far as it is written.
struct Front<'f> {
    buffer: &'f mut [u8],
    at: usize,
    is_full: bool,
}

impl Front<'_> {
    fn put(&mut self, token: Token<'_>) {
        let mut scratch = [0; SCRATCH];
        match token {
            Token::Raw(raw) => self.push(raw.as_bytes()),
            Token::Text(text) => self.put_text(text),
            Token::Number(number) => self.push(decimal(number, &mut scratch)),
            Token::Time(time) => self.push(quoted_time(time, &mut scratch)),
        }
    }

    fn put_text(&mut self, text: &str) {
        let mut scratch = [0; SCRATCH];
        self.push(b"\"");
        let mut rest = text.as_bytes();
        while let Some((plain, special)) = rest.split_at_checked(plain_prefix(rest)) {
            self.push(plain);
            let Some((&special, behind)) = special.split_first() else { break };
            self.push(escape(special, &mut scratch));
            rest = behind;
        }
        self.push(b"\"");
    }

    fn push(&mut self, bytes: &[u8]) {
        let rest = self.buffer.get_mut(self.at..).unwrap_or_default();
        match rest.get_mut(..bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.at = self.at.saturating_add(bytes.len());
            }
            None => self.is_full = true,
        }
    }
}
