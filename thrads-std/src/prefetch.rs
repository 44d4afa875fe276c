//! Asking while the model is still talking, so that the ad is there when the answer is.
//!
//! Beside `chat`. Section 3.3 of the wire contract: the platform wants an assistant's message last, so it is sent the
//! sentences that are complete so far.

use crate::ask::Ended;
use crate::chat::{Asking, Chat, Waits};
use crate::outcome::Outcome;
use std::fmt;
use thrads_core::Call;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// One turn of a chat whose answer is being streamed; made by [`Chat::prefetch`].
///
/// Its auction begins at the first complete sentence and runs beside the stream in a task of its own. Dropping this ends it:
/// since it borrows the chat, a new turn or a new chat cannot begin before that, there is never more than one call of a
/// chat in flight, and no late ad can be shown. What was sent by then keeps no place under the person's caps.
///
/// ```
/// # use thrads_sandbox::{Config, STAGING_KEY, Sandbox};
/// # use thrads_std::{Options, Outcome, Thrads, core::*};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = Sandbox::start(Config::default())?;
/// # let endpoints = Endpoints::at(BaseUrl::new(&sandbox.base_url())?);
/// # let publisher = Publisher { endpoints, ..Publisher::new(ApiKey::new(STAGING_KEY)?, Environment::Staging) };
/// # let mut chat = Thrads::new(publisher, Options::default())?.chat(Family::Ssp, Policy::SERVER);
/// let person = EndUser::forwarded("203.0.113.7", "Mozilla/5.0")?;
/// fn said(role: Role, content: &str) -> Message<'_> {
///     Message { role, content, timestamp: None }
/// }
/// let mut answer = String::new();
/// let mut ahead = chat.prefetch();
/// for words in ["It is the gasket, most ", "likely. ", "Do you know its size?"] {
///     answer.push_str(words);
///     if let Some(so_far) = ahead.wants(&answer) {
///         let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, so_far)];
///         let conversation = Conversation::new(&messages)?;
///         ahead.start(Call::Bid(BidRequest::contextual("user_1", "chat_1", conversation, person)?));
///     }
/// }
/// let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, &answer)];
/// let bid = BidRequest::contextual("user_1", "chat_1", Conversation::new(&messages)?, person)?;
/// assert!(matches!(ahead.outcome(Call::Bid(bid)).await, Outcome::Ad(_)));
/// assert_eq!(sandbox.stats().requests, 1);
/// # Ok(())
/// # }
/// ```
#[must_use = "dropped, it ends the auction"]
pub struct Prefetch<'c> {
    waits: Waits<'c>,
    state: State,
}

enum State {
    Listening,
    UnderWay(Asking, Task),
    Ended(Asking, Ended),
}

/// A task that ends when it is dropped.
struct Task(JoinHandle<Ended>);

impl Chat {
    /// A turn begins whose answer will be streamed. It counts as a turn from here on, whatever comes of it.
    pub fn prefetch(&mut self) -> Prefetch<'_> {
        self.on_turn();
        Prefetch { waits: Waits(self), state: State::Listening }
    }
}

impl Prefetch<'_> {
    /// The complete sentences of an answer so far, if it is time to [`start`](Self::start) with them: there is one at least
    /// and none was started with yet.
    pub fn wants<'a>(&self, answer: &'a str) -> Option<&'a str> {
        match self.state {
            State::Listening => sentences(answer),
            State::UnderWay(..) | State::Ended(..) => None,
        }
    }

    /// Asks with the answer so far, if pacing and the key's budget allow it now. Does not wait. A second call is not made:
    /// it is this turn's, so it brings what the first one brings.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(&mut self, call: Call<'_>) {
        if !matches!(self.state, State::Listening) {
            return;
        }
        let (asking, ask) = self.waits.0.begin(call);
        self.state = match ask {
            Ok(ask) => {
                let task = tokio::spawn(ask.run().instrument(asking.span.clone()));
                State::UnderWay(asking, Task(task))
            }
            Err(ended) => State::Ended(asking, ended),
        };
    }

    /// The answer is complete: brings what was asked for while it was made. Where nothing was, because it was too short, it
    /// asks with `call` now. Ends after the timeout at the latest, counted from the start of the auction.
    pub async fn outcome(self, call: Call<'_>) -> Outcome {
        let Self { waits, state } = self;
        match state {
            State::Listening => waits.0.ask_again(call).await,
            State::Ended(asking, ended) => waits.finish(asking, ended),
            State::UnderWay(asking, mut task) => {
                // A task ends otherwise only when its runtime shuts down.
                let ended = (&mut task.0).await.unwrap_or(Ended::ShutDown);
                waits.finish(asking, ended)
            }
        }
    }
}

impl fmt::Debug for Prefetch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefetch").field("chat", &self.waits.0).finish_non_exhaustive()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The complete sentences at the front of a text that is still growing; `None` before the first.
///
/// A sentence ends with a mark that white space follows, or with a line, and has `LEAST_CHARS` characters: an `e.g. ` or a
/// `1. ` at the start is none.
fn sentences(text: &str) -> Option<&str> {
    let mut end = None;
    let mut last = ' ';
    for (at, next) in text.char_indices() {
        let is_end = match last {
            '.' | '!' | '?' | '…' => next.is_whitespace(),
            '。' | '！' | '？' | '\n' => true,
            _ => false,
        };
        if is_end {
            end = Some(at);
        }
        // Quotes and brackets may stand between the mark and the space.
        if !matches!(next, '"' | '\'' | ')' | '”' | '’' | '»' | '*') {
            last = next;
        }
    }
    let so_far = text.get(..end?)?.trim_ascii_end();
    (so_far.chars().count() >= LEAST_CHARS).then_some(so_far)
}

/// Characters that say enough to find an ad for; half an average sentence.
const LEAST_CHARS: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_complete_when_something_follows_it() {
        let grown = "It is the gasket, most likely. Do you";
        for length in 0..grown.len() {
            let expected = (length > 30).then_some("It is the gasket, most likely.");
            assert_eq!(sentences(&grown[..length]), expected, "{length}");
        }
    }

    #[test]
    fn all_that_is_complete_is_taken() {
        for (text, expected) in [
            ("She said \"take the smaller one.\" Then", "She said \"take the smaller one.\""),
            ("Take either! They are both 3.5 litres. An", "Take either! They are both 3.5 litres."),
            ("Kettles without plastic inside\n- one", "Kettles without plastic inside"),
            (
                "ステンレス製で注ぎ口が細く温度も選べるやかんです。次",
                "ステンレス製で注ぎ口が細く温度も選べるやかんです。",
            ),
        ] {
            assert_eq!(sentences(text), Some(expected));
        }
    }

    #[test]
    fn what_only_looks_like_a_sentence_is_none() {
        for text in
            ["", "1. First", "E.g. the", "Yes. It", "It costs 3.50 and weighs 1.2 kilograms"]
        {
            assert_eq!(sentences(text), None, "{text}");
        }
    }
}
