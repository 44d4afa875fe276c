//! What may happen, and how often: each scene is a finite space that is explored whole.

use thrads_core::{Caps, Policy};

/// Caps, spacing and budget of a device, and how often each thing may happen to it.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Its name in the table.
    pub name: &'static str,
    /// What the person agreed to.
    pub caps: Caps,
    /// How the conversations are spaced.
    pub policy: Policy,
    /// Requests a second.
    pub limit: u32,
    /// Chats that ask.
    pub chats: usize,
    /// How often each thing may happen.
    pub times: Times,
    /// Steps of the clock, in milliseconds.
    pub ticks: &'static [u64],
}

/// How often each thing may happen, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Times {
    /// Turns of each chat.
    pub turns: u8,
    /// Of them, in all chats, beside which no ad may stand.
    pub sensitive: u8,
    /// Asks of each chat.
    pub asks: u8,
    /// Steps of the clock.
    pub ticks: u8,
    /// Answers that are a failure.
    pub failures: u8,
    /// Answers that come twice.
    pub again: u8,
    /// The clock is set back by a minute, or on by a year.
    pub jumps: u8,
    /// Restarts.
    pub reboots: u8,
    /// Changes of the person's mind.
    pub minds: u8,
}

impl Scene {
    /// Two chats of a person who may see one ad an hour, each of them restarted at any moment.
    pub const CAPPED: Self = Self {
        name: "two chats, caps",
        caps: Caps { conversation: 2, hour: 1, day: 2, gap_secs: 0 },
        policy: Policy::SERVER,
        limit: 1_000_000,
        chats: 2,
        times: Times { asks: 2, ticks: 3, reboots: 1, ..Times::NONE },
        ticks: &[1000, 3_600_000],
    };

    /// Two chats of a person between whose ads a minute lies, and a platform of which nothing may be heard.
    pub const APART: Self = Self {
        name: "two chats, a gap",
        caps: Caps { conversation: 0, hour: 0, day: 2, gap_secs: 60 },
        ticks: &[1000, 60_000, 600_000],
        times: Times { asks: 2, ticks: 3, ..Times::NONE },
        ..Self::CAPPED
    };

    /// A chat that is spaced by turns here, with answers that come late or twice.
    pub const SPACED: Self = Self {
        name: "a chat spaced by turns",
        caps: Caps { conversation: 0, hour: 2, day: 0, gap_secs: 0 },
        policy: Policy::device(1, 2),
        chats: 1,
        times: Times {
            turns: 4,
            sensitive: 1,
            asks: 4,
            ticks: 1,
            failures: 3,
            again: 1,
            jumps: 0,
            reboots: 1,
            minds: 0,
        },
        ticks: &[1000, 15_000],
        ..Self::CAPPED
    };

    /// Two chats that wait for each other's turn in the key's budget, and a person who opts out meanwhile.
    pub const CROWDED: Self = Self {
        name: "two chats, one request a second",
        caps: Caps { conversation: 0, hour: 3, day: 0, gap_secs: 0 },
        limit: 1,
        times: Times { asks: 2, failures: 1, minds: 1, ..Times::NONE },
        ticks: &[1000],
        ..Self::CAPPED
    };

    /// One chat of a person who opts out, and of a device that is restarted.
    pub const QUIET: Self = Self {
        name: "a chat, opting out and in",
        caps: Caps { conversation: 2, hour: 1, day: 0, gap_secs: 0 },
        chats: 1,
        times: Times {
            asks: 2,
            ticks: 3,
            failures: 1,
            minds: 2,
            reboots: 1,
            jumps: 1,
            ..Times::NONE
        },
        ..Self::CAPPED
    };

    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::CAPPED, Self::APART, Self::SPACED, Self::CROWDED, Self::QUIET];
}

impl Scene {
    /// The same with less of everything, for a test without optimisation.
    #[must_use]
    pub fn quick(self) -> Self {
        let Times { turns, asks, ticks, failures, minds, .. } = self.times;
        let times = Times {
            turns: turns.min(3),
            asks: asks.min(1 + u8::from(self.chats == 1)),
            ticks: ticks.min(2),
            failures: failures.min(1),
            minds: minds.min(1),
            jumps: 0,
            ..self.times
        };
        Self { times, ..self }
    }
}

impl Times {
    const NONE: Self = Self {
        turns: 0,
        sensitive: 0,
        asks: 0,
        ticks: 0,
        failures: 0,
        again: 0,
        jumps: 0,
        reboots: 0,
        minds: 0,
    };
}
