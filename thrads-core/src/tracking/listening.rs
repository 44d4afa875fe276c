//! Whether a spoken ad could be heard: its disclosure and half of its message, and a second of it at least.
//!
//! Part of `tracking`, beside `viewability`. Section 4.2 of the wire contract has a rule for display and none for speech; this
//! one stands in its place. Half of an ad for a second is what a person can have taken notice of on a screen. Speech comes
//! in order: until half of the message has been said nobody can know what is advertised, and without the disclosure nobody
//! knows that it is an advertisement, so both must have been heard. The second is the same. Who speaks over an ad, mutes
//! it or walks away has not heard the rest, so that ends it, and an ad that was ended is not taken up again.

use crate::time::{Instant, Millis, divide};

/// How much of a spoken ad's message must be heard, in thousandths, behind its whole disclosure.
pub const AUDIBLE_PER_MILLE: u16 = 500;
/// For how long at least.
pub const AUDIBLE_FOR: Millis = Millis(1000);

/// Watches one spoken ad and says once that it was heard.
///
/// ```
/// # use thrads_core::*;
/// # let ad = Ad::Message(ChatbotMessage {
/// #     creative: "Steel, quiet, two-year cover.", prod_name: Some("Kettle"), img_url: None,
/// #     prod_url: "https://a.example/", price_micros: None, currency: None,
/// # });
/// # let (mut text, start) = (String::new(), Instant::from_millis(7000));
/// let spoken = speech(&ad, &Voice::ENGLISH, &mut text)?;
/// let mut listening = Listening::new(spoken.disclosure_per_mille());
/// // As the voice goes on; one that tells no more than when it began goes by the clock.
/// for now in [0, 500, 1000, 1500, 2000, 2500].map(|later| start.after(Millis(later))) {
///     if listening.on_sample(now, spoken.per_mille_at(now.since(start))) {
///         assert_eq!(now.since(start), Millis(2500)); // Now report the impression.
///     }
/// }
/// # Ok::<(), core::fmt::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Listening {
    disclosure: u16,
    needed: u16,
    for_at_least: Millis,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum State {
    Silent,
    Speaking { since: Instant, seen: Instant, said: u16 },
    Over,
}

impl Listening {
    /// An ad that is about to be spoken. `disclosure` is how much of the speech is the label and who is behind the ad, in
    /// thousandths; [`Spoken::disclosure_per_mille`](crate::Spoken::disclosure_per_mille) knows.
    pub const fn new(disclosure: u16) -> Self {
        let listening = Self {
            disclosure: if disclosure > 1000 { 1000 } else { disclosure },
            needed: 0,
            for_at_least: AUDIBLE_FOR,
            state: State::Silent,
        };
        listening.stricter(AUDIBLE_PER_MILLE, AUDIBLE_FOR)
    }

    /// Asks for more: so many thousandths of the message, of which all is the most, and so long. Less than
    /// [`AUDIBLE_PER_MILLE`] and [`AUDIBLE_FOR`], or than was asked for before, changes nothing.
    #[must_use]
    pub const fn stricter(self, per_mille: u16, for_at_least: Millis) -> Self {
        let per_mille = if per_mille > 1000 { 1000 } else { per_mille };
        let message = 1000_u32.saturating_sub(self.disclosure as u32);
        let part = thousandth(message.saturating_mul(per_mille as u32));
        let needed = (self.disclosure as u32).saturating_add(part);
        let is_more = needed > self.needed as u32;
        #[expect(clippy::cast_possible_truncation, reason = "it is 1000 at most")]
        let needed = if is_more { needed as u16 } else { self.needed };
        let is_longer = for_at_least.0 > self.for_at_least.0;
        let for_at_least = if is_longer { for_at_least } else { self.for_at_least };
        Self { needed, for_at_least, ..self }
    }

    /// Takes how much of the speech has been said at `now`, in thousandths, first when it begins. Returns true exactly once: at
    /// the first call at or after the moment at which enough has been heard for long enough. An ad that is over
    /// before that does not count.
    ///
    /// A clock that goes back, and speech that does, start the time anew.
    pub fn on_sample(&mut self, now: Instant, per_mille: u16) -> bool {
        let fresh = State::Speaking { since: now, seen: now, said: per_mille };
        match self.state {
            State::Over => false,
            State::Speaking { since, seen, said } if now >= seen && per_mille >= said => {
                let is_long = now.since(since) >= self.for_at_least;
                let is_heard = is_long && per_mille >= self.needed;
                let is_over = is_heard || per_mille >= 1000;
                let speaking = State::Speaking { since, seen: now, said: per_mille };
                self.state = if is_over { State::Over } else { speaking };
                is_heard
            }
            _ => {
                self.state = fresh;
                false
            }
        }
    }

