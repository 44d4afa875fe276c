//! The program: a conversation, and the ads that it earns.

use crate::answers::{QUESTIONS, answer};
use crate::desk::Desk;
use crate::heard::heard;
use crate::person::Person;
use crate::picture::Picture;
use crate::polls::Polls;
use crate::stage::{Chosen, Stage, chosen};
use crate::tally::{Tally, Work};
use core::fmt::Write;
use core::ops::Range;
use core::pin::pin;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;
use embassy_sync::channel::Channel;
use embedded_storage::nor_flash::MultiwriteNorFlash;
use heapless::{String, Vec};
use kiosk_display::Votes;
use rand_core::RngCore;
use thrads_core::{
    Ad, AdFormats, BidRequest, Call, Clock, Engagement, Failure, History, HistoryError, Offer,
    Outcome, Permission, PollOption, PollRow, Publisher, Role, Session, Settings,
};
use thrads_embassy::{EmbassyClock, ReqwlessTransport};

/// How a board's tasks tell what a person does.
pub type People = Channel<Raw, Said, 4>;

/// What a person does, told by the board's tasks.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the line on")]
pub enum Said {
    /// A line of text; `/new` is the next person, `/noads` one who wants none, and a number chooses of the ad that was shown.
    Line(String<MAX_LINE>),
    /// The button: enough of what is being said.
    Enough,
    /// Nobody is there any more.
    Left,
}

/// A kiosk, from its text screen `W` to the platform; `R` is a true random source and `F` the flash of its board.
pub struct Kiosk<W, R, F: MultiwriteNorFlash> {
    desk: Desk<F>,
    stage: Stage<W>,
    settings: Settings,
    random: R,
    session: Session,
    history: History<20, 4096>,
    /// Nobody while no randomness can be had; then no ad is asked for.
    person: Option<Person>,
    /// Messages where there are none.
    formats: Option<AdFormats>,
    tally: Tally,
    meter: fn() -> u64,
    answer: [u8; ANSWER_BYTES],
}

impl<W: Write, R: RngCore, F: MultiwriteNorFlash> Kiosk<W, R, F> {
    /// A kiosk with nobody in front of it. It is 18 KB: make it where it is to stay.
    #[inline]
    pub fn new(
        transport: ReqwlessTransport<'static>,
        clock: &'static EmbassyClock,
        publisher: Publisher,
        settings: Settings,
        screen: W,
        picture: &'static Picture,
        random: R,
    ) -> Self {
        Self {
            session: Session::new(settings.family, settings.policy),
            desk: Desk::new(transport, clock, publisher, settings.limit),
            settings,
            stage: Stage::new(screen, picture),
            random,
            history: History::new(),
            person: None,
            formats: None,
            tally: Tally::default(),
            meter: || 0,
            answer: [0; ANSWER_BYTES],
        }
    }

    /// Keeps what could not be told yet in these pages of flash: four of 4 KB do. False, and memory only, where they are no
    /// whole pages.
    pub fn keep_in(&mut self, flash: F, pages: Range<u32>) -> bool {
        self.desk.keep_in(flash, pages)
    }

    /// Asks for ads of these formats; for messages, unless it is told.
    pub fn ask_for(&mut self, formats: AdFormats) {
        self.formats = Some(formats);
    }

    /// Measures asks by `meter`, which tells how much the processor has worked since its start.
    pub fn set_meter(&mut self, meter: fn() -> u64) {
        self.meter = meter;
    }

    /// Plays the scripted conversation and says what came of it.
    pub async fn play(&mut self) -> Tally {
        self.greet();
        self.deliver(None).await;
        for question in QUESTIONS {
            self.stage.say("person", question);
            self.turn(question, None).await;
        }
        self.tally()
    }

    /// Holds conversations with whoever comes, for good.
    pub async fn serve(&mut self, people: &People) -> ! {
        self.greet();
        loop {
            let is_there = self.desk.wait(&self.settings, people, &mut self.tally).await;
            match people.try_receive() {
                Ok(Said::Line(line)) if line.trim() == "/new" => self.welcome().await,
                Ok(Said::Line(line)) if line.trim() == "/noads" => self.show_no_ads().await,
                Ok(Said::Line(line)) if line.trim().is_empty() => {}
                Ok(Said::Line(line)) => {
                    let mut asked = Some(line);
                    while let Some(question) = asked {
                        asked = self.turn(&question, Some(people)).await;
                    }
                }
                Ok(Said::Left) => self.welcome().await,
                Err(_) if !is_there => self.welcome().await,
                Ok(Said::Enough) | Err(_) => {}
            }
        }
    }

    /// What has been counted so far.
    pub fn tally(&self) -> Tally {
        Tally { connections: self.desk.link.counts(), ..self.tally }
    }

    /// Forgets the last person, wholly, and greets the next.
    async fn welcome(&mut self) {
        let wants_ads = self.desk.permission().sends();
        if self.history.turn() == 0 && self.person.is_some() && wants_ads {
            return;
        }
        self.desk.permit(Permission::Everything).await;
        self.history.clear();
        self.session.reset();
        self.answer.fill(0);
        self.stage.clear().await;
        self.greet();
    }

    /// The person wants no ads: none is asked for until the next one comes, and nothing is told of those before.
    async fn show_no_ads(&mut self) {
        self.desk.permit(Permission::NoAds).await;
        self.stage.clear().await;
        self.stage.remark(format_args!("no ads until /new"));
    }

