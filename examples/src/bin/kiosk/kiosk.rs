//! The kiosk itself: a conversation, and the ads that it earns.

use crate::answers;
use crate::args::Args;
use crate::platform::Platform;
use crate::reports::Reports;
use crate::screen::{Screen, write};
use crate::tally::Tally;
use crate::voice::Aloud;
use std::io::BufRead;
use std::time::{Duration, Instant};
use thrads_core::{
    Ad, BidRequest, Call, Clock, ConfigError, CountryCode, EndUser, Enforcement, Family, History,
    Millis, Offer, Permission, Policy, PromptRequest, Role, Viewability,
};
use thrads_sandbox::Fault;
use thrads_std::{Chat, Outcome, TokioClock};
use tokio::sync::mpsc;
use tokio::time::sleep;

/// Turns of a person's visit that are remembered, and their text.
type Memory = History<40, 8192>;

const USER_AGENT: &str = concat!("thrads-kiosk/", env!("CARGO_PKG_VERSION"));
const USER_ID: &str = "user_kiosk_7f3a";
const COMMANDS: &str = "/why, /click, /noads, /new and /quit";
/// The turn whose call fails in the scripted conversation.
const FAILING_TURN: u32 = 3;

pub(crate) struct Kiosk {
    platform: Platform,
    chat: Chat,
    chat_number: u32,
    family: Family,
    fault: Option<Fault>,
    history: Memory,
    clock: TokioClock,
    tally: Tally,
    screen: Screen,
    voice: Option<&'static Aloud>,
    reports: Reports,
    /// Questions on offer, for a person to pick by number.
    on_offer: Vec<String>,
    click_url: Option<String>,
}

impl Kiosk {
    pub(crate) fn new(args: &Args, platform: Platform, screen: Screen) -> Self {
        let family = args.family;
        // The first ad on turn three, in either family's arithmetic.
        let offset = match family {
            Family::V1 => 2,
            Family::Ssp => 3,
        };
        let policy =
            Policy { enforcement: args.enforcement, offset: Some(offset), frequency: Some(5) };
        if let Some(fault) = args.fault {
            platform.inject(fault, None);
        }
        let chat = platform.thrads().chat(family, policy);
        write(format_args!("A shop kiosk, on the {}.\n\n", platform.describe(family)));
        Self {
            platform,
            chat,
            chat_number: 1,
            family,
            fault: args.fault,
            history: Memory::new(),
            clock: TokioClock::new(),
            tally: Tally::default(),
            screen,
            voice: args.voice,
            reports: Reports::default(),
            on_offer: Vec::new(),
            click_url: None,
        }
    }

    /// Plays the scripted conversation.
    pub(crate) async fn play(&mut self) {
        self.screen.show_remarks();
        self.open().await;
        for (question, turn) in answers::QUESTIONS.iter().zip(1..) {
            if turn == FAILING_TURN && self.fault.is_none() {
                self.platform
                    .inject(Fault::Status { code: 500, shape: None, retry_after: None }, Some(1));
            }
            self.screen.say("person", question);
            let offers = self.turn(question).await;
            self.watch(offers, &mut None).await;
        }
    }

    /// Holds a conversation with the person at the terminal, until they leave.
    pub(crate) async fn converse(&mut self) {
        let mut lines = Some(typed_lines());
        write(format_args!("Type a question; {COMMANDS} are understood.\n\n"));
        self.open_for_a_person(&mut lines).await;
        while let Some(line) = next_line(&mut lines, &self.screen).await {
            match line.trim() {
                "" => {}
                "/quit" => return,
                "/why" => self.explain(),
                "/click" => self.show_click(),
                "/new" => {
                    self.new_chat();
                    self.open_for_a_person(&mut lines).await;
                }
                "/noads" => {
                    self.chat.permit(Permission::NoAds);
                    self.reports.forget();
                    self.on_offer.clear();
                    self.click_url = None;
                    self.screen.note("no ads until /new: nothing is asked, and nothing told");
                }
                command if command.starts_with('/') => {
                    self.screen.note(&format!("{COMMANDS} are understood"))
                }
                text => {
                    let picked = self.picked(text);
                    if let Some(question) = &picked {
                        self.screen.say("you", question);
                    }
                    let question = picked.unwrap_or_else(|| text.to_owned());
                    let offers = self.turn(&question).await;
                    self.watch(offers, &mut lines).await;
                }
            }
        }
    }

    pub(crate) fn summarise(&self, args: &Args) {
        let is_shadowed = args.enforcement == Enforcement::Shadow;
        let shadow = is_shadowed.then(|| self.chat.shadow());
        self.tally.print(args.summary, self.platform.stats().as_ref(), shadow);
    }

