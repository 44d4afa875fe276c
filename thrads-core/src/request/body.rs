//! A request body as a sequence of pieces: its length is known before the first byte, and no copy of the conversation
//! is made, however long it is.
//!
//! Part of `request`. Section 8 of the wire contract.

use super::call::Call;
use super::feedback::Interaction;
use super::pieces::Pieces;
use super::steps::{END, Steps, first};
use super::walk::Walk;
use crate::config::Environment;
use crate::json::write::put;
use core::fmt;

/// The body of a request: nothing, or a JSON object.
#[derive(Clone, Copy)]
pub struct Body<'a> {
    content: Content<'a>,
    /// What the key of a call is for.
    environment: Environment,
    /// Kept beside the content rather than found by it: a program holds those of the calls that it makes, and no others.
    to_steps: ToSteps,
}

type ToSteps = for<'p> fn(&'p Body<'p>, &mut Steps<'p>);

#[derive(Clone, Copy)]
#[expect(clippy::large_enum_variant, reason = "there is nowhere else to keep a call")]
enum Content<'a> {
    Nothing,
    /// Whole, so that it is moved at once and not part by part.
    Call(Call<'a>),
    Id(&'a str),
    Feedback(&'a str, Interaction<'a>),
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

impl<'a> Body<'a> {
    pub(super) fn nothing() -> Self {
        Self::new(Content::Nothing, |_, _| {})
    }

    #[inline]
    pub(super) fn of(call: Call<'a>, environment: Environment) -> Self {
        let to_steps = match &call {
            Call::Prompt(_) => prompt_steps,
            Call::Message(_) => message_steps,
            Call::Bid(_) => bid_steps,
        };
        Self { environment, ..Self::new(Content::Call(call), to_steps) }
    }

    pub(super) fn click(token: &'a str) -> Self {
        Self::new(Content::Id(token), click_steps)
    }

    pub(super) fn vote(option_id: &'a str) -> Self {
        Self::new(Content::Id(option_id), vote_steps)
    }

    pub(super) fn feedback(sponsored_prompt_id: &'a str, interaction: Interaction<'a>) -> Self {
        Self::new(Content::Feedback(sponsored_prompt_id, interaction), feedback_steps)
    }

    const fn new(content: Content<'a>, to_steps: ToSteps) -> Self {
        Self { content, environment: Environment::Staging, to_steps }
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        matches!(self.content, Content::Nothing)
    }

    /// The exact number of bytes, for `Content-Length`. Walks the whole body once.
    pub fn len(&self) -> usize {
        // Where flash is dear, what writes the bytes counts them too.
        if cfg!(target_os = "none") {
            let (mut pieces, mut length) = (Pieces::new(), 0_usize);
            self.fill(&mut pieces.walk);
            while let Some(piece) = pieces.next() {
                length = length.wrapping_add(piece.len());
            }
            return length;
        }
        let mut walk = Walk::default();
        self.fill(&mut walk);
        if let Some(redaction) = walk.steps.redaction {
            return (redaction.ways.len)(self, redaction.redactor);
        }
        let mut length = 0_usize;
        while let Some((text, value)) = walk.next() {
            length = length.wrapping_add(text.len()).wrapping_add(value.len());
        }
        length
    }

    /// The bytes in order, some at a time.
    pub fn pieces(&self) -> Pieces<'_> {
        let mut pieces = Pieces::new();
        self.fill(&mut pieces.walk);
        pieces
    }

    /// Writes the whole body to the front of `buffer` and returns how many bytes it took.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`], with `buffer` partly written.
    pub fn encode(&self, buffer: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let size = buffer.len();
        match self.put(buffer) {
            Some(rest) => Ok(size.saturating_sub(rest.len())),
            None => Err(BufferTooSmall { needed: self.len() }),
        }
    }

    fn put<'b>(&self, mut place: &'b mut [u8]) -> Option<&'b mut [u8]> {
        let mut walk = Walk::default();
        self.fill(&mut walk);
        if let Some(redaction) = walk.steps.redaction {
            return (redaction.ways.put)(self, redaction.redactor, place);
        }
        while let Some((text, value)) = walk.next() {
            place = value.put(put(text, place)?)?;
        }
        Some(place)
    }

    /// Where it stands: a walk is half a kilobyte, and is not moved.
    pub(super) fn fill<'p>(&'p self, walk: &mut Walk<'p>) {
        (self.to_steps)(self, &mut walk.steps);
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

fn prompt_steps<'p>(body: &'p Body<'p>, steps: &mut Steps<'p>) {
    if let Content::Call(Call::Prompt(prompt)) = &body.content {
        prompt.push(body.environment, steps);
    }
}

fn message_steps<'p>(body: &'p Body<'p>, steps: &mut Steps<'p>) {
    if let Content::Call(Call::Message(message)) = &body.content {
        message.push(body.environment, steps);
    }
}

fn bid_steps<'p>(body: &'p Body<'p>, steps: &mut Steps<'p>) {
    if let Content::Call(Call::Bid(bid)) = &body.content {
        bid.push(steps);
    }
}

fn click_steps<'p>(body: &'p Body<'p>, steps: &mut Steps<'p>) {
    if let Content::Id(token) = body.content {
        steps.only(&[first!("token"), END], token);
    }
}

fn vote_steps<'p>(body: &'p Body<'p>, steps: &mut Steps<'p>) {
    if let Content::Id(option_id) = body.content {
        steps.only(&[first!("option_id"), END], option_id);
    }
}

fn feedback_steps<'p>(body: &'p Body<'p>, steps: &mut Steps<'p>) {
    if let Content::Feedback(id, interaction) = &body.content {
        interaction.push(id, steps);
    }
}
