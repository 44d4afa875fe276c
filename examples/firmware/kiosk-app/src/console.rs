//! Lines of text in: what a person types, and how a device is set up.
//!
//! Between a board's serial port and the rest. A line that begins with a slash is a command:
//!
//! | | |
//! |---|---|
//! | `/ssid NAME`, `/password TEXT`, `/key KEY`, `/settings JSON`, `/relay-pass PASS` | one entry each |
//! | `/anchor BASE64` | a piece of an anchor in DER; `/anchor` alone is its end |
//! | `/forget-anchors` | removes them all |
//! | `/save` | writes the entries to flash; they hold from the next start on |
//!
//! Nothing is ever read back. Boards take these only while they are not set up, or while the button is held at the start.

use crate::kiosk::MAX_LINE;
use crate::provision::{Item, Provision};
use base64ct::{Base64, Encoding};
use heapless::{String, Vec};
use thrads_core::{ApiKey, Settings};
use thrads_embassy::{Anchor, Refusal, RelayPass};

/// Puts bytes together to lines.
#[derive(Default)]
pub struct Lines {
    line: Vec<u8, MAX_LINE>,
    is_too_long: bool,
}

impl Lines {
    /// Takes a byte; the line, at its end. One that is too long or no text is dropped whole.
    pub fn take(&mut self, byte: u8) -> Option<String<MAX_LINE>> {
        match byte {
            b'\r' | b'\n' => {
                let line = core::mem::take(&mut self.line);
                let is_whole = !core::mem::take(&mut self.is_too_long) && !line.is_empty();
                String::from_utf8(line).ok().filter(|_| is_whole)
            }
            byte => {
                self.is_too_long |= self.line.push(byte).is_err();
                None
            }
        }
    }
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// It was taken.
    Taken,
    /// The entries are to be written now.
    Save,
    /// It is none, or what it holds is not of its kind, or there is no room for it.
    Refused,
}

/// Sets a device up, line by line.
#[derive(Default)]
pub struct Console {
    anchor: Vec<u8, MAX_ANCHOR>,
}

impl Console {
    /// Carries out a command on `provision`.
    pub fn command(&mut self, line: &str, provision: &mut Provision) -> Set {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let value = value.trim();
        let item = match name {
            "/save" => return Set::Save,
            "/forget-anchors" => {
                provision.remove(Item::Anchor);
                return Set::Taken;
            }
            "/anchor" => return self.anchor(value, provision),
            "/ssid" if (1..=32).contains(&value.len()) => Item::Ssid,
            "/password" if value.len() <= 63 => Item::Password,
            "/key" if ApiKey::new(value).is_ok() => Item::Key,
            "/settings" if Settings::from_json(value.as_bytes()).is_ok() => Item::Settings,
            "/relay-pass" if RelayPass::new(value).is_some() => Item::RelayPass,
            _ => return Set::Refused,
        };
        taken(provision.put(item, value.as_bytes()).is_ok())
    }

    fn anchor(&mut self, piece: &str, provision: &mut Provision) -> Set {
        if piece.is_empty() {
            let whole = core::mem::take(&mut self.anchor);
            let is_anchor = is_anchor(&whole);
            return taken(is_anchor && provision.put(Item::Anchor, &whole).is_ok());
        }
        let mut bytes = [0; MAX_LINE];
        let decoded = Base64::decode(piece, &mut bytes);
        taken(decoded.is_ok_and(|bytes| self.anchor.extend_from_slice(bytes).is_ok()))
    }
}

/// Whether the TLS of this build could trust it: mbedtls reads keys that `Pinned` does not.
fn is_anchor(der: &[u8]) -> bool {
    match Anchor::from_der(der) {
        Err(Refusal::Algorithm) => cfg!(feature = "mbedtls"),
        anchor => anchor.is_ok(),
    }
}

fn taken(is_taken: bool) -> Set {
    if is_taken { Set::Taken } else { Set::Refused }
}

/// The longest anchor; a P-384 root has 600 bytes.
const MAX_ANCHOR: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_lines() {
        let mut lines = Lines::default();
        let mut of = |text: &str| {
            text.bytes().filter_map(|byte| lines.take(byte)).collect::<std::vec::Vec<_>>()
        };
        assert_eq!(of("a\r\nb\n\n"), ["a", "b"]);
        assert_eq!(of(&("x".repeat(MAX_LINE + 1) + "\nnext\n")), ["next"]);
    }

    #[test]
    fn a_device_is_set_up_and_nothing_wrong_is_taken() {
        let (mut console, mut provision) = (Console::default(), Provision::new());
        let mut set = |line| console.command(line, &mut provision);
        assert_eq!(set("/ssid Shop floor"), Set::Taken);
        assert_eq!(set("/key sandbox-production"), Set::Taken);
        assert_eq!(set("/settings {\"user_agent\":\"kiosk/1.0\"}"), Set::Taken);
        assert_eq!(set("/save"), Set::Save);
        for wrong in [
            "/ssid",
            "/key",
            "/relay-pass k",
            "/settings {}",
            "/anchor !",
            "/anchor",
            "/what",
            "hello",
        ] {
            assert_eq!(set(wrong), Set::Refused, "{wrong}");
        }
        assert_eq!(provision.text(Item::Ssid), Some("Shop floor"));
        assert_eq!(provision.get(Item::Anchor), None);
    }
}
