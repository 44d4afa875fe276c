//! Reports that could not be sent yet: they wait in memory of a fixed size, and are sent while they are worth anything.
//!
//! Part of `tracking`, over `entry` and `waiting`. Section 4.3 of the wire contract; `client` empties it.

use super::engagement::{Feedback, PromptClick, Vote};
use super::entry::{Entry, Kept, Kind, Settled, mark};
use super::impression::Impression;
use super::waiting::Waiting;
use crate::ad::PollOption;
use crate::config::{BaseUrl, Publisher};
use crate::error::TransportError;
use crate::request::{EndUser, Interaction, Method, Request};
use crate::target::Url;
use crate::time::{Instant, Millis};

/// How long a report is worth sending, where nothing else is asked for.
///
/// The platform holds each report against the others of its ad, and the lifetime of its tokens is not documented (wire contract
/// 4.3): an impression that is told hours after the ad was served looks like one that was made up, and hurts the payout
/// more than it earns. A quarter of an hour bridges a router that restarts.
pub const OUTBOX_EXPIRY: Millis = Millis::from_secs(900);

/// Impressions, taps, votes and feedback that wait for the network: `ENTRIES` of them at most, with `BYTES` bytes of URLs.
///
/// An impression takes an entry for each of its trackers, some 200 bytes each; `Outbox<16, 4096>` does for a kiosk. What a
/// person did with an ad is sent in the order it came, behind its impression; trackers of an impression do not wait for
/// each other. Each is sent at least once while it is worth it and counts once, since the
/// platform tells repetitions by the token in the URL. One that gets no answer or a 5xx is sent again after a pause that
/// doubles; one that is refused is gone. When there is no room, the oldest is dropped; when it is too old to be
/// worth anything, it is dropped and never sent. Both are counted.
///
/// Nothing of a conversation is kept: feedback waits without its summary. [`clear`](Self::clear) forgets all of it, where
/// consent is withdrawn. The end user is named when it is sent: it is for a device, which speaks for itself.
///
/// Times are those of the caller's clock. One that goes back makes a report no older.
pub struct Outbox<const ENTRIES: usize, const BYTES: usize> {
    pub(super) waiting: Waiting<ENTRIES, BYTES>,
    counts: OutboxCounts,
    expiry: Millis,
    /// Of the next report.
    serial: u16,
}

/// What became of the reports of an [`Outbox`]. Counts stop at 65,535.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OutboxCounts {
    /// Taken by the platform, or by whoever's tracker it was.
    pub sent: u16,
    /// Refused by them, and given up.
    pub refused: u16,
    /// Dropped because there was no room, the oldest first, or because they alone are too long.
    pub dropped: u16,
    /// Dropped because they had got too old.
    pub expired: u16,
}

/// A report that is to be sent, by its place: good until something else is done with its [`Outbox`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Due(usize);

impl<const ENTRIES: usize, const BYTES: usize> Default for Outbox<ENTRIES, BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const ENTRIES: usize, const BYTES: usize> Outbox<ENTRIES, BYTES> {
    /// An empty outbox whose reports are worth sending for [`OUTBOX_EXPIRY`].
    pub const fn new() -> Self {
        Self {
            waiting: Waiting::new(),
            counts: OutboxCounts { sent: 0, refused: 0, dropped: 0, expired: 0 },
            expiry: OUTBOX_EXPIRY,
            serial: 0,
        }
    }

    /// Gives reports up after another time.
    #[must_use]
    pub fn expiry(self, expiry: Millis) -> Self {
        Self { expiry, ..self }
    }

    /// Reports that wait.
    pub fn len(&self) -> usize {
        self.waiting.entries().len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.entries().is_empty()
    }

    /// What became of the others.
    pub fn counts(&self) -> OutboxCounts {
        self.counts
    }

    /// Forgets all that waits, uncounted: consent was withdrawn, or another person came.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Takes an impression of an ad that has been seen or heard now, to be told to each of its trackers. One without
    /// trackers leaves nothing.
    pub fn impression<S: AsRef<str>>(&mut self, now: Instant, impression: Impression<S>) {
        let mark = impression.mark();
        for tracker in impression.trackers().iter() {
            self.push(now, Kind::View, mark, [tracker, Url::plain("")]);
        }
    }

