//! Mistakes of a program around the machine, each to be found by the invariant it breaks.

use super::{Broken, Scene};
use std::fmt;
use std::str::FromStr;

/// A planted mistake. It stands in the model's own program, never in the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// Takes the two chats of a person for chats of two.
    SplitPerson,
    /// Forgets at a restart what was under way.
    ForgetDoubt,
    /// Stores the snapshot before it asks, in place of after.
    StoreEarly,
    /// Asks while an earlier ask of the chat is under way.
    AskTwice,
    /// Sends what waited for its turn without deciding again.
    SkipRecheck,
    /// Does not store that a person opted out.
    ForgetOptOut,
    /// Reports each impression twice.
    ReportTwice,
    /// Reports when the ad arrives.
    ReportEarly,
    /// Does not tell the session of turns while an ask is under way.
    ForgetTurn,
    /// Reads the clock once and never again.
    FreezeClock,
    /// Keeps no place ever free: takes one with every look at the person.
    LeakPlaces,
    /// Reports what must not be reported any more.
    ReportAnyway,
    /// Sends what is held.
    SendHeld,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::SplitPerson,
        Self::ForgetDoubt,
        Self::StoreEarly,
        Self::AskTwice,
        Self::SkipRecheck,
        Self::ForgetOptOut,
        Self::ReportTwice,
        Self::ReportEarly,
        Self::ForgetTurn,
        Self::FreezeClock,
        Self::LeakPlaces,
        Self::ReportAnyway,
        Self::SendHeld,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SplitPerson => "split-person",
            Self::ForgetDoubt => "forget-doubt",
            Self::StoreEarly => "store-early",
            Self::AskTwice => "ask-twice",
            Self::SkipRecheck => "skip-recheck",
            Self::ForgetOptOut => "forget-opt-out",
            Self::ReportTwice => "report-twice",
            Self::ReportEarly => "report-early",
            Self::ForgetTurn => "forget-turn",
            Self::FreezeClock => "freeze-clock",
            Self::LeakPlaces => "leak-places",
            Self::ReportAnyway => "report-anyway",
            Self::SendHeld => "send-held",
        }
    }

    /// The invariant that has to find it.
    pub const fn breaks(self) -> Broken {
        match self {
            Self::SplitPerson | Self::ForgetDoubt | Self::StoreEarly => Broken::Cap,
            Self::AskTwice => Broken::TwoCalls,
            Self::SkipRecheck | Self::ForgetOptOut | Self::SendHeld => Broken::Stopped,
            Self::ReportTwice | Self::ReportEarly => Broken::Impression,
            Self::ForgetTurn => Broken::Late,
            Self::FreezeClock | Self::LeakPlaces => Broken::Hold,
            Self::ReportAnyway => Broken::Bytes,
        }
    }

    /// Where it can be found.
    pub const fn scene(self) -> Scene {
        match self {
            Self::SkipRecheck => Scene::CROWDED,
            Self::ForgetTurn => Scene::SPACED,
            Self::SplitPerson | Self::ForgetDoubt | Self::StoreEarly => Scene::CAPPED,
            _ => Scene::QUIET,
        }
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Mutant {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|mutant| mutant.name() == name).ok_or(())
    }
}
