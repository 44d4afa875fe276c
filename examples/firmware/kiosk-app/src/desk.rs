//! The kiosk's way to the platform: ads are asked for there, and what became of them is told there.
//!
//! Between [`Kiosk`](crate::Kiosk) and thrads-core's client, over thrads-embassy's transport.

use crate::kiosk::People;
use crate::reports::Reports;
use crate::tally::Tally;
use core::ops::Range;
use embassy_futures::select::{Either, Either3, select, select3};
use embassy_time::{Duration, Instant, Timer};
use embedded_storage::nor_flash::MultiwriteNorFlash;
use thrads_core::{
    Asked, Call, Client, Clock, Family, Impression, Kinds, Millis, Permission, PollAnswer,
    PollOption, PollResults, Polled, PromptClick, Publisher, Rate, Redactor, Session, Settings,
    SponsoredPoll, Vote,
};
use thrads_embassy::{EmbassyClock, Link, ReqwlessTransport};

/// A client, what it is set up with, and the reports that wait; `F` is the flash of the board.
pub(crate) struct Desk<F: MultiwriteNorFlash> {
    client: Client<ReqwlessTransport<'static>, &'static EmbassyClock>,
    pub(crate) clock: &'static EmbassyClock,
    pub(crate) link: &'static Link,
    publisher: Publisher,
    rate: Rate,
    reports: Reports<F>,
    /// When to go on with them; `None` where nothing waits.
    next: Option<thrads_core::Instant>,
}

impl<F: MultiwriteNorFlash> Desk<F> {
    #[inline]
    pub(crate) fn new(
        transport: ReqwlessTransport<'static>,
        clock: &'static EmbassyClock,
        publisher: Publisher,
        limit: u32,
    ) -> Self {
        Self {
            link: transport.link(),
            client: Client::new(transport, clock).timeout(ASK),
            clock,
            rate: Rate::new(limit),
            publisher,
            reports: Reports::new(),
            next: None,
        }
    }

    pub(crate) fn keep_in(&mut self, flash: F, pages: Range<u32>) -> bool {
        self.reports.keep_in(flash, pages)
    }

    /// Has the platform connected to, while the language model is at work.
    pub(crate) fn warm_up(&self, family: Family) {
        if self.client.permission().sends() {
            self.link.warm_up(self.publisher.endpoints.of(family));
        }
    }

    /// What may leave for the person in front, from now on. Where nothing may, what waits is forgotten, in flash as well.
    pub(crate) async fn permit(&mut self, permission: Permission) {
        self.client.permit(permission);
        if !permission.sends() {
            self.reports.forget();
            self.next = None;
            self.reports.save(self.clock).await;
        }
    }

    pub(crate) fn permission(&self) -> Permission {
        self.client.permission()
    }

    pub(crate) async fn ask<'b>(
        &mut self,
        session: &mut Session,
        call: Call<'_>,
        answer: &'b mut [u8],
    ) -> Asked<'b> {
        let Self { client, rate, publisher, .. } = self;
        client.ask(session, rate, publisher, call.redacted(&REDACTOR), answer).await
    }

    /// Takes an impression, which the next [`deliver`](Self::deliver) tells.
    pub(crate) fn take(&mut self, impression: Impression<&str>) {
        self.reports.take(self.clock.now(), impression);
    }

    /// Takes a tap on a prompt.
    pub(crate) fn take_click(&mut self, click: PromptClick<&str>) {
        self.reports.outbox.prompt_click(self.clock.now(), click);
    }

    /// Takes a vote.
    pub(crate) fn take_vote(&mut self, vote: Vote<&str>, option: PollOption<'_>) {
        self.reports.outbox.vote(self.clock.now(), vote, option);
    }

    /// Tells what waits, as far as it goes, and keeps what still waits then. A person who says something meanwhile is not
    /// kept waiting: the report under way is told again another time, and counts once all the same.
    pub(crate) async fn deliver(
        &mut self,
        settings: &Settings,
        people: Option<&People>,
        tally: &mut Tally,
    ) {
        let restored = self.reports.load(self.clock).await;
        tally.restored = tally.restored.saturating_add(restored);
        let Self { client, rate, publisher, reports, .. } = self;
        let Some(user) = settings.end_user().filter(|_| !reports.outbox.is_empty()) else {
            return;
        };
        let telling = client.deliver(&mut reports.outbox, rate, publisher, user, &mut [0; 0]);
        self.next = match people {
            None => telling.await.next,
            Some(people) => match select(people.ready_to_receive(), telling).await {
                Either::First(()) => reports.outbox.poll_at(),
                Either::Second(delivered) => delivered.next,
            },
        };
        reports.count(tally);
        reports.save(self.clock).await;
    }

    /// Waits until somebody says something, which is left to be received, and tells meanwhile what waits when its time has
    /// come. False where nobody has said anything for so long that they must have gone.
    pub(crate) async fn wait(
        &mut self,
        settings: &Settings,
        people: &People,
        tally: &mut Tally,
    ) -> bool {
        let away = Instant::now() + AWAY;
        loop {
            let next = self.next.unwrap_or(NEVER);
            let due = self.clock.sleep_until(next);
            match select3(people.ready_to_receive(), Timer::at(away), due).await {
                Either3::First(()) => return true,
                Either3::Second(()) => return false,
                Either3::Third(()) => self.deliver(settings, Some(people), tally).await,
            }
        }
    }

    /// The votes on a poll, where all that waits has been told.
    pub(crate) async fn votes<'b>(
        &mut self,
        poll: &SponsoredPoll<&str>,
        settings: &Settings,
        buffer: &'b mut [u8],
    ) -> Option<PollResults<'b>> {
        let user = settings.end_user().filter(|_| self.reports.outbox.is_empty())?;
        match self.client.results(poll, user, buffer).await {
            Polled::Answer(PollAnswer::Results(results)) => Some(results),
            _ => None,
        }
    }
}

/// What people say is not what the platform hears of who they are.
static REDACTOR: Redactor<'static> = Redactor::new(Kinds::ALL);
/// Over a slow radio, with a handshake in it.
const ASK: Millis = Millis::from_secs(8);
/// After so long without a word the person has gone.
const AWAY: Duration = Duration::from_secs(90);
const NEVER: thrads_core::Instant = thrads_core::Instant::from_millis(u64::MAX);