    /// Asks for sponsored prompts before the first word, and shows them for as long as it takes to count.
    async fn open(&mut self) {
        self.open_for_a_person(&mut None).await;
    }

    async fn open_for_a_person(&mut self, lines: &mut Option<mpsc::Receiver<String>>) {
        let call = match self.family {
            Family::V1 => country().map(|country| Call::Prompt(PromptRequest::new(country))),
            Family::Ssp => {
                end_user().and_then(|user| Ok(Call::Bid(BidRequest::opener(USER_ID, user)?)))
            }
        };
        let Ok(call) = call else { return };
        let outcome = self.chat.ask(call).await;
        self.tally.openers += 1;
        let offers = self.shown(outcome);
        self.watch(offers, lines).await;
    }

    /// One exchange: the answer is on the screen before an ad is asked for.
    async fn turn(&mut self, question: &str) -> Vec<Offer<String>> {
        self.on_offer.clear();
        let start = Instant::now();
        let answer = answers::answer(question);
        self.screen.say("assistant", answer);
        let now = self.clock.wall();
        for (role, text) in [(Role::User, question), (Role::Assistant, answer)] {
            if let Err(error) = self.history.push(role, text, now) {
                self.screen.note(&error.to_string());
            }
        }
        self.tally.turns += 1;
        self.catch_up().await;
        let outcome = self.ask().await;
        self.tally.slowest_turn = self.tally.slowest_turn.max(start.elapsed());
        match outcome {
            Some(outcome) => {
                self.tally.count(&outcome);
                self.shown(outcome)
            }
            None => Vec::new(),
        }
    }

    /// `None` where there is no conversation to ask with, because question and answer did not fit the memory.
    async fn ask(&mut self) -> Option<Outcome> {
        let chat_id = format!("chat_kiosk_{}", self.chat_number);
        let call = match self.family {
            Family::V1 => prompt_call(&chat_id, &self.history)?,
            Family::Ssp => bid_call(&chat_id, &self.history)?,
        };
        Some(self.chat.ask(call).await)
    }

    /// Puts the ads of an outcome on the screen. A person sees nothing of any other outcome.
    fn shown(&mut self, outcome: Outcome) -> Vec<Offer<String>> {
        let explained =
            self.chat.explained().map(|explained| explained.to_string()).unwrap_or_default();
        match outcome {
            Outcome::Ad(served) => {
                self.screen.remark(&explained);
                served.offers.iter().for_each(|offer| self.show(offer));
                served.offers
            }
            Outcome::NoAd { message, .. } => {
                let reason = message.unwrap_or_default().escape_debug().to_string();
                self.screen.remark(&format!("{explained}: no ad ({reason})"));
                Vec::new()
            }
            Outcome::Failed(failure) => {
                self.screen.remark(&format!("{explained}: failed, {failure}"));
                Vec::new()
            }
            _ => {
                self.screen.remark(&explained);
                Vec::new()
            }
        }
    }

    fn show(&mut self, offer: &Offer<String>) {
        let question = question(&offer.ad);
        self.on_offer.extend(question.map(str::to_owned));
        self.click_url = offer.ad.click_url().map(str::to_owned);
        self.screen.show(&offer.ad, question.map(|_| self.on_offer.len()));
    }

    /// Counts the ads on the screen once they have been there for a second. A person who types on before that has not
    /// looked at them.
    async fn watch(
        &mut self,
        offers: Vec<Offer<String>>,
        lines: &mut Option<mpsc::Receiver<String>>,
    ) {
        match self.voice {
            Some(voice) => self.say(voice, offers, lines).await,
            None => self.watch_screen(offers, lines).await,
        }
    }

    /// Says the ads one by one, until the person speaks. One that plays a script listens for as long as each takes to count.
    async fn say(
        &mut self,
        voice: &Aloud,
        offers: Vec<Offer<String>>,
        lines: &mut Option<mpsc::Receiver<String>>,
    ) {
        let questions = offers.iter().filter(|offer| question(&offer.ad).is_some()).count();
        let mut number = self.on_offer.len().saturating_sub(questions);
        for offer in offers {
            let is_question = question(&offer.ad).is_some();
            number += usize::from(is_question);
            let Some((text, spoken)) = voice.words(&offer.ad, is_question.then_some(number)) else {
                continue;
            };
            self.screen.say("voice", &text);
            let seconds = |millis: Millis| millis.0 as f32 / 1000.0;
            let (total, label) = (seconds(spoken.total), seconds(spoken.disclosure));
            self.screen
                .note(&format!("{total:.1} s to say, the disclosure in the first {label:.1} s"));
            let is_patient = lines.is_some();
            if voice.say(&text, spoken, is_patient, interrupted(lines)).await {
                self.report(offer, "disclosure and half of the message heard").await;
            }
            if has_typed(lines) {
                return;
            }
        }
    }