    fn greet(&mut self) {
        self.person = Person::draw(&mut self.random).ok();
        self.stage.say("assistant", "Welcome! What can I do for you?");
    }

    /// One exchange: the answer is on the screen before an ad is asked for. The sponsored question that the person asks next,
    /// if they choose one.
    async fn turn(&mut self, question: &str, people: Option<&People>) -> Option<String<MAX_LINE>> {
        let (work, opened) = ((self.meter)(), self.desk.link.counts().opened);
        // The platform is connected to while the language model is at work.
        self.desk.warm_up(self.settings.family);
        let answer = answer(question);
        self.stage.say("assistant", answer);
        self.tally.turns = self.tally.turns.saturating_add(1);
        self.remember(question, answer).ok()?;
        self.session.on_turn();
        let next = self.earn(people, work, opened).await;
        self.deliver(people).await;
        next
    }

    async fn deliver(&mut self, people: Option<&People>) {
        self.desk.deliver(&self.settings, people, &mut self.tally).await;
    }

    fn remember(&mut self, question: &str, answer: &str) -> Result<(), HistoryError> {
        let now = self.desk.clock.wall();
        self.history.push(Role::User, question, now)?;
        self.history.push(Role::Assistant, answer, now)?;
        Ok(())
    }

    /// Asks for an ad, shows and says it, and takes what the person does with it.
    async fn earn(
        &mut self,
        people: Option<&People>,
        work: u64,
        opened: u32,
    ) -> Option<String<MAX_LINE>> {
        let (desk, stage, settings) = (&mut self.desk, &mut self.stage, &self.settings);
        let (person, user) = (self.person.as_ref()?, settings.end_user()?);
        let conversation = self.history.conversation()?;
        // The script and its sandbox are for the SSP; a v1 kiosk makes a prompt request here.
        let bid = BidRequest::contextual(person.user(), person.chat(), conversation, user).ok()?;
        let bid = match self.formats {
            Some(formats) => bid.ad_formats(formats).ok()?,
            None => bid,
        };
        let polls = Polls::new();
        let asked = {
            let asking = pin!(desk.ask(&mut self.session, Call::Bid(bid), &mut self.answer));
            polls.watch(self.meter, asking).await
        };
        let work = Work { all: (self.meter)().saturating_sub(work), own: polls.seen().sum };
        self.tally.count(&asked.outcome, work, opened != desk.link.counts().opened);
        let Offer { ad, impression, engagement } = offered(asked.outcome, stage)?;
        let spoken = stage.present(&ad).await?;
        if heard(&desk.clock, spoken, people).await {
            desk.take(impression);
            desk.deliver(settings, people, &mut self.tally).await;
        }
        let people = people.filter(|_| engagement != Engagement::None)?;
        desk.wait(settings, people, &mut self.tally).await;
        let line = typed(people)?;
        match (chosen(&ad, &line), engagement) {
            (Some(Chosen::Question(question)), Engagement::PromptClick(click)) => {
                desk.take_click(click);
                self.tally.taps = self.tally.taps.saturating_add(1);
                String::try_from(question).ok()
            }
            (Some(Chosen::Option(option)), Engagement::Vote(vote)) => {
                desk.take_vote(vote, option);
                self.tally.votes = self.tally.votes.saturating_add(1);
                desk.deliver(settings, Some(people), &mut self.tally).await;
                show_votes(desk, stage, settings, &ad, option).await;
                None
            }
            _ => Some(line),
        }
    }
}

/// The ad of an outcome, if it has one.
fn offered<'b>(outcome: Outcome<'b>, stage: &mut Stage<impl Write>) -> Option<Offer<&'b str>> {
    match outcome {
        Outcome::Ad(mut offers) => offers.next(),
        Outcome::Failed(Failure::Transport(error)) => {
            stage.remark(format_args!("no ad: {error}"));
            None
        }
        _ => None,
    }
}

/// The line that a person has typed, if it is for the kiosk and not the next thing to do.
fn typed(people: &People) -> Option<String<MAX_LINE>> {
    match people.try_peek() {
        Ok(Said::Line(line)) if !line.trim().is_empty() && !line.starts_with('/') => {
            people.try_receive().ok();
            Some(line)
        }
        _ => None,
    }
}

/// Shows how a poll stands after a vote for `option`, once the platform has it.
async fn show_votes<F: MultiwriteNorFlash>(
    desk: &mut Desk<F>,
    stage: &mut Stage<impl Write>,
    settings: &Settings,
    ad: &Ad<&str>,
    option: PollOption<'_>,
) {
    let Ad::SponsoredPoll(poll) = ad else { return };
    let mut answer = [0; RESULT_BYTES];
    let Some(results) = desk.votes(poll, settings, &mut answer).await else { return };
    let rows: Vec<PollRow<'_>, MAX_ROWS> = results.rows.take(MAX_ROWS).collect();
    stage.show_votes(ad, Votes { rows: &rows, chosen: Some(option.id()) }).await;
}

/// The longest line that a person may type.
pub const MAX_LINE: usize = 256;
/// An ordinary answer of the platform has 850 bytes.
const ANSWER_BYTES: usize = 4096;
/// Those to a question about votes are short.
const RESULT_BYTES: usize = 1024;
/// A screen has room for fewer.
const MAX_ROWS: usize = 8;
