//! The pictures that are kept: which ads on which screens.

use super::ads::{self, ROWS, Sample};
use kiosk_display::{Card, CodeMemory, SCREENS, Screen, Votes};

/// A card to be drawn and kept under a name.
pub(crate) struct Kept {
    pub(crate) sample: Sample,
    pub(crate) is_voted: bool,
    pub(crate) screen: Screen,
}

impl Kept {
    /// The name of the picture's file.
    pub(crate) fn file(&self) -> String {
        let voted = if self.is_voted { "-voted" } else { "" };
        format!("{}{voted}-{}.png", self.sample.name, self.screen.name)
    }

    /// The card, its code made in `memory`.
    pub(crate) fn card<'a, 'm>(&'a self, memory: &'m mut CodeMemory) -> Card<'a, 'm, String> {
        let votes = Votes { rows: &ROWS, chosen: Some("1") };
        if self.is_voted {
            Card::after_vote(&self.sample.ad, votes, self.screen.size, memory).expect("a card")
        } else {
            Card::new(&self.sample.ad, self.screen.size, memory).expect("a card")
        }
    }
}

/// Every card that is kept.
pub(crate) fn gallery() -> Vec<Kept> {
    SCREENS.iter().flat_map(|screen| kept(*screen)).collect()
}

fn kept(screen: Screen) -> Vec<Kept> {
    let of = |sample, is_voted| Kept { sample, is_voted, screen };
    let trackers = "&view_url=https%3A%2F%2Fnorthbid.example%2Fview%3Fslot%3Da%252Fb%26bid%3D81f2";
    let medium = format!("{}{trackers}", ads::CLICK);
    let long = format!("{medium}{}", "&tag=0123456789abcdef".repeat(100));
    NAMES
        .iter()
        .map(|name| of(ads::sample(name), false))
        .chain([
            of(ads::sample("poll-en-hushwave"), true),
            of(ads::with_url("message-with-trackers", &medium), false),
            of(ads::with_url("message-without-code", &long), false),
        ])
        .collect()
}

const NAMES: [&str; 9] = [
    "message-en-boilwell",
    "message-en-fellrunner",
    "message-de-bergfuss",
    "message-ja-amaoto",
    "message-zh-shanjian",
    "message-ar-baytqahwa",
    "message-he-galgalim",
    "prompt-en-fellrunner",
    "poll-en-hushwave",
];
