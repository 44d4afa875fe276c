//! A body some bytes at a time, for writers that wait: the walk can stop behind every piece.
//!
//! Part of `request`.

use super::tree::{Child, Content, Node, Value, behind_comma};
use crate::json::text::plain_prefix;
use crate::json::write::{SCRATCH, decimal, escape, quoted_time};
use crate::time::UnixMillis;

/// The pieces of a body: text that needs no escape comes straight from where the caller has it.
pub struct Pieces<'p> {
    tokens: Tokens<'p>,
    /// What is left of the text being written.
    text: Option<&'p [u8]>,
    scratch: [u8; SCRATCH],
}

impl<'p> Pieces<'p> {
    pub(super) fn new(content: &'p Content<'p>) -> Self {
        Self { tokens: Tokens::new(content), text: None, scratch: [0; SCRATCH] }
    }
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
pub(super) enum Token<'p> {
    Raw(&'static str),
    Text(&'p str),
    Number(u64),
    Time(UnixMillis),
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
        if let Some(root) = Node::of(content) {
            tokens.defer(Value::Object(root));
        }
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
            let before = match child {
                Child::Absent => continue,
                Child::End => {
                    let close = open.close;
                    self.open.pop();
                    return Some(Token::Raw(close));
                }
                Child::Item(before, _) => behind_comma(before, &mut open.is_first),
                Child::Named(..) => behind_comma(",", &mut open.is_first),
            };
            match child {
                Child::Item(_, value) => self.defer(value),
                Child::Named(name, value) => {
                    self.defer(Value::Text(value));
                    self.defer(Value::Text(name));
                }
                _ => {}
            }
            return Some(Token::Raw(before));
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