    /// The person spoke over it, muted it or walked away: unless it has counted already, it never will.
    pub fn on_interrupt(&mut self) {
        self.state = State::Over;
    }

    /// When to call again if enough has been said by now and nothing interrupts; `None` before that and when it is over.
    pub fn poll_at(&self) -> Option<Instant> {
        match self.state {
            State::Speaking { since, said, .. } if said >= self.needed => {
                Some(since.after(self.for_at_least))
            }
            _ => None,
        }
    }
}

/// Rounded up; of a million at most.
const fn thousandth(value: u32) -> u32 {
    let (whole, rest) = divide(value as u64, 1000);
    #[expect(clippy::cast_possible_truncation, reason = "it is 1000 at most")]
    let whole = whole as u32;
    whole.saturating_add((rest > 0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard_at(mut ad: Listening, samples: &[(u64, u16)]) -> Option<u64> {
        let hits: Vec<_> = samples
            .iter()
            .filter(|(ms, said)| ad.on_sample(Instant::from_millis(*ms), *said))
            .collect();
        assert!(hits.len() <= 1);
        hits.first().map(|(ms, _)| *ms)
    }

    #[test]
    fn half_of_the_message_behind_the_disclosure_counts_once() {
        let ad = Listening::new(0);
        assert_eq!(heard_at(ad, &[(0, 0), (900, 400), (1400, 500), (2000, 700)]), Some(1400));
        assert_eq!(heard_at(ad, &[(0, 0), (900, 400), (5000, 499)]), None);
        let ad = Listening::new(300);
        assert_eq!(heard_at(ad, &[(0, 0), (2000, 649), (2100, 650), (9000, 1000)]), Some(2100));
        assert_eq!(heard_at(Listening::new(301), &[(0, 0), (2000, 650), (2100, 651)]), Some(2100));
        assert_eq!(
            heard_at(Listening::new(9999), &[(0, 0), (2000, 999), (2100, 1000)]),
            Some(2100)
        );
    }

    #[test]
    fn a_second_of_it_is_needed() {
        let ad = Listening::new(0);
        assert_eq!(heard_at(ad, &[(0, 0), (600, 600), (999, 900), (1000, 950)]), Some(1000));
        assert_eq!(heard_at(ad, &[(0, 0), (999, 1000), (1000, 1000), (5000, 1000)]), None);
        let mut ad = ad;
        ad.on_sample(Instant::from_millis(50), 0);
        assert_eq!(ad.poll_at(), None);
        ad.on_sample(Instant::from_millis(300), 500);
        assert_eq!(ad.poll_at(), Some(Instant::from_millis(1050)));
    }

    #[test]
    fn what_is_interrupted_never_counts() {
        let mut ad = Listening::new(0);
        ad.on_sample(Instant::from_millis(0), 0);
        ad.on_interrupt();
        assert_eq!((heard_at(ad, &[(1500, 700), (9000, 1000)]), ad.poll_at()), (None, None));
    }

    #[test]
    fn speech_and_clocks_that_go_back_start_anew() {
        let ad = Listening::new(0);
        assert_eq!(heard_at(ad, &[(0, 0), (900, 400), (950, 0), (1800, 600)]), None);
        assert_eq!(heard_at(ad, &[(0, 0), (900, 400), (950, 0), (1950, 600)]), Some(1950));
        assert_eq!(heard_at(ad, &[(5000, 0), (500, 600), (1499, 700), (1500, 700)]), Some(1500));
    }

    #[test]
    fn a_publisher_is_stricter_and_never_laxer() {
        let ad = Listening::new(200);
        for laxer in [(0, Millis(0)), (499, Millis(999)), (500, Millis(1000))] {
            assert_eq!(ad.stricter(laxer.0, laxer.1), ad);
        }
        let strict = ad.stricter(750, Millis(3000));
        assert_eq!(strict.stricter(600, Millis(2000)), strict);
        assert_eq!(heard_at(strict, &[(0, 0), (2000, 900), (3000, 950)]), Some(3000));
        assert_eq!(heard_at(strict, &[(0, 0), (4000, 799), (5000, 800)]), Some(5000));
        let whole = ad.stricter(u16::MAX, Millis(0));
        assert_eq!(heard_at(whole, &[(0, 0), (4000, 999), (5000, 1000)]), Some(5000));
    }
}