    /// Takes a tap on a sponsored prompt.
    pub fn prompt_click<S: AsRef<str>>(&mut self, now: Instant, click: PromptClick<S>) {
        self.push(now, Kind::Click(Method::Post), click.mark, plain([click.url.as_ref(), ""]));
    }

    /// Takes a vote for one of the poll's own options. Its results are to be had later, by
    /// [`Client::results`](crate::Client::results).
    pub fn vote<S: AsRef<str>>(&mut self, now: Instant, vote: Vote<S>, option: PollOption<'_>) {
        let url = vote.vote_url.as_ref();
        let kind = Kind::Vote(u16::try_from(url.len()).unwrap_or(u16::MAX));
        self.push(now, kind, vote.mark, plain([url, option.id()]));
    }

    /// Takes what became of a sponsored chatbot prompt of the v1 API, without its summary. Where there is nothing to tell,
    /// nothing is kept.
    pub fn feedback<S: AsRef<str>>(
        &mut self,
        now: Instant,
        feedback: Feedback<S>,
        interaction: Interaction<'_>,
    ) {
        let Interaction { clicked, number_follow_ups, is_sponsor_mentioned, .. } = interaction;
        let kept = Kept { clicked, number_follow_ups, is_sponsor_mentioned };
        let (kind, text) = match &feedback {
            Feedback::Id(id) => (Kind::FeedbackById(kept), id.as_ref()),
            Feedback::Token(token) if clicked => (Kind::FeedbackByToken, token.as_ref()),
            Feedback::Token(_) => return,
        };
        self.push(now, kind, mark(text), plain([text, ""]));
    }

    /// When something is to be sent next; `None` where nothing waits.
    pub fn poll_at(&self) -> Option<Instant> {
        self.waiting.first_ones().map(|(_, entry)| entry.due).min()
    }

    /// What is to be sent now: the first report that is due and behind no other of its ad. Those that are too old are dropped.
    ///
    /// [`Client::deliver`](crate::Client::deliver) sends what is due, within the key's budget; without it, send the
    /// [`request`](Self::request) of what this names, [`settle`](Self::settle) it, and go on.
    pub fn due(&mut self, now: Instant) -> Option<Due> {
        self.expire(now);
        self.waiting.first_ones().find(|(_, entry)| entry.due <= now).map(|(index, _)| Due(index))
    }

