//! What can happen next.

/// One event, of the chat of that number where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// An exchange is finished.
    Turn(usize),
    /// One is finished beside which no ad may stand.
    Sensitive(usize),
    /// The chat asks.
    Ask(usize),
    /// What waited for its turn is sent.
    Send(usize),
    /// The platform answers, or does not.
    Answer(usize, Reply),
    /// An answer comes that was there before.
    Again(usize),
    /// The future is dropped.
    Drop(usize),
    /// The person looks at the ad.
    Look(usize),
    /// The ad goes away, and the session is told.
    Hide(usize),
    /// The ad goes away, and nobody says so.
    Forget(usize),
    /// So many milliseconds pass.
    Tick(u64),
    /// The clock is set back by a minute.
    Back,
    /// The clock is set on by a year.
    Year,
    /// The person wants no ads.
    OptOut,
    /// The person wants ads again.
    OptIn,
    /// The power goes and comes again.
    Reboot,
}

/// What a call comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reply {
    /// An ad.
    Ad,
    /// None.
    NoAd,
    /// No answer.
    Lost,
    /// The platform fails.
    Down,
    /// The platform does not know the key.
    KeyRefused,
    /// Too many requests.
    TooMany,
}
