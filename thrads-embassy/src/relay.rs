//! Reports to hosts that no anchor covers, handed to a server of the publisher's own.
//!
//! Part of the transport. Sections 4.2 and 4.5 to 4.7 of the wire contract. What is signed is defined once, in thrads-core;
//! the server's half is thrads-std's `Relay`.

use crate::clock::EmbassyClock;
use core::fmt::{self, Write};
use heapless::{Deque, String};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use thrads_core::{BaseUrl, Clock, RelayTicket, Request, TransportErrorKind};
use zeroize::Zeroize;

/// Where a device hands in what it cannot deliver safely itself.
///
/// Each request is signed with the device's own secret, over its URL, its kind, its `User-Agent`, its body and a time that
/// only grows, so that nobody else can have the server call anything, and nothing is carried out twice. The server is
/// reached as any other is: by TLS, under the pinned anchors.
pub struct Relay<'r> {
    url: &'r BaseUrl,
    pass: RelayPass,
    clock: &'r EmbassyClock,
    last: u64,
    /// Hashes of hosts that were found to be without an anchor, the oldest first.
    uncovered: Deque<u32, MAX_UNCOVERED>,
}

/// A device's name and secret, as its publisher's server gives them out: `NAME.` and 64 hexadecimal digits.
///
/// Wiped when it is dropped, and never shown.
#[derive(Clone)]
pub struct RelayPass {
    device: String<MAX_DEVICE_BYTES>,
    secret: [u8; 32],
}

impl RelayPass {
    /// Reads a pass. `None` if it is none: the name is 1 to [`MAX_DEVICE_BYTES`] letters, digits, `-` or `_`.
    pub fn new(pass: &str) -> Option<Self> {
        let (device, digits) = pass.trim().split_once('.')?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if device.is_empty() || !device.bytes().all(is_name) || digits.len() != 64 {
            return None;
        }
        let mut secret = [0; 32];
        for (place, pair) in secret.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = core::str::from_utf8(pair).ok().filter(|pair| !pair.starts_with('+'))?;
            *place = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self { device: String::try_from(device).ok()?, secret })
    }

    fn mac(&self, ticket: &RelayTicket<'_>, request: &Request<'_>) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        ticket.sign(|part| mac.update(part));
        let mut pieces = request.body().pieces();
        while let Some(piece) = pieces.next() {
            mac.update(piece);
        }
        Some(mac.finalize().into_bytes().into())
    }
}

impl Drop for RelayPass {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl fmt::Debug for RelayPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayPass(***)")
    }
}

impl<'r> Relay<'r> {
    /// A relay at `url`; `clock` tells the time that requests are signed with.
    pub const fn new(url: &'r BaseUrl, pass: RelayPass, clock: &'r EmbassyClock) -> Self {
        Self { url, pass, clock, last: 0, uncovered: Deque::new() }
    }

    /// Whether this host was found to be without an anchor lately.
    pub(crate) fn knows(&self, host: &str) -> bool {
        let sought = hash(host);
        self.uncovered.iter().any(|known| *known == sought)
    }

    /// Remembers a host, so that no handshake is begun with it in vain.
    pub(crate) fn note(&mut self, host: &str) {
        if self.uncovered.is_full() {
            self.uncovered.pop_front();
        }
        self.uncovered.push_back(hash(host)).ok();
    }

    /// Signs `request`, which is for `target`.
    pub(crate) fn sign<'s>(
        &mut self,
        request: &Request<'_>,
        target: &'s str,
    ) -> Result<Signed<'s>, TransportErrorKind>
    where
        'r: 's,
    {
        let now = self.clock.wall().ok_or(TransportErrorKind::NoClock)?.0;
        self.last = later(self.last, now);
        let mut signed = Signed {
            relay: self.url,
            device: self.pass.device.clone(),
            time: String::new(),
            call: request.relay_call(),
            target,
            signature: String::new(),
        };
        write!(signed.time, "{:016x}", self.last).map_err(|_| TransportErrorKind::Target)?;
        let mac = self.pass.mac(&signed.ticket(request), request);
        for byte in mac.ok_or(TransportErrorKind::Target)? {
            write!(signed.signature, "{byte:02x}").map_err(|_| TransportErrorKind::Target)?;
        }
        Ok(signed)
    }
}