    /// The request of a report; `None` if there is none in its place.
    pub fn request<'a>(
        &'a self,
        Due(index): Due,
        publisher: &'a Publisher,
        end_user: EndUser<'a>,
    ) -> Option<Request<'a>> {
        self.waiting.get(index)?.kind.request(self.waiting.text(index)?, publisher, end_user)
    }

    /// Whether a report goes to an endpoint of the platform's, and not to whoever else counts.
    pub(crate) fn is_for_platform(&self, Due(index): Due, publisher: &Publisher) -> bool {
        let is_under = |base: &BaseUrl, text: &str| {
            text.strip_prefix(base.as_str()).is_some_and(|path| path.starts_with('/'))
        };
        match self.waiting.get(index).map(|entry| entry.kind) {
            Some(Kind::FeedbackById(_) | Kind::FeedbackByToken) => true,
            _ => {
                self.waiting.text(index).is_some_and(|url| is_under(&publisher.endpoints.ssp, url))
            }
        }
    }

    /// Takes the status that a report was answered with, or that it was not; true if it waits no longer.
    pub fn settle(
        &mut self,
        now: Instant,
        Due(index): Due,
        status: Result<u16, TransportError>,
    ) -> bool {
        let Some(entry) = self.waiting.get_mut(index) else { return true };
        let count = match entry.settle(now, status) {
            Settled::Waits => return false,
            Settled::Sent => &mut self.counts.sent,
            Settled::Refused => &mut self.counts.refused,
        };
        *count = count.saturating_add(1);
        self.waiting.remove(index);
        true
    }

    /// The next report gets a later number than this.
    pub(super) fn take_serial(&mut self, serial: u16) {
        let ahead = serial.wrapping_sub(self.serial);
        if ahead < 0x8000 {
            self.serial = serial.wrapping_add(1);
        }
    }

    pub(super) fn longest(&self) -> Millis {
        self.expiry
    }

    pub(super) fn count_expired(&mut self) {
        self.counts.expired = self.counts.expired.saturating_add(1);
    }

    fn push(&mut self, now: Instant, kind: Kind, mark: u16, texts: [Url<'_>; 2]) {
        self.expire(now);
        let (serial, expires) = (self.serial, now.after(self.expiry));
        self.serial = serial.wrapping_add(1);
        self.append(Entry { kind, mark, end: 0, tries: 0, serial, due: now, expires }, texts);
    }

    /// Puts a report behind the others, the oldest of which make room.
    pub(super) fn append(&mut self, entry: Entry, [url, id]: [Url<'_>; 2]) {
        let bytes = || url.bytes().chain(id.bytes());
        let length = bytes().fold(0_usize, |length, _| length.saturating_add(1));
        if length > BYTES {
            self.counts.dropped = self.counts.dropped.saturating_add(1);
            return;
        }
        while !self.waiting.has_room(length) {
            self.waiting.remove(0);
            self.counts.dropped = self.counts.dropped.saturating_add(1);
        }
        self.waiting.push(entry, bytes());
    }

    fn expire(&mut self, now: Instant) {
        let mut index = 0;
        while let Some(entry) = self.waiting.get_mut(index) {
            // A clock that went back; what waits for its turn by the old one would wait too long.
            if entry.expires.since(now) > self.expiry {
                (entry.due, entry.expires) = (now, now.after(self.expiry));
            }
            if now < entry.expires {
                index = index.saturating_add(1);
            } else {
                self.waiting.remove(index);
                self.count_expired();
            }
        }
    }
}

fn plain(texts: [&str; 2]) -> [Url<'_>; 2] {
    texts.map(Url::plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ad::{Ad, Placement, SponsoredMessage};
    use crate::config::{ApiKey, Environment};
    use crate::error::TransportErrorKind;

    fn at(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn message(url: &str, view_url: &str) -> Impression<String> {
        Impression::mint(&Ad::SponsoredMessage(SponsoredMessage {
            placement: Placement::Text,
            cpm: None,
            advertiser: None,
            domain: None,
            headline: None,
            description: None,
            cta_text: None,
            url: url.to_owned(),
            image_url: None,
            logo_url: None,
            dsp: None,
            bid_id: None,
            view_url: Some(view_url.to_owned()),
        }))
    }

    /// An impression of the ad of this letter, with one tracker of this number.
    fn view(ad: char, tracker: u32) -> Impression<String> {
        message(&format!("https://s.example/{ad}"), &format!("https://t.example/{ad}{tracker}"))
    }

    fn publisher() -> Publisher {
        Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging)
    }

    /// Sends what is due, each answered with `status`, and lists it.
    fn send<const E: usize, const B: usize>(
        outbox: &mut Outbox<E, B>,
        now: u64,
        status: Result<u16, TransportError>,
    ) -> Vec<String> {
        let (publisher, mut sent) = (publisher(), Vec::new());
        while let Some(due) = outbox.due(at(now)) {
            let user = EndUser::this_device("kiosk/1.0").unwrap();
            let request = outbox.request(due, &publisher, user).unwrap();
            let mut url = [0; 300];
            let target = request.target(&mut url).unwrap();
            let mut body = [0; 200];
            let length = request.body().encode(&mut body).unwrap();
            let body = core::str::from_utf8(&body[..length]).unwrap();
            let line =
                format!("{} {}{}{body}", request.method().as_str(), target.host, target.path);
            sent.push(line);
            outbox.settle(at(now), due, status);
        }
        sent
    }

    const NO_ANSWER: Result<u16, TransportError> =
        Err(TransportError::maybe_sent(TransportErrorKind::Timeout));

    #[test]
    fn each_tracker_of_an_impression_is_sent_once() {
        let mut outbox = Outbox::<8, 1024>::new();
        let both = "https://s.example/r?view_url=https%3A%2F%2Fd.example%2Fv%3Fa%3D1";
        outbox.impression(at(0), message(both, "https://t.example/v"));
        assert_eq!(outbox.poll_at(), Some(at(0)));
        let sent = ["GET d.example/v?a=1", "GET t.example/v"];
        assert_eq!(send(&mut outbox, 5, Ok(204)), sent);
        assert!(outbox.is_empty() && send(&mut outbox, 6, Ok(204)).is_empty());
        assert_eq!(outbox.counts(), OutboxCounts { sent: 2, ..OutboxCounts::default() });
        assert_eq!(outbox.poll_at(), None);
    }

    #[test]
    fn an_ads_reports_keep_their_order_and_no_ad_waits_for_another() {
        let mut outbox = Outbox::<8, 1024>::new();
        let mark = view('a', 1).mark();
        outbox.impression(at(0), view('a', 1));
        outbox.prompt_click(at(0), PromptClick { url: "https://e.example/a", mark });
        outbox.impression(at(0), view('a', 2));
        outbox.impression(at(0), view('b', 1));
        let due = outbox.due(at(0)).unwrap();
        outbox.settle(at(0), due, NO_ANSWER);
        assert_eq!(send(&mut outbox, 1, Ok(200)), ["GET t.example/b1"]);
        assert_eq!(outbox.poll_at(), Some(at(2000)));
        let in_order = ["GET t.example/a1", "POST e.example/a", "GET t.example/a2"];
        assert_eq!(send(&mut outbox, 2000, Ok(200)), in_order);
    }

    #[test]
    fn trackers_of_an_impression_do_not_wait_for_each_other() {
        let mut outbox = Outbox::<8, 1024>::new();
        let both = "https://s.example/r?view_url=https%3A%2F%2Fd.example%2Fv";
        outbox.impression(at(0), message(both, "https://t.example/v"));
        let due = outbox.due(at(0)).unwrap();
        outbox.settle(at(0), due, NO_ANSWER);
        assert_eq!(send(&mut outbox, 1, Ok(200)), ["GET t.example/v"]);
    }

    #[test]
    fn what_can_never_be_reached_is_gone() {
        for (kind, left) in [
            (TransportErrorKind::NoAnchor, 0),
            (TransportErrorKind::Target, 0),
            (TransportErrorKind::NoClock, 1),
            (TransportErrorKind::Connect, 1),
        ] {
            let mut outbox = Outbox::<8, 1024>::new();
            outbox.impression(at(0), view('a', 1));
            let due = outbox.due(at(0)).unwrap();
            outbox.settle(at(0), due, Err(TransportError::unsent(kind)));
            assert_eq!(outbox.len(), left, "{kind:?}");
        }
    }

    #[test]
    fn what_gets_no_answer_is_sent_again_later_and_later() {
        let mut outbox = Outbox::<8, 1024>::new();
        outbox.impression(at(0), view('a', 1));
        let mut times = Vec::new();
        let mut status = [NO_ANSWER, Ok(500), Ok(503), Ok(429)].into_iter().cycle();
        while let Some(now) = outbox.poll_at() {
            match outbox.due(now) {
                Some(due) => {
                    times.push(now.as_millis() / 1000);
                    outbox.settle(now, due, status.next().unwrap());
                }
                None => break,
            }
        }
        assert_eq!(times, [0, 2, 6, 14, 30, 62, 126, 254, 510, 766]);
        assert_eq!(outbox.counts(), OutboxCounts { expired: 1, ..OutboxCounts::default() });
    }

    #[test]
    fn what_is_refused_is_gone() {
        for status in [400, 401, 403, 404, 409, 422] {
            let mut outbox = Outbox::<8, 1024>::new();
            outbox.impression(at(0), view('a', 1));
            assert_eq!(send(&mut outbox, 0, Ok(status)).len(), 1);
            assert_eq!(outbox.counts(), OutboxCounts { refused: 1, ..OutboxCounts::default() });
        }
    }

    #[test]
    fn taps_votes_and_feedback_go_by_their_own_calls() {
        let mut outbox = Outbox::<8, 1024>::new();
        let click = || PromptClick { url: "https://e.example/c".to_owned(), mark: 1 };
        outbox.prompt_click(at(0), click());
        let due = outbox.due(at(0)).unwrap();
        assert!(!outbox.settle(at(0), due, Ok(405)));
        assert_eq!(send(&mut outbox, 0, Ok(405)), ["GET e.example/c"]);
        outbox.prompt_click(at(0), click());
        assert_eq!(send(&mut outbox, 0, Ok(302)), ["POST e.example/c"]);
        let told =
            Interaction { clicked: true, summary: "My kettle leaks.", ..Interaction::default() };
        outbox.feedback(at(0), Feedback::Id("s1"), told);
        outbox.feedback(at(0), Feedback::Token("t1"), told);
        outbox.feedback(at(0), Feedback::Token("t2"), Interaction::default());
        let sent = send(&mut outbox, 0, Ok(200));
        assert!(sent[0].ends_with("\"clicked\":true,\"number_follow_ups\":0,\"is_sponsor_mentioned\":false,\"summary\":\"\"}"));
        assert_eq!(sent[1], "POST dev.thrads.ai/api/v1/prompt/click/{\"token\":\"t1\"}");
        assert_eq!((sent.len(), outbox.counts().sent), (2, 3));
    }

    #[test]
    fn the_oldest_goes_first_when_it_is_full() {
        let mut outbox = Outbox::<3, 1024>::new();
        for (tracker, ad) in (1..).zip("abcde".chars()) {
            outbox.impression(at(0), view(ad, tracker));
        }
        assert_eq!((outbox.len(), outbox.counts().dropped), (3, 2));
        let left = ["GET t.example/c3", "GET t.example/d4", "GET t.example/e5"];
        assert_eq!(send(&mut outbox, 0, Ok(200)), left);
        let mut small = Outbox::<9, 50>::new();
        for (tracker, ad) in (1..).zip("abcd".chars()) {
            small.impression(at(0), view(ad, tracker));
        }
        assert_eq!((small.len(), small.counts().dropped), (2, 2));
        small.impression(at(0), message("https://s.example/", &"https://t.example/".repeat(4)));
        assert_eq!((small.len(), small.counts().dropped), (2, 3));
        assert_eq!(send(&mut small, 0, Ok(200)), ["GET t.example/c3", "GET t.example/d4"]);
    }

    #[test]
    fn what_is_too_old_is_dropped_and_never_sent() {
        let mut outbox = Outbox::<8, 1024>::new();
        outbox.impression(at(0), view('a', 1));
        outbox.impression(at(899_000), view('b', 1));
        assert_eq!(send(&mut outbox, 900_000, Ok(200)), ["GET t.example/b1"]);
        assert_eq!((outbox.counts().expired, outbox.len()), (1, 0));
        let mut quick = Outbox::<8, 1024>::new().expiry(Millis(10));
        quick.impression(at(0), view('a', 1));
        assert!(send(&mut quick, 10, Ok(200)).is_empty());
    }

    #[test]
    fn a_clock_that_goes_back_makes_nothing_older_and_nothing_wait() {
        let mut outbox = Outbox::<8, 1024>::new();
        outbox.impression(at(5_000_000), view('a', 1));
        let due = outbox.due(at(5_000_000)).unwrap();
        outbox.settle(at(5_000_000), due, NO_ANSWER);
        assert_eq!(send(&mut outbox, 7, Ok(200)), ["GET t.example/a1"]);
    }

    #[test]
    fn nothing_is_left_after_it_is_cleared() {
        let mut outbox = Outbox::<8, 1024>::new();
        outbox.impression(at(0), view('a', 1));
        outbox.clear();
        assert!(outbox.is_empty() && outbox.poll_at().is_none());
        assert!(send(&mut outbox, 0, Ok(200)).is_empty());
        assert_eq!(outbox.counts(), OutboxCounts::default());
    }
}
