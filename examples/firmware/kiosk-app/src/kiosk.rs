//! The program: a conversation, and the ads that it earns.

use crate::answers::{QUESTIONS, answer};
use crate::person::Person;
use crate::polls::Polls;
use crate::tally::{Tally, Work};
use core::fmt::Write;
use core::pin::pin;
use embassy_futures::select::{Either, select};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;
use embassy_sync::channel::Channel;
use embassy_time::{Duration, Timer, with_timeout};
use heapless::String;
use rand_core::RngCore;
use thrads_core::{
    BidRequest, Call, Client, Clock, Failure, History, HistoryError, Kinds, Millis, Offer, Outcome,
    Publisher, Rate, Redactor, Role, Session, Settings, Voice, card, speech,
};
use thrads_embassy::{EmbassyClock, Link, ReqwlessTransport};

/// How a board's tasks tell what a person does.
pub type People = Channel<Raw, Said, 4>;

/// What a person does, told by the board's tasks.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the line on")]
pub enum Said {
    /// A line of text; `/new` is the next person.
    Line(String<MAX_LINE>),
    /// The button: what is on the screen has been seen.
    Seen,
    /// Nobody is there any more.
    Left,
}

/// A kiosk, from its screen `W` to the platform; `R` is a true random source.
pub struct Kiosk<W, R> {
    client: Client<ReqwlessTransport<'static>, &'static EmbassyClock>,
    clock: &'static EmbassyClock,
    link: &'static Link,
    publisher: Publisher,
    settings: Settings,
    screen: W,
    random: R,
    session: Session,
    rate: Rate,
    history: History<20, 4096>,
    /// Nobody while no randomness can be had; then no ad is asked for.
    person: Option<Person>,
    tally: Tally,
    meter: fn() -> u64,
    answer: [u8; ANSWER_BYTES],
}

impl<W: Write, R: RngCore> Kiosk<W, R> {
    /// A kiosk with nobody in front of it.
    pub fn new(
        transport: ReqwlessTransport<'static>,
        clock: &'static EmbassyClock,
        publisher: Publisher,
        settings: Settings,
        screen: W,
        random: R,
    ) -> Self {
        let link = transport.link();
        let mut kiosk = Self {
            client: Client::new(transport, clock).timeout(ASK),
            clock,
            link,
            session: Session::new(settings.family, settings.policy),
            rate: Rate::new(settings.limit),
            publisher,
            settings,
            screen,
            random,
            history: History::new(),
            person: None,
            tally: Tally::default(),
            meter: || 0,
            answer: [0; ANSWER_BYTES],
        };
        kiosk.welcome();
        kiosk
    }

    /// Measures asks by `meter`, which tells how much the processor has worked since its start.
    pub fn set_meter(&mut self, meter: fn() -> u64) {
        self.meter = meter;
    }

    /// Plays the scripted conversation and says what came of it.
    pub async fn play(&mut self) -> Tally {
        for question in QUESTIONS {
            self.say("person", question);
            let nobody = People::new();
            self.turn(question, &nobody).await;
        }
        self.tally()
    }

    /// Holds conversations with whoever comes, for good.
    pub async fn serve(&mut self, people: &People) -> ! {
        loop {
            match with_timeout(AWAY, people.receive()).await {
                Ok(Said::Line(line)) if line.trim() == "/new" => self.welcome(),
                Ok(Said::Line(line)) if line.trim().is_empty() => {}
                Ok(Said::Line(line)) => self.turn(&line, people).await,
                Ok(Said::Seen) => {}
                Ok(Said::Left) | Err(_) => self.welcome(),
            }
        }
    }

    /// What has been counted so far.
    pub fn tally(&self) -> Tally {
        Tally { connections: self.link.counts(), ..self.tally }
    }

    /// Forgets the last person, wholly, and greets the next.
    fn welcome(&mut self) {
        if self.history.turn() == 0 && self.person.is_some() {
            return;
        }
        self.history.clear();
        self.session.reset();
        self.answer.fill(0);
        self.person = Person::draw(&mut self.random).ok();
        self.say("assistant", "Welcome! What can I do for you?");
    }

