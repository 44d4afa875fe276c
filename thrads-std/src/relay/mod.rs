//! The server's half of the relay: what devices cannot deliver safely themselves is taken on to where it belongs.
//!
//! Beside `thrads`, for publishers with devices. Sections 4.2 and 4.5 to 4.7 of the wire contract.

mod devices;
mod forward;
mod public;
mod told;
mod verdict;

pub use verdict::{RelayAnswer, RelayVerdict};

use crate::transport::StartError;
use devices::Devices;
use forward::{Forward, Job};
use reqwest::Url;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use thrads_core::{RelayTicket, Target};
use told::Told;
use verdict::VERDICTS;

/// Takes reports of devices on to the hosts that they are for: view pings, taps, votes.
///
/// A device trusts few authorities, and trackers may be anywhere. So it hands such a request to its publisher, signed with
/// a secret of its own, and this forwards it: with the device's address and `User-Agent`, never with a key. It is no proxy
/// for anybody else: without a pass nothing is done; a ticket is good once, for five minutes, and not from before this
/// process started; targets are https and at public addresses; redirects are not followed; only JSON comes back; each
/// device has its requests a minute; and a report that was delivered is not delivered again.
///
/// It has no routes of its own: any web framework that shows header fields can mount it, as the example `chat-server` does.
///
/// ```
/// use std::net::IpAddr;
/// use thrads_std::{Relay, RelayOptions, RelayVerdict};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let relay = Relay::new(b"32 bytes or more, kept like a key", RelayOptions::default())?;
/// let pass = relay.pass("kiosk-17").ok_or("no name for a device")?; // for the device's provisioning
/// assert!(pass.starts_with("kiosk-17."));
///
/// // A POST has come: the device's address, its header fields, its body.
/// let from: IpAddr = "203.0.113.7".parse()?;
/// let answer = relay.handle(from, |_name| None, b"").await;
/// assert_eq!((answer.status, answer.verdict), (403, RelayVerdict::Forged));
/// # Ok(())
/// # }
/// ```
pub struct Relay {
    forward: Forward,
    devices: Mutex<Devices>,
    told: Mutex<Told>,
    counts: [AtomicU64; VERDICTS.len()],
}

/// Settings of a [`Relay`], each with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayOptions {
    /// Requests that a device may make in a minute; 30.
    pub per_minute: u32,
    /// How long forwarding may take; 4 seconds, since devices wait for it.
    pub timeout: Duration,
    /// Where it forwards to.
    pub reach: RelayReach,
}

/// Where a relay forwards to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelayReach {
    /// https targets at public addresses.
    Public,
    /// Loopback addresses and nowhere else, for tests against a sandbox.
    LoopbackForTests {
        /// The authority of the sandbox's certificate, in DER, where it speaks TLS; no other is trusted then.
        authority: Option<Vec<u8>>,
        /// How a device in an emulator sees this machine: an address of its network, and the port of `localhost` that a
        /// target there is taken to instead, whatever port it names. The address itself is never connected to.
        seen_as: Vec<(IpAddr, u16)>,
    },
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self { per_minute: 30, timeout: Duration::from_secs(4), reach: RelayReach::Public }
    }
}

impl Relay {
    /// A relay whose devices' secrets are all made of `secret`, which has to be random, 32 bytes at least, and the same
    /// after a restart.
    ///
    /// # Errors
    ///
    /// [`StartError::Secret`] if it is too short, [`StartError::Tls`] if TLS cannot be set up.
    pub fn new(secret: &[u8], options: RelayOptions) -> Result<Self, StartError> {
        let RelayOptions { per_minute, timeout, reach } = options;
        Ok(Self {
            forward: Forward::new(timeout, reach)?,
            devices: Mutex::new(Devices::new(secret, per_minute).ok_or(StartError::Secret)?),
            told: Mutex::default(),
            counts: [const { AtomicU64::new(0) }; VERDICTS.len()],
        })
    }