impl fmt::Debug for Relay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What a relayed request has beside its own fields.
pub(crate) struct Signed<'s> {
    relay: &'s BaseUrl,
    device: String<MAX_DEVICE_BYTES>,
    time: String<16>,
    call: &'static str,
    target: &'s str,
    signature: String<64>,
}

impl Signed<'_> {
    fn ticket<'t>(&'t self, request: &'t Request<'_>) -> RelayTicket<'t> {
        let &Signed { ref device, ref time, call, target, .. } = self;
        let mut fields = request.fields();
        let user_agent = fields.find(|field| field.name == "user-agent");
        let user_agent = user_agent.map_or("", |field| field.value);
        RelayTicket { device, time, call, target, user_agent }
    }

    /// Where it goes instead.
    pub(crate) fn url(&self) -> &str {
        self.relay.as_str()
    }

    pub(crate) fn fields(&self) -> [(&'static str, &str); 5] {
        [
            (RelayTicket::DEVICE, &self.device),
            (RelayTicket::TIME, &self.time),
            (RelayTicket::CALL, self.call),
            (RelayTicket::TARGET, self.target),
            (RelayTicket::SIGNATURE, &self.signature),
        ]
    }
}

/// The time of the next ticket. A clock that is set back a little must not make it look earlier than the last one; one that
/// had been far ahead signed tickets that no server took, and its time is not kept to.
fn later(last: u64, now: u64) -> u64 {
    if last > now.saturating_add(GOOD_FOR) { now } else { now.max(last.saturating_add(1)) }
}

/// FNV-1a of a host's name in small letters. Two that are alike cost a detour by the relay, no more.
fn hash(host: &str) -> u32 {
    host.bytes().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
    })
}

/// Bytes of a device's name at most.
pub const MAX_DEVICE_BYTES: usize = 32;
/// Milliseconds that a server lets a ticket be ahead of its own time.
const GOOD_FOR: u64 = 300_000;
/// Hosts that are remembered; beyond it the oldest is tried again.
const MAX_UNCOVERED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_a_name_and_a_secret_and_is_not_shown() {
        let secret = "5f".repeat(32);
        let pass = RelayPass::new(&format!("kiosk-17.{secret}\n")).unwrap();
        assert_eq!((pass.device.as_str(), pass.secret), ("kiosk-17", [0x5f; 32]));
        assert_eq!(format!("{pass:?}"), "RelayPass(***)");
        for wrong in [
            "kiosk-17".to_owned(),
            format!(".{secret}"),
            format!("kiosk 17.{secret}"),
            format!("{}.{secret}", "k".repeat(33)),
            format!("kiosk-17.{}", &secret[2..]),
            format!("kiosk-17.{secret}00"),
            format!("kiosk-17.+f{}", &secret[2..]),
            format!("kiosk-17.é{}", &secret[2..]),
        ] {
            assert!(RelayPass::new(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_time_of_tickets_grows_and_returns_from_a_clock_that_was_far_ahead() {
        assert_eq!(later(0, 1_000_000), 1_000_000);
        assert_eq!(later(1_000_000, 1_000_000), 1_000_001);
        assert_eq!(later(1_299_999, 1_000_000), 1_300_000);
        assert_eq!(later(1_300_001, 1_000_000), 1_000_000);
        assert_eq!(later(u64::MAX, 1_000_000), 1_000_000);
        assert_eq!(later(u64::MAX, u64::MAX), u64::MAX);
    }

    #[test]
    fn the_last_hosts_without_an_anchor_are_remembered() {
        let (url, clock) =
            (BaseUrl::new("https://shop.example/relay").unwrap(), EmbassyClock::new());
        let pass = RelayPass::new(&format!("k.{}", "00".repeat(32))).unwrap();
        let mut relay = Relay::new(&url, pass, &clock);
        for index in 0..9 {
            relay.note(&format!("D{index}.example"));
        }
        assert!(!relay.knows("d0.example"));
        assert!((1..9).all(|index| relay.knows(&format!("d{index}.example"))));
    }
}