    /// One exchange: the answer is on the screen before an ad is asked for.
    async fn turn(&mut self, question: &str, people: &People) {
        let (work, opened) = ((self.meter)(), self.link.counts().opened);
        // The platform is connected to while the language model is at work.
        if self.client.permission().sends() {
            self.link.warm_up(self.publisher.endpoints.of(self.settings.family));
        }
        let answer = answer(question);
        self.say("assistant", answer);
        self.tally.turns = self.tally.turns.saturating_add(1);
        if self.remember(question, answer).is_err() {
            return;
        }
        self.session.on_turn();
        self.earn(people, work, opened).await;
    }

    fn remember(&mut self, question: &str, answer: &str) -> Result<(), HistoryError> {
        let now = self.clock.wall();
        self.history.push(Role::User, question, now)?;
        self.history.push(Role::Assistant, answer, now)?;
        Ok(())
    }

    /// Asks for an ad, shows it, and reports it once it was seen.
    async fn earn(&mut self, people: &People, work: u64, opened: u32) {
        let (Some(person), Some(conversation), Some(user)) =
            (&self.person, self.history.conversation(), self.settings.end_user())
        else {
            return;
        };
        // The script and its sandbox are for the SSP; a v1 kiosk makes a prompt request here.
        let Ok(bid) = BidRequest::contextual(person.user(), person.chat(), conversation, user)
        else {
            return;
        };
        let polls = Polls::new();
        let asked = {
            let asking = pin!(self.client.ask(
                &mut self.session,
                &mut self.rate,
                &self.publisher,
                Call::Bid(bid).redacted(&REDACTOR),
                &mut self.answer,
            ));
            polls.watch(self.meter, asking).await
        };
        let work = Work { all: (self.meter)().saturating_sub(work), own: polls.seen().sum };
        self.tally.count(&asked.outcome, work, opened != self.link.counts().opened);
        let offer = match asked.outcome {
            Outcome::Ad(mut offers) => offers.next(),
            Outcome::Failed(Failure::Transport(error)) => {
                let _full = writeln!(self.screen, "           · no ad: {error}");
                None
            }
            _ => None,
        };
        let Some(Offer { ad, impression, .. }) = offer else { return };
        let _full = writeln!(self.screen);
        let is_shown = card(&ad, COLUMNS, &mut self.screen).is_ok();
        let _full = write!(self.screen, "\n    voice: ");
        let _full = speech(&ad, &Voice::ENGLISH, &mut self.screen);
        let _full = writeln!(self.screen, "\n");
        if !is_shown || !seen(people).await {
            return;
        }
        let earns = impression.earns_micros();
        let reported = self.client.report(impression, user, &mut [0; 0]).await;
        self.tally.untold = self.tally.untold.saturating_add(reported.failed.into());
        if reported.sent > 0 && reported.failed == 0 {
            self.tally.impressions = self.tally.impressions.saturating_add(1);
            self.tally.revenue_micros = self.tally.revenue_micros.saturating_add(earns);
        }
    }

    fn say(&mut self, who: &str, text: &str) {
        let _full = writeln!(self.screen, "{who:>9}: {text}");
    }
}

/// Whether the ad stays on the screen for the second that counts, or is said to have been seen. Whoever types on has not
/// looked at it; what they typed is kept for the next turn.
async fn seen(people: &People) -> bool {
    match select(people.ready_to_receive(), Timer::after(VIEW)).await {
        Either::Second(()) => true,
        Either::First(()) => match people.try_peek() {
            Ok(Said::Seen) => people.try_receive().is_ok(),
            _ => false,
        },
    }
}

/// What people say is not what the platform hears of who they are.
static REDACTOR: Redactor<'static> = Redactor::new(Kinds::ALL);
/// The longest line that a person may type.
pub const MAX_LINE: usize = 256;
/// An ordinary answer of the platform has 850 bytes.
const ANSWER_BYTES: usize = 4096;
const COLUMNS: usize = 40;
/// Over a slow radio, with a handshake in it.
const ASK: Millis = Millis::from_secs(8);
/// The industry's rule for display: a second in view.
const VIEW: Duration = Duration::from_millis(1000);
/// After so long without a word the person has gone.
const AWAY: Duration = Duration::from_secs(90);