    /// What a device of this name is provisioned with. It is a secret, and the same each time. `None` for a name that is not
    /// 1 to 32 letters, digits, `-` or `_`.
    pub fn pass(&self, device: &str) -> Option<String> {
        self.devices().pass(device)
    }

    /// Refuses this device from now on, until the process ends. Its next pass needs another name.
    pub fn revoke(&self, device: &str) {
        self.devices().revoke(device);
    }

    /// Does what a device asks for: a POST from the address `from`, with `field` giving its header fields by name, in
    /// small letters. The body is one of [`MAX_RELAY_BODY_BYTES`] at most; read no more.
    ///
    /// Dropped half-way, the request may have been forwarded; it is then not forwarded again.
    pub async fn handle<'f>(
        &self,
        from: IpAddr,
        field: impl Fn(&str) -> Option<&'f str>,
        body: &[u8],
    ) -> RelayAnswer {
        let answer = match self.admit(from, field, body) {
            Ok(job) => self.carry_out(job).await,
            Err(verdict) => verdict.into(),
        };
        if let Some(count) = self.counts.get(answer.verdict as usize) {
            count.fetch_add(1, Relaxed);
        }
        metrics::counter!("thrads_relayed_total", "verdict" => answer.verdict.code()).increment(1);
        answer
    }

    /// How often it came to this verdict.
    pub fn count(&self, verdict: RelayVerdict) -> u64 {
        self.counts.get(verdict as usize).map_or(0, |count| count.load(Relaxed))
    }

    /// Checks who asks, how often, and for what, in this order: a stranger learns nothing but that it is one.
    fn admit<'f>(
        &self,
        from: IpAddr,
        field: impl Fn(&str) -> Option<&'f str>,
        body: &[u8],
    ) -> Result<Job, RelayVerdict> {
        let read = |name| field(name).ok_or(RelayVerdict::Forged);
        let ticket = RelayTicket {
            device: read(RelayTicket::DEVICE)?,
            time: read(RelayTicket::TIME)?,
            call: read(RelayTicket::CALL)?,
            target: read(RelayTicket::TARGET)?,
            user_agent: read("user-agent")?,
        };
        let signature = read(RelayTicket::SIGNATURE)?;
        self.devices().admit(&ticket, body, signature, SystemTime::now())?;
        let (is_post, wants_answer) = match ticket.call {
            "GET" => (false, false),
            "GET answer" => (false, true),
            "POST" => (true, false),
            "POST answer" => (true, true),
            _ => return Err(RelayVerdict::Refused),
        };
        if body.len() > MAX_RELAY_BODY_BYTES || !(is_post || body.is_empty()) {
            return Err(RelayVerdict::Refused);
        }
        Target::parse(ticket.target).ok_or(RelayVerdict::Refused)?;
        let url = Url::parse(ticket.target).map_err(|_| RelayVerdict::Refused)?;
        let url = self.forward.admit(url).ok_or(RelayVerdict::Refused)?;
        let (user_agent, body) = (ticket.user_agent.to_owned(), body.to_vec());
        Ok(Job { is_post, wants_answer, url, from, user_agent, body })
    }

    /// A report that was delivered, or may have been, is answered as it was then. What has an answer is asked again, since
    /// that may be another by now; the platform counts a vote once.
    async fn carry_out(&self, job: Job) -> RelayAnswer {
        if job.wants_answer {
            return self.forward.send(job).await;
        }
        let report = told::Report::of(&job);
        if let Some(status) = self.told().begin(&report) {
            return RelayAnswer::new(status, RelayVerdict::Duplicate);
        }
        let answer = self.forward.send(job).await;
        self.told().end(report, &answer);
        answer
    }

    fn devices(&self) -> MutexGuard<'_, Devices> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Relay")
    }
}

/// Bytes of a body that a device may hand in; a vote has 17.
pub const MAX_RELAY_BODY_BYTES: usize = 1024;
