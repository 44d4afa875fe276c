//! What a body is made of, in order: text as it stands, and a value behind it. Each kind of call says its own steps.
//!
//! Part of `request`, between the calls and `pieces`, which writes them. All that is made of a call is this list; no text
//! is copied.

use super::redaction::Redaction;
use crate::conversation::Conversation;
use crate::json::write::{SCRATCH, decimal, put, put_text, text_len};

/// Text as it stands in the body, and the value behind it.
///
/// The text begins with all that the member before may have left open, a quote and a comma. Of these, as many bytes are
/// left out as that member has no need of: see [`Value::closes`].
pub(super) type Step<'p> = (&'static str, Value<'p>);

/// A JSON value to be written, or a mark.
#[derive(Clone, Copy, Default)]
pub(super) enum Value<'p> {
    /// A member that is not set; its text is left out with it.
    #[default]
    Absent,
    /// The text opens an object or an array.
    Open,
    /// The text closes one.
    Close,
    /// Without its opening quote, which the text before it has, and its closing one, which the text behind it has.
    Text(&'p str),
    /// A number, and how it is written.
    Number(u64, NumberForm),
    /// `true`, `false` or `null`.
    Word(&'static str),
    Messages(&'p Conversation<'p>, MessageStep),
    /// Members with names of the caller's.
    Members(&'p [(&'p str, &'p str)]),
}

/// A step of the messages by its index, as part of the value: a program without conversations does not link it.
pub(super) type MessageStep = for<'p> fn(&Conversation<'p>, usize) -> Option<Step<'p>>;

/// Writes a number into a few bytes of scratch. Part of the value, too: a program without times does not link theirs.
pub(super) type NumberForm = fn(u64, &mut [u8; SCRATCH]) -> &[u8];

impl<'p> Value<'p> {
    pub(super) fn number(number: u32) -> Self {
        Self::Number(number.into(), decimal)
    }

    pub(super) fn text(text: &'p str) -> Self {
        Self::Text(text)
    }

    pub(super) fn bool(value: bool) -> Self {
        Self::Word(if value { "true" } else { "false" })
    }

    /// How many bytes the next text begins with that are of no use behind this value; `None` behind what writes nothing
    /// itself.
    pub(super) fn closes(&self) -> Option<usize> {
        match self {
            Self::Text(_) => Some(0),
            Self::Number(..) | Self::Word(_) | Self::Close => Some(1),
            Self::Open => Some(2),
            Self::Absent | Self::Messages(..) | Self::Members(_) => None,
        }
    }
}

impl Value<'_> {
    /// Bytes of what the value writes itself.
    pub(super) fn len(&self) -> usize {
        match *self {
            Self::Text(text) => text_len(text.as_bytes()),
            Self::Number(number, form) => form(number, &mut [0; SCRATCH]).len(),
            Self::Word(word) => word.len(),
            _ => 0,
        }
    }

    /// Writes the value to the front of `place` and returns what is left of it; `None` if that is too small.
    pub(super) fn put<'b>(&self, place: &'b mut [u8]) -> Option<&'b mut [u8]> {
        match *self {
            Self::Text(text) => put_text(text.as_bytes(), place),
            Self::Number(number, form) => put(form(number, &mut [0; SCRATCH]), place),
            Self::Word(word) => put(word.as_bytes(), place),
            _ => Some(place),
        }
    }
}

/// The steps of an object: a value for each of its texts.
#[derive(Default)]
pub(super) struct Steps<'p> {
    /// What passes all that is said.
    pub(super) redaction: Option<Redaction<'p>>,
    texts: &'static [&'static str],
    values: heapless::Vec<Value<'p>, MAX_STEPS, u8>,
}

impl<'p> Steps<'p> {
    /// Says the texts; a value for each of them is pushed after that.
    pub(super) fn begin(&mut self, texts: &'static [&'static str]) {
        self.texts = texts;
    }

    /// The object with this one text in it.
    pub(super) fn only(&mut self, texts: &'static [&'static str; 2], text: &'p str) {
        self.begin(texts);
        self.text(Some(text));
        self.close(true);
    }

    /// The next step from `next` on that is there, which is then the one behind it.
    pub(super) fn take(&self, next: &mut usize) -> Option<Step<'p>> {
        loop {
            let index = *next;
            *next = index.wrapping_add(1);
            match self.values.get(index)? {
                Value::Absent => {}
                value => return Some((self.texts.get(index)?, *value)),
            }
        }
    }

    /// The value of the step before `next`.
    pub(super) fn before(&self, next: usize) -> Option<&Value<'p>> {
        self.values.get(next.wrapping_sub(1))
    }

    #[cfg_attr(target_os = "none", inline(never))]
    pub(super) fn push(&mut self, value: Value<'p>) {
        let pushed = self.values.push(value);
        debug_assert!(pushed.is_ok() && self.values.len() <= self.texts.len());
    }

    pub(super) fn text(&mut self, text: Option<&'p str>) {
        self.push(text.map_or(Value::Absent, Value::text));
    }

    pub(super) fn number(&mut self, number: Option<u32>) {
        self.push(number.map_or(Value::Absent, Value::number));
    }

    pub(super) fn bool(&mut self, value: Option<bool>) {
        self.push(value.map_or(Value::Absent, Value::bool));
    }

    /// The text opens an object or an array, if that is there.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(super) fn open(&mut self, is_there: bool) {
        self.push(if is_there { Value::Open } else { Value::Absent });
    }

    /// The text closes one, if that is there.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(super) fn close(&mut self, is_there: bool) {
        self.push(if is_there { Value::Close } else { Value::Absent });
    }
}

/// Those of a bid request.
const MAX_STEPS: usize = 28;

/// The text before a string, which it opens.
macro_rules! quoted {
    ($name:literal) => {
        concat!("\",\"", $name, "\":\"")
    };
}

/// The text before a number or a word.
macro_rules! bare {
    ($name:literal) => {
        concat!("\",\"", $name, "\":")
    };
}

/// The text before the first member of a body, which is always a string.
macro_rules! first {
    ($name:literal) => {
        concat!("{\"", $name, "\":\"")
    };
}

pub(super) use {bare, first, quoted};

/// The text that closes an object, and an array.
pub(super) const END: &str = "\"}";
pub(super) const END_ARRAY: &str = "\"]";
