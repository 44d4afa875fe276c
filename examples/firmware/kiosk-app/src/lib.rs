//! A shop kiosk that earns money with its answers: the program that every board runs.
//!
//! A board file starts the hardware and spawns three tasks around this crate, none of them generic:
//!
//! | task | what it polls | where |
//! |---|---|---|
//! | network | `embassy_net::Runner` over the board's driver | below everything that must not wait |
//! | connections | [`Connections::run`](thrads_embassy::Runner::run) with the [`Parts::buffers`] | beside the network, on the same core |
//! | kiosk | [`Kiosk::play`] or [`Kiosk::serve`] | with screen, button and watchdog, above the other two |
//!
//! What a board gives is only: a network device, a true random source, text out, lines of text in, a button, flash for
//! two provisioning slots, and a watchdog, which [`Pulse`] says when to feed.
#![cfg_attr(not(test), no_std)]

mod answers;
mod console;
mod desk;
mod entropy;
mod flash;
mod heard;
mod kiosk;
mod last_time;
mod network;
mod parts;
mod pem;
mod person;
mod picture;
#[cfg(feature = "plain")]
mod plain;
mod polls;
#[cfg(test)]
mod power_cut;
mod provision;
mod pulse;
mod reports;
mod serial;
mod stage;
mod tally;

pub use answers::QUESTIONS;
pub use console::{Console, Lines, Set};
pub use entropy::Tested;
pub use flash::{Pages, SharedFlash};
pub use kiosk::{Kiosk, MAX_LINE, People, Said};
pub use last_time::LastTime;
pub use network::{Pause, built, expiring, keep_time, stay_joined};
pub use parts::{Anchors, Connections, Memory, Parts, Records, RelayAt, Tls};
pub use pem::PEM_BYTES;
pub use picture::{Frame, Picture};
pub use polls::{Polls, Worked};
pub use provision::{Full, Item, MAX_ANCHORS, Provision, SLOT_BYTES, Slots};
pub use pulse::Pulse;
pub use serial::{Screen, Text, listen, print, set_up, watch_button};
pub use tally::{Tally, Work};
