//! A day of a thousand kiosks on virtual time: people come and talk, radios fail, the platform has an outage.
//!
//! Pacing is the real one, a session a kiosk with what is lent to it; people, radios and the platform are drawn from one
//! seed, so that a run repeats to the last call. What must hold is counted beside it, from what people saw.

mod day;
mod kiosk;
mod picture;
mod platform;
mod random;
mod table;

pub use picture::picture;
pub use table::table;

use std::collections::BTreeMap;
use thrads_core::{Caps, Policy};

/// A fleet, by how its ads are spaced.
#[derive(Clone, Copy, Debug)]
pub struct Fleet {
    /// Its name in the table.
    pub name: &'static str,
    /// Who spaces the ads.
    pub policy: Policy,
    /// What each person may be shown.
    pub caps: Caps,
    /// Whether failures hold calls.
    pub has_health: bool,
}

impl Fleet {
    /// The fleets that are compared, the first being what the others save on.
    pub fn all() -> [Self; 4] {
        let server = Policy { offset: Some(3), frequency: Some(5), ..Policy::SERVER };
        let none = Caps::default();
        let few = Caps { conversation: 2, hour: 4, day: 10, gap_secs: 120 };
        [
            Self { name: "server, rate alone", policy: server, caps: none, has_health: false },
            Self { name: "server", policy: server, caps: none, has_health: true },
            Self { name: "device", policy: Policy::device(3, 5), caps: none, has_health: true },
            Self {
                name: "device, caps",
                policy: Policy::device(3, 5),
                caps: few,
                has_health: true,
            },
        ]
    }

    /// Plays the day.
    pub fn play(self, kiosks: usize) -> Day {
        day::play(self, kiosks)
    }
}

/// What came of a day.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// Finished exchanges.
    pub turns: u32,
    /// Calls that went out.
    pub calls: u32,
    /// Of them, while the platform was out.
    pub calls_in_outage: u32,
    /// Ads that were served.
    pub ads: u32,
    /// Impressions that were reported.
    pub impressions: u32,
    /// Calls to which no answer came, or a failure.
    pub failures: u32,
    /// Calls that were held, by reason.
    pub holds: BTreeMap<&'static str, u32>,
    /// Milliseconds for which radios were on.
    pub radio_ms: u64,
    /// The longest that an ask took, in milliseconds.
    pub worst_wait_ms: u64,
    /// Calls at the platform's door, second by second.
    pub door: Vec<u16>,
    /// Things that must not happen, and did.
    pub broken: Vec<String>,
}

impl Day {
    /// The most calls in a second.
    pub fn busiest_second(&self) -> u16 {
        self.door.iter().copied().max().unwrap_or(0)
    }
}

/// What must hold of the days of [`Fleet::all`]; empty if it does.
pub fn broken(days: &[Day; 4]) -> Vec<String> {
    let mut broken: Vec<_> = days.iter().flat_map(|day| day.broken.clone()).collect();
    let [bare, server, device, capped] = days;
    let mut must = |holds: bool, what: &str| {
        if !holds {
            broken.push(what.to_owned());
        }
    };
    must(device.calls * 2 < server.calls, "a device makes less than half of the calls");
    must(device.radio_ms * 2 < server.radio_ms, "a device saves more than half of the radio");
    must(device.impressions * 10 > server.impressions * 9, "a device loses less than a tenth");
    must(capped.impressions <= device.impressions, "caps take ads away");
    must(capped.holds.get("cap") > Some(&0), "a cap is reached");
    must(
        server.calls_in_outage * 5 < bare.calls_in_outage * 3,
        "of five calls into an outage, health holds two",
    );
    must(device.busiest_second() <= 40, "devices stay below the key's limit all day");
    must(
        days.iter().all(|day| day.worst_wait_ms <= kiosk::TIMEOUT.0),
        "no ask takes longer than its timeout",
    );
    broken
}
