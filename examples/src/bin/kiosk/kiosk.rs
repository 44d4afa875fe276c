//! The kiosk itself: a conversation, and the ads that it earns.

mod watch;

use crate::answers;
use crate::args::Args;
use crate::calls::{self, Memory};
use crate::platform::Platform;
use crate::reports::Reports;
use crate::screen::{Screen, write};
use crate::tally::Tally;
use crate::typed::{Lines, next_line, typed_lines};
use crate::voice::Aloud;
use std::time::Instant;
use thrads_core::{Ad, Clock, Enforcement, Family, Offer, Permission, Policy, Role};
use thrads_sandbox::Fault;
use thrads_std::{Chat, Outcome, TokioClock};

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

    async fn open_for_a_person(&mut self, lines: &mut Option<Lines>) {
        let Ok(call) = calls::opener(self.family) else { return };
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
        let call = calls::contextual(self.family, &chat_id, &self.history)?;
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

const COMMANDS: &str = "/why, /click, /noads, /new and /quit";
/// The turn whose call fails in the scripted conversation.
const FAILING_TURN: u32 = 3;
