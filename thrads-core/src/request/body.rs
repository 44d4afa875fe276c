//! A request body as a sequence of pieces: its length is known before the first byte, and no copy of the conversation
//! is made, however long it is.
//!
//! Part of `request`. The bytes are those of section 8 of the wire contract: compact JSON, members in the contract's
//! order, escapes only where JSON demands them.

use super::bid::{AdFormats, BidConfig, BidRequest, UserMetadata};
use super::feedback::Interaction;
use super::message::MessageRequest;
use super::prompt::PromptRequest;
use crate::conversation::{Conversation, Message, Timestamp};
use crate::json::text::plain_prefix;
use crate::time::{UnixMillis, divide};
use core::fmt;

/// The body of a request: nothing, or a JSON object.
#[derive(Clone, Copy)]
pub struct Body<'a>(pub(super) Content<'a>);

#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    Nothing,
    Prompt(PromptRequest<'a>),
    Message(MessageRequest<'a>),
    Bid(BidRequest<'a>),
    Click { token: &'a str },
    Feedback { sponsored_prompt_id: &'a str, interaction: Interaction<'a> },
    Vote { option_id: &'a str },
}

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
        let mut pieces = self.pieces();
        let mut length = 0_usize;
        while let Some(piece) = pieces.next() {
            length = length.saturating_add(piece.len());
        }
        length
    }

    /// The bytes in order, some at a time.
    pub fn pieces(&self) -> Pieces<'_> {
        Pieces { tokens: Tokens::new(&self.0), text: None, scratch: [0; 22] }
    }

    /// Writes the whole body to the front of `buffer` and returns how many bytes it took.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with `buffer` partly written.
    pub fn encode(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let mut pieces = self.pieces();
        let mut at = 0_usize;
        while let Some(piece) = pieces.next() {
            let rest = buffer.get_mut(at..).unwrap_or_default();
            let Some(place) = rest.get_mut(..piece.len()) else {
                return Err(BufferTooSmall { needed: self.len() });
            };
            place.copy_from_slice(piece);
            at = at.saturating_add(piece.len());
        }
        Ok(at)
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

/// The pieces of a body: text that needs no escape comes straight from where the caller has it.
pub struct Pieces<'p> {
    tokens: Tokens<'p>,
    /// What is left of the text being written.
    text: Option<&'p [u8]>,
    scratch: [u8; 22],
}

impl Pieces<'_> {
    /// The next bytes; `None` at the end. A piece may be empty.
    #[expect(clippy::should_implement_trait, reason = "a piece may borrow the iterator")]
    pub fn next(&mut self) -> Option<&[u8]> {
        if let Some(rest) = self.text {
            let Some((&special, behind)) =
                rest.get(plain_prefix(rest)..).and_then(<[u8]>::split_first)
            else {
                // The closing quote goes out last, after the text that is left has gone out whole.
                self.text = if rest.is_empty() { None } else { Some(&[]) };
                return Some(if rest.is_empty() { b"\"" } else { rest });
            };
            let plain = rest.len().saturating_sub(behind.len()).saturating_sub(1);
            if plain > 0 {
                self.text = rest.get(plain..);
                return rest.get(..plain);
            }
            self.text = Some(behind);
            return Some(escape(special, &mut self.scratch));
        }
        match self.tokens.next()? {
            Token::Raw(raw) => Some(raw.as_bytes()),
            Token::Text(text) => {
                self.text = Some(text.as_bytes());
                Some(b"\"")
            }
            Token::Number(number) => Some(decimal(number, &mut self.scratch)),
            Token::Time(time) => Some(quoted_time(time, &mut self.scratch)),
        }
    }
}

/// A step of a body.
#[derive(Clone, Copy)]
enum Token<'p> {
    Raw(&'static str),
    Text(&'p str),
    Number(u64),
    Time(UnixMillis),
}

/// A container that a body has, and what is in it by index.
#[derive(Clone, Copy)]
pub(super) enum Node<'p> {
    Prompt(&'p PromptRequest<'p>),
    Chatbot(&'p MessageRequest<'p>),
    MetaData(&'p [(&'p str, &'p str)]),
    Feedback {
        sponsored_prompt_id: &'p str,
        interaction: Interaction<'p>,
    },
    /// An object with this one member.
    Only(&'static str, &'p str),
    Content {
        user: &'p str,
        chatbot: &'p str,
    },
    Bid(&'p BidRequest<'p>),
    Messages(Conversation<'p>),
    Message(Message<'p>),
    AdFormats(&'p AdFormats),
    BidConfig(&'p BidConfig<'p>),
    UserMetadata(&'p UserMetadata<'p>),
}

/// What a container has at an index.
#[derive(Clone, Copy)]
pub(super) enum Child<'p> {
    /// A member that is not set.
    Absent,
    /// What stands before the value, comma first, and the value.
    Item(&'static str, Value<'p>),
    /// A member with a name of the caller's.
    Named(&'p str, &'p str),
    /// Nothing more.
    End,
}

/// A JSON value to be written.
#[derive(Clone, Copy)]
pub(super) enum Value<'p> {
    Text(&'p str),
    Number(u64),
    Bool(bool),
    Null,
    Time(UnixMillis),
    Object(Node<'p>),
    Array(Node<'p>),
}

impl<'p> Child<'p> {
    pub(super) fn item(name: &'static str, value: Value<'p>) -> Self {
        Self::Item(name, value)
    }

    pub(super) fn some(name: &'static str, value: Option<Value<'p>>) -> Self {
        value.map_or(Self::Absent, |value| Self::Item(name, value))
    }

    pub(super) fn text(name: &'static str, text: Option<&'p str>) -> Self {
        Self::some(name, text.map(Value::Text))
    }

    pub(super) fn bool(name: &'static str, value: Option<bool>) -> Self {
        Self::some(name, value.map(Value::Bool))
    }

    pub(super) fn number(name: &'static str, number: Option<impl Into<u64>>) -> Self {
        Self::some(name, number.map(|number| Value::Number(number.into())))
    }
}

impl<'p> Node<'p> {
    fn child(&self, index: usize) -> Child<'p> {
        match *self {
            Node::Prompt(prompt) => prompt.child(index),
            Node::Chatbot(message) => message.child(index),
            Node::MetaData(members) => match members.get(index) {
                Some((name, value)) => Child::Named(name, value),
                None => Child::End,
            },
            Node::Feedback { sponsored_prompt_id, interaction } => {
                interaction.child(sponsored_prompt_id, index)
            }
            Node::Only(name, value) => match index {
                0 => Child::item(name, Value::Text(value)),
                _ => Child::End,
            },
            Node::Content { user, chatbot } => match index {
                0 => Child::item(",\"user\":", Value::Text(user)),
                1 => Child::item(",\"chatbot\":", Value::Text(chatbot)),
                _ => Child::End,
            },
            Node::Bid(bid) => bid.child(index),
            Node::Messages(conversation) => match conversation.get(index) {
                Some(message) => Child::item(",", Value::Object(Node::Message(message))),
                None => Child::End,
            },
            Node::Message(message) => message_child(&message, index),
            Node::AdFormats(formats) => formats.child(index),
            Node::BidConfig(config) => config.child(index),
            Node::UserMetadata(metadata) => metadata.child(index),
        }
    }
}

fn message_child<'p>(message: &Message<'p>, index: usize) -> Child<'p> {
    match index {
        0 => Child::item(",\"role\":", Value::Text(message.role.as_str())),
        1 => Child::item(",\"content\":", Value::Text(message.content)),
        2 => Child::some(
            ",\"timestamp\":",
            message.timestamp.map(|timestamp| match timestamp {
                Timestamp::Text(text) => Value::Text(text),
                Timestamp::UnixSeconds(seconds) => Value::Number(seconds),
                Timestamp::Utc(time) => Value::Time(time),
            }),
        ),
        _ => Child::End,
    }
}

/// Walks a body depth first, without recursion.
struct Tokens<'p> {
    open: heapless::Vec<Open<'p>, MAX_DEPTH>,
    /// Steps that are due before the walk goes on, the last first.
    due: heapless::Vec<Value<'p>, 2>,
    /// The colon behind a name of the caller's is due before `due`.
    colon: bool,
}

/// A container whose bracket has been written.
struct Open<'p> {
    node: Node<'p>,
    next: usize,
    is_first: bool,
    close: &'static str,
}

impl<'p> Tokens<'p> {
    fn new(content: &'p Content<'p>) -> Self {
        let mut tokens =
            Self { open: heapless::Vec::new(), due: heapless::Vec::new(), colon: false };
        let root = match content {
            Content::Nothing => return tokens,
            Content::Prompt(prompt) => Node::Prompt(prompt),
            Content::Message(message) => Node::Chatbot(message),
            Content::Bid(bid) => Node::Bid(bid),
            Content::Click { token } => Node::Only(",\"token\":", token),
            Content::Feedback { sponsored_prompt_id, interaction } => {
                Node::Feedback { sponsored_prompt_id, interaction: *interaction }
            }
            Content::Vote { option_id } => Node::Only(",\"option_id\":", option_id),
        };
        tokens.defer(Value::Object(root));
        tokens
    }

    fn next(&mut self) -> Option<Token<'p>> {
        if core::mem::take(&mut self.colon) {
            return Some(Token::Raw(":"));
        }
        if let Some(value) = self.due.pop() {
            self.colon = !self.due.is_empty();
            return Some(self.begin(value));
        }
        loop {
            let open = self.open.last_mut()?;
            let child = open.node.child(open.next);
            open.next = open.next.saturating_add(1);
            let (before, is_first) = match child {
                Child::Absent => continue,
                Child::End => {
                    let close = open.close;
                    self.open.pop();
                    return Some(Token::Raw(close));
                }
                Child::Item(before, _) => (before, core::mem::take(&mut open.is_first)),
                Child::Named(..) => (",", core::mem::take(&mut open.is_first)),
            };
            match child {
                Child::Item(_, value) => self.defer(value),
                Child::Named(name, value) => {
                    self.defer(Value::Text(value));
                    self.defer(Value::Text(name));
                }
                _ => {}
            }
            return Some(Token::Raw(if is_first {
                before.strip_prefix(',').unwrap_or(before)
            } else {
                before
            }));
        }
    }

    fn defer(&mut self, value: Value<'p>) {
        let deferred = self.due.push(value);
        debug_assert!(deferred.is_ok());
    }

    fn begin(&mut self, value: Value<'p>) -> Token<'p> {
        match value {
            Value::Text(text) => Token::Text(text),
            Value::Number(number) => Token::Number(number),
            Value::Bool(true) => Token::Raw("true"),
            Value::Bool(false) => Token::Raw("false"),
            Value::Null => Token::Raw("null"),
            Value::Time(time) => Token::Time(time),
            Value::Object(node) => self.enter(node, "{", "}"),
            Value::Array(node) => self.enter(node, "[", "]"),
        }
    }

    fn enter(&mut self, node: Node<'p>, bracket: &'static str, close: &'static str) -> Token<'p> {
        let entered = self.open.push(Open { node, next: 0, is_first: true, close });
        debug_assert!(entered.is_ok());
        Token::Raw(bracket)
    }
}

/// Containers inside each other: a bid request, its messages, one of them.
const MAX_DEPTH: usize = 3;

/// The escape of a byte that JSON does not allow in a string, the short one where there is one.
fn escape(byte: u8, scratch: &mut [u8; 22]) -> &[u8] {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let hex = |digit: u8| {
                if digit < 10 { digit | b'0' } else { digit.wrapping_add(b'a').wrapping_sub(10) }
            };
            return fill(scratch, &[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 0xf)]);
        }
    };
    fill(scratch, &[b'\\', short])
}

fn decimal(number: u64, scratch: &mut [u8; 22]) -> &[u8] {
    let mut rest = number;
    let mut at = scratch.len();
    while let Some(slot) = at.checked_sub(1).and_then(|before| scratch.get_mut(before)) {
        let (tens, digit) = divide(rest, 10);
        *slot = u8::try_from(digit).unwrap_or(0) | b'0';
        at = at.saturating_sub(1);
        rest = tens;
        if rest == 0 {
            break;
        }
    }
    scratch.get(at..).unwrap_or_default()
}

fn quoted_time(time: UnixMillis, scratch: &mut [u8; 22]) -> &[u8] {
    *scratch = [b'"'; 22];
    if let Some(inside) = scratch.get_mut(1..21) {
        inside.copy_from_slice(&time.to_rfc3339());
    }
    scratch
}

fn fill<'s>(scratch: &'s mut [u8; 22], bytes: &[u8]) -> &'s [u8] {
    match scratch.get_mut(..bytes.len()) {
        Some(place) => {
            place.copy_from_slice(bytes);
            place
        }
        None => &[],
    }
}
