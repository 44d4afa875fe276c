//! What truly happened, kept apart from the machine that is judged by it.

use thrads_core::Caps;

/// An invariant, by what it is to break it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// More impressions than a cap allows.
    Cap,
    /// Two calls of one chat under way.
    TwoCalls,
    /// A call for a person who opted out, or on a sensitive turn.
    Stopped,
    /// An impression reported twice, or before it was viewable.
    Impression,
    /// An ad shown that answers an earlier turn.
    Late,
    /// A hold that no time and no turn ends.
    Hold,
    /// Bytes sent while stopped.
    Bytes,
}

impl Broken {
    /// The invariant in words.
    pub const fn invariant(self) -> &'static str {
        match self {
            Self::Cap => "no cap is ever exceeded",
            Self::TwoCalls => "never two calls in flight for one chat",
            Self::Stopped => "no call after opt-out",
            Self::Impression => {
                "an impression is reported at most once and only after it was viewable"
            }
            Self::Late => "an answer after the person moved on is never shown",
            Self::Hold => "every hold ends",
            Self::Bytes => "bytes sent while stopped are 0",
        }
    }
}

/// Impressions as the person saw them, and what was broken on the way.
///
/// Its time is the time that the device lived through: a clock that is set back takes nothing away, and one that is set
/// forward a year has let a year pass, which is all that a device can know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Ledger {
    hour: Window,
    day: Window,
    last: Option<u64>,
    conversation: [u8; 2],
    broken: u8,
}

/// Impressions since the first of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Window {
    start: u64,
    count: u8,
}

impl Window {
    fn add(&mut self, at: u64, length: u64) -> u8 {
        if self.count == 0 || at - self.start >= length {
            *self = Self { start: at, count: 0 };
        }
        self.count += 1;
        self.count
    }
}

impl Ledger {
    /// An impression of `chat` was reported.
    pub(super) fn impression(&mut self, chat: usize, at: u64, caps: Caps) {
        let exceeds = |count: u8, cap: u8| cap > 0 && count > cap;
        self.conversation[chat] += 1;
        let is_near = self.last.is_some_and(|last| at - last < u64::from(caps.gap_secs) * 1000);
        self.last = Some(at);
        let is_over = exceeds(self.hour.add(at, 3_600_000), caps.hour)
            | exceeds(self.day.add(at, 86_400_000), caps.day)
            | exceeds(self.conversation[chat], caps.conversation);
        self.note(Broken::Cap, is_over || is_near);
    }

    /// Notes that an invariant broke, if it did.
    pub(super) fn note(&mut self, what: Broken, is_broken: bool) {
        self.broken |= u8::from(is_broken) << what as u8;
    }

    /// Whether an invariant has held so far.
    pub(super) fn keeps(&self, what: Broken) -> bool {
        self.broken & (1 << what as u8) == 0
    }
}