    async fn watch_screen(
        &mut self,
        offers: Vec<Offer<String>>,
        lines: &mut Option<mpsc::Receiver<String>>,
    ) {
        let mut view = Viewability::new();
        view.on_sample(self.clock.now(), 1000);
        let Some(viewable_at) = view.poll_at().filter(|_| !offers.is_empty()) else { return };
        tokio::select! {
            () = self.clock.sleep_until(viewable_at) => {}
            () = interrupted(lines) => {}
        }
        // Timers may be a little early by this clock's milliseconds.
        while self.clock.now() < viewable_at && !has_typed(lines) {
            sleep(Duration::from_millis(1)).await;
        }
        if !view.on_sample(self.clock.now(), 1000) {
            return;
        }
        for offer in offers {
            self.report(offer, "seen for a second").await;
        }
    }

    async fn report(&mut self, offer: Offer<String>, why: &str) {
        let Ok(user) = end_user() else { return };
        let thrads = self.platform.thrads();
        self.reports.add(thrads, offer.impression, self.platform.pays());
        if let Some(said) = self.reports.send(thrads, user, &mut self.tally).await {
            self.screen.remark(&format!("{why}: {said}"));
        }
    }

    /// Tries again to send what has been waiting.
    async fn catch_up(&mut self) {
        let Ok(user) = end_user() else { return };
        let thrads = self.platform.thrads();
        if let Some(said) = self.reports.send(thrads, user, &mut self.tally).await {
            self.screen.remark(&format!("earlier: {said}"));
        }
    }

    fn picked(&self, text: &str) -> Option<String> {
        let number: usize = text.parse().ok()?;
        self.on_offer.get(number.checked_sub(1)?).cloned()
    }

    fn explain(&self) {
        match self.chat.explained() {
            Some(explained) => self.screen.note(&explained.to_string()),
            None => self.screen.note("nothing has been decided yet"),
        }
    }

    fn show_click(&self) {
        match &self.click_url {
            Some(url) => self.screen.note(&format!("a click would open {url}")),
            None => self.screen.note("there has been no ad yet"),
        }
    }

    fn new_chat(&mut self) {
        self.history.clear();
        self.chat.reset();
        self.chat.permit(Permission::Everything);
        self.chat_number += 1;
        self.on_offer.clear();
        self.click_url = None;
        self.screen.note("a new chat");
    }
}

/// What a person can ask by its number.
fn question(ad: &Ad<String>) -> Option<&str> {
    match ad {
        Ad::SponsoredPrompt(ad) => Some(&ad.prompt),
        Ad::ChatbotPrompt(ad) => Some(&ad.prompt),
        _ => None,
    }
}

fn country() -> Result<CountryCode, ConfigError> {
    CountryCode::new("GB")
}

/// The kiosk speaks for itself: the platform sees its address on the connection.
fn end_user() -> Result<EndUser<'static>, ConfigError> {
    EndUser::this_device(USER_AGENT)
}

fn prompt_call<'a>(chat_id: &'a str, history: &'a Memory) -> Option<Call<'a>> {
    let (user, chatbot) = history.conversation()?.latest_exchange();
    let prompt = PromptRequest::new(country().ok()?).user_id(USER_ID).ok()?.chat_id(chat_id);
    Some(Call::Prompt(prompt.content(user, chatbot).ok()?.end_user(end_user().ok()?)))
}

fn bid_call<'a>(chat_id: &'a str, history: &'a Memory) -> Option<Call<'a>> {
    BidRequest::contextual(USER_ID, chat_id, history.conversation()?, end_user().ok()?)
        .ok()
        .map(Call::Bid)
}

/// Lines from the terminal, read on a thread of their own since a read cannot be given up.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n').map_while(Result::ok) {
            // A terminal may be set to another encoding.
            if sender.blocking_send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    lines
}

/// The next line; `None` at the end of input and on Ctrl-C.
async fn next_line(lines: &mut Option<mpsc::Receiver<String>>, screen: &Screen) -> Option<String> {
    screen.prompt();
    let line = tokio::select! {
        line = lines.as_mut()?.recv() => line,
        _ = tokio::signal::ctrl_c() => None,
    };
    if line.is_none() {
        write(format_args!("\n"));
    }
    line
}

/// Ends when the person has typed a line, which is left for the conversation, or at Ctrl-C; never where nobody types.
async fn interrupted(lines: &mut Option<mpsc::Receiver<String>>) {
    if lines.is_none() {
        return std::future::pending().await;
    }
    while !has_typed(lines) {
        sleep(Duration::from_millis(20)).await;
    }
}

fn has_typed(lines: &Option<mpsc::Receiver<String>>) -> bool {
    lines.as_ref().is_some_and(|lines| !lines.is_empty() || lines.is_closed())
}
