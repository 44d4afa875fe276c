//! Staying on the network, and knowing the time.
//!
//! Between a board's radio and everything else. The time comes by SNTP (RFC 4330), which nobody signs: so it is never taken
//! to be earlier than what the device knows already, and an attacker who sets it forward makes certificates expire, not
//! revive.

use crate::last_time::LastTime;
use core::net::IpAddr;
use embassy_net::dns::DnsQueryType;
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_net::{IpEndpoint, Stack};
use embassy_time::{Duration, Timer, with_timeout};
use embedded_storage::nor_flash::NorFlash;
use rand_core::RngCore;
use thrads_core::UnixMillis;
use thrads_embassy::{Anchor, EmbassyClock};

/// Joins a network, and again whenever the link is lost, with longer and longer pauses while it fails.
///
/// `join` says whether it worked. Addresses are embassy-net's business, which renews them as DHCP has it.
pub async fn stay_joined(stack: Stack<'_>, mut join: impl AsyncFnMut() -> bool) -> ! {
    let mut pause = Pause::new();
    loop {
        if join().await {
            pause = Pause::new();
            stack.wait_link_up().await;
            stack.wait_link_down().await;
        } else {
            Timer::after(pause.take()).await;
        }
    }
}

/// Asks `server` for the time until it is known, and every six hours from then on. `tell` is told each time. An answer that
/// falls behind `last` is none; the others are kept there.
pub async fn keep_time(
    stack: Stack<'_>,
    server: &str,
    clock: &EmbassyClock,
    random: &mut impl RngCore,
    last: &mut LastTime<impl NorFlash>,
    mut tell: impl FnMut(UnixMillis),
) -> ! {
    let mut pause = Pause::new();
    loop {
        stack.wait_config_up().await;
        let answer = with_timeout(SNTP_TIMEOUT, ask_time(stack, server, random)).await;
        match answer.ok().flatten().filter(|time| last.admits(*time)) {
            Some(time) => {
                clock.set_wall(time);
                tell(time);
                pause = Pause::new();
                Timer::after(SNTP_PERIOD).await;
            }
            None => Timer::after(pause.take()).await,
        }
    }
}

/// When this program was built: no honest clock says less.
pub const fn built() -> UnixMillis {
    UnixMillis(match u64::from_str_radix(env!("KIOSK_BUILT"), 10) {
        Ok(seconds) => seconds * 1000,
        Err(_) => 0,
    })
}

/// The anchors that will have expired in 30 days, for a warning while there is time to replace them.
pub fn expiring<'a>(
    anchors: &'a [Anchor<'a>],
    now: UnixMillis,
) -> impl Iterator<Item = &'a Anchor<'a>> {
    anchors.iter().filter(move |anchor| anchor.expires().0 <= now.0.saturating_add(NOTICE_MILLIS))
}

/// Pauses between attempts: a second, then twice as long each time, up to a minute.
pub struct Pause(Duration);

impl Pause {
    /// The first pause is a second.
    pub const fn new() -> Self {
        Self(Duration::from_secs(1))
    }

    /// How long to wait now.
    pub fn take(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause + pause).min(Duration::from_secs(60));
        pause
    }
}

impl Default for Pause {
    fn default() -> Self {
        Self::new()
    }
}

async fn ask_time(stack: Stack<'_>, server: &str, random: &mut impl RngCore) -> Option<UnixMillis> {
    let addresses = stack.dns_query(server, DnsQueryType::A).await.ok()?;
    let server = IpEndpoint::new(*addresses.first()?, SNTP_PORT);
    let (mut rx_meta, mut tx_meta) = ([PacketMetadata::EMPTY; 1], [PacketMetadata::EMPTY; 1]);
    let (mut rx, mut tx) = ([0; 128], [0; 64]);
    let mut socket = UdpSocket::new(stack, &mut rx_meta, &mut rx, &mut tx_meta, &mut tx);
    socket.bind(0).ok()?;
    // What stands for our time is random, and comes back: an answer to another question is not taken.
    let mut question = [0; PACKET];
    question[0] = QUESTION;
    let mut cookie = [0; 8];
    random.try_fill_bytes(&mut cookie).ok()?;
    question[40..].copy_from_slice(&cookie);
    socket.send_to(&question, server).await.ok()?;
    let mut answer = [0; PACKET];
    loop {
        let (length, from) = socket.recv_from(&mut answer).await.ok()?;
        let is_ours =
            length == PACKET && IpAddr::from(from.endpoint.addr) == IpAddr::from(server.addr);
        if let Some(time) = read_answer(&answer, cookie).filter(|_| is_ours) {
            return Some(time);
        }
    }
}

/// The time in an answer, if it is one to `cookie` from a server that knows it.
fn read_answer(answer: &[u8; PACKET], cookie: [u8; 8]) -> Option<UnixMillis> {
    let [first, stratum, ..] = *answer;
    let is_answer = first & 7 == SERVER && first >> 6 != UNSYNCHRONISED;
    if !is_answer || !(1..16).contains(&stratum) || answer[24..32] != cookie {
        return None;
    }
    let number =
        |place: usize| answer[place..].first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    let (seconds, fraction) = (u64::from(number(40)?), u64::from(number(44)?));
    // Seconds since 1900, that begin anew in 2036 (RFC 4330 section 3).
    let since_1900 = if seconds < 1 << 31 { seconds + (1 << 32) } else { seconds };
    Some(UnixMillis((since_1900 - FROM_1900_TO_1970) * 1000 + ((fraction * 1000) >> 32)))
}

const SNTP_PORT: u16 = 123;
const SNTP_TIMEOUT: Duration = Duration::from_secs(5);
const SNTP_PERIOD: Duration = Duration::from_secs(6 * 3600);
const PACKET: usize = 48;
/// Version 4, from a client.
const QUESTION: u8 = 4 << 3 | 3;
const SERVER: u8 = 4;
const UNSYNCHRONISED: u8 = 3;
const FROM_1900_TO_1970: u64 = 2_208_988_800;
const NOTICE_MILLIS: u64 = 30 * 86_400 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

    fn answer(seconds: u32, change: impl FnOnce(&mut [u8; PACKET])) -> Option<UnixMillis> {
        let mut answer = [0; PACKET];
        answer[..2].copy_from_slice(&[4 << 3 | 4, 2]);
        answer[24..32].copy_from_slice(&COOKIE);
        answer[40..44].copy_from_slice(&seconds.to_be_bytes());
        answer[44] = 0x80;
        change(&mut answer);
        read_answer(&answer, COOKIE)
    }

    #[test]
    fn the_time_is_read_before_and_after_2036() {
        assert_eq!(answer(3_987_878_400, |_| {}), Some(UnixMillis(1_778_889_600_500)));
        assert_eq!(answer(0, |_| {}), Some(UnixMillis(2_085_978_496_500)));
    }

    #[test]
    fn an_answer_to_another_question_or_without_a_time_is_not_taken() {
        let changes: [fn(&mut [u8; PACKET]); 5] = [
            |answer| answer[24] ^= 1,
            |answer| answer[0] = 4 << 3 | 3,
            |answer| answer[0] |= 3 << 6,
            |answer| answer[1] = 0,
            |answer| answer[1] = 16,
        ];
        for change in changes {
            assert_eq!(answer(3_987_878_400, change), None);
        }
    }

    #[test]
    fn pauses_grow_to_a_minute() {
        let mut pause = Pause::new();
        let seconds: Vec<_> = (0..8).map(|_| pause.take().as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_build_has_its_time() {
        assert!(built() > UnixMillis(1_700_000_000_000));
    }
}
