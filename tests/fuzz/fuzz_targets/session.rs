//! Any sequence of operations and times on two sessions that share a budget, beside a model of what they promise.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::collections::VecDeque;
use thrads_core::{
    ApiKey, BidRequest, Call, Conversation, CountryCode, EndUser, Enforcement, Environment,
    Failure, Family, Head, Instant, Message, Millis, Next, Outcome, Policy, PromptRequest,
    Publisher, Rate, Reason, Request, Role, Session, Step, TransportError, TransportErrorKind,
    UnixMillis, Until,
};

fuzz_target!(|input: Input| {
    let mut world = World::new(&input);
    for step in input.steps {
        world.step(step);
    }
});

#[derive(Arbitrary, Debug)]
struct Input {
    limit: u8,
    is_large: bool,
    origin: u32,
    chats: [GivenChat; 2],
    steps: Vec<Action>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct GivenChat {
    is_v1: bool,
    by_device: bool,
    offset: Option<u8>,
    frequency: Option<u8>,
}

#[derive(Arbitrary, Debug)]
enum Action {
    Turn(bool),
    Ask { chat: bool, opener: bool, v1: bool, force: Option<bool>, patience: u16 },
    Head { chat: bool, status: u8 },
    Answer { chat: bool, status: u8, body: u8 },
    Fail(bool),
    Reset(bool),
    Wait(u16),
    GoBack(u16),
    Observe(Observed),
}

#[derive(Arbitrary, Debug)]
struct Observed {
    status: u8,
    limit: Option<u8>,
    remaining: Option<u8>,
    reset: Option<u8>,
    retry_after: Option<u8>,
    date: Option<u8>,
    wall: Option<u16>,
}

impl Observed {
    /// How long the answer asks to be left alone, as far as that is one number (3.14).
    fn left_alone(&self, status: u16) -> Option<Millis> {
        if status == 429 {
            return self.retry_after.map(|seconds| Millis::from_secs(seconds.into()));
        }
        let clock = self.date.map(u64::from).or(self.wall.map(u64::from))?;
        let reset = u64::from(self.reset.filter(|_| self.remaining == Some(0))?);
        Some(Millis::from_secs(reset.saturating_sub(clock).min(MAX_RESET_SECS)))
    }
}

struct World {
    now: Instant,
    rate: Rate,
    grants: Grants,
    chats: [Chat; 2],
    publisher: Publisher,
}

impl World {
    fn new(input: &Input) -> Self {
        let limit = u32::from(input.limit) * if input.is_large { 4099 } else { 1 };
        Self {
            now: Instant::from_millis(input.origin.into()),
            rate: Rate::new(limit),
            grants: Grants::new(limit),
            chats: input.chats.map(Chat::new),
            publisher: Publisher::new(ApiKey::new("key").expect("a key"), Environment::Staging),
        }
    }

    fn step(&mut self, action: Action) {
        match action {
            Action::Turn(chat) => self.chat(chat).on_turn(),
            Action::Ask { chat, opener, v1, force, patience } => {
                self.ask(chat, GivenCall { opener, v1, force }, Millis(patience.into()));
            }
            Action::Head { chat, status } => self.chat(chat).on_head(status_of(status)),
            Action::Answer { chat, status, body } => {
                self.chat(chat).on_answer(status_of(status), body)
            }
            Action::Fail(chat) => self.chat(chat).on_failure(),
            Action::Reset(chat) => self.chat(chat).reset(),
            Action::Wait(millis) => self.now = self.now.after(Millis(millis.into())),
            Action::GoBack(millis) => self.go_back(millis.into()),
            Action::Observe(observed) => self.observe(&observed),
        }
    }

    fn chat(&mut self, second: bool) -> &mut Chat {
        &mut self.chats[usize::from(second)]
    }

    fn ask(&mut self, second: bool, given: GivenCall, patience: Millis) {
        let chat = &mut self.chats[usize::from(second)];
        chat.settle();
        let messages = [message(Role::User), message(Role::Assistant)];
        let step = chat.session.poll_request(
            self.now,
            &mut self.rate,
            patience,
            &self.publisher,
            given.call(&messages),
        );
        let is_spaced_out = !given.opener && chat.is_forbidden(given.force);
        match step {
            Step::Send { request, not_before } => {
                assert!(!is_spaced_out, "asked on turn {}, last ad {:?}", chat.turn, chat.last_ad);
                assert!(not_before >= self.now && not_before.since(self.now) <= patience);
                self.grants.on_grant(not_before);
                chat.check_request(&request, given);
                chat.asked = Some(Asked { v1: given.v1, opener: given.opener, turn: chat.turn });
            }
            Step::Hold(hold) => {
                let by_turns =
                    matches!(hold.reason, Reason::Offset | Reason::Frequency | Reason::OptOut);
                assert_eq!(by_turns, is_spaced_out, "{hold:?}");
                match hold.until {
                    Until::Turn(turn) => assert!(by_turns && turn > chat.turn),
                    Until::At(at) => assert!(!by_turns && at > self.now),
                    Until::Lifted => panic!("nobody is lent, so nobody opted out: {hold:?}"),
                }
            }
        }
        chat.check();
    }

    fn go_back(&mut self, millis: u64) {
        self.now = Instant::from_millis(self.now.as_millis().saturating_sub(millis));
        self.grants.forget();
    }

    fn observe(&mut self, observed: &Observed) {
        let mut head = Head::new(status_of(observed.status));
        head.limits.limit = observed.limit.map(u32::from);
        head.limits.remaining = observed.remaining.map(u32::from);
        head.limits.reset = observed.reset.map(u64::from);
        head.date = observed.date.map(|date| UnixMillis(u64::from(date) * 1000));
        if let Some(seconds) = observed.retry_after {
            head.field("Retry-After", seconds.to_string().as_bytes());
        }
        let wall = observed.wall.map(|wall| UnixMillis(u64::from(wall) * 1000));
        let event = self.rate.observe(self.now, wall, &head);
        assert!(event.is_none() || observed.remaining.is_some_and(|remaining| remaining < 10));
        self.grants.left_alone_until =
            observed.left_alone(head.status).map(|delay| self.now.after(delay));
    }
}

/// What was granted since the clock last went back.
struct Grants {
    most: usize,
    latest: VecDeque<Instant>,
    /// By the answer observed last.
    left_alone_until: Option<Instant>,
}

impl Grants {
    fn new(limit: u32) -> Self {
        let most = usize::try_from(limit.max(1)).expect("a small number");
        Self { most, latest: VecDeque::new(), left_alone_until: None }
    }

    fn on_grant(&mut self, at: Instant) {
        assert!(self.latest.back().is_none_or(|&before| before <= at), "out of order");
        assert!(self.left_alone_until.is_none_or(|until| until <= at), "not left alone");
        self.latest.retain(|earlier| at.since(*earlier) < Millis(1000));
        self.latest.push_back(at);
        assert!(self.latest.len() <= self.most, "{} in a second", self.latest.len());
    }

    fn forget(&mut self) {
        self.latest.clear();
        self.left_alone_until = None;
    }
}

#[derive(Clone, Copy)]
struct GivenCall {
    opener: bool,
    v1: bool,
    force: Option<bool>,
}

impl GivenCall {
    fn call<'a>(self, messages: &'a [Message<'a>; 2]) -> Call<'a> {
        let end_user = EndUser::this_device("kiosk/1.0").expect("visible ASCII");
        let [user, chatbot] = messages.map(|message| message.content);
        if self.v1 {
            let call = PromptRequest::new(CountryCode::new("GB").expect("two letters"));
            let call = if self.opener { Ok(call) } else { call.content(user, chatbot) };
            let call = call.expect("an exchange");
            return Call::Prompt(self.force.into_iter().fold(call, PromptRequest::force));
        }
        let call = if self.opener {
            BidRequest::opener("u", end_user)
        } else {
            let conversation = Conversation::new(messages).expect("an exchange");
            BidRequest::contextual("u", "c", conversation, end_user)
        };
        let call = call.expect("ids");
        Call::Bid(self.force.into_iter().fold(call, BidRequest::force))
    }
}

/// A session, and what is known of it.
struct Chat {
    session: Session,
    given: GivenChat,
    turn: u32,
    last_ad: Option<u32>,
    asked: Option<Asked>,
    unsettled: u32,
}

#[derive(Clone, Copy)]
struct Asked {
    v1: bool,
    opener: bool,
    turn: u32,
}

impl Chat {
    fn new(given: GivenChat) -> Self {
        let family = if given.is_v1 { Family::V1 } else { Family::Ssp };
        let enforcement = if given.by_device { Enforcement::Device } else { Enforcement::Server };
        let policy = Policy { enforcement, offset: given.offset, frequency: given.frequency };
        let session = Session::new(family, policy);
        Self { session, given, turn: 0, last_ad: None, asked: None, unsettled: 0 }
    }

    /// Wire contract 2.10 and 3.4, with exchanges counted from 1, where the device counts: v1 waits for `offset`
    /// exchanges and serves on the next, the SSP serves from exchange `offset` on; then `frequency` from ad to ad.
    fn is_forbidden(&self, force: Option<bool>) -> bool {
        if !self.given.by_device || force.is_some() {
            return self.given.by_device && force == Some(false);
        }
        let turn = i64::from(self.turn) - i64::from(self.given.is_v1);
        let since_last = self.last_ad.map(|last| self.turn - last);
        let is_early = turn < i64::from(self.given.offset.unwrap_or(0));
        is_early || since_last.is_some_and(|since| since < self.given.frequency.unwrap_or(0).into())
    }

    /// Only one side counts (3.4).
    fn check_request(&self, request: &Request<'_>, given: GivenCall) {
        let mut body = [0; 1024];
        let length = request.body().encode(&mut body).expect("a small request");
        let body = std::str::from_utf8(&body[..length]).expect("text");
        if self.given.by_device && !given.opener {
            let switched_off = if given.v1 {
                "\"conversationOffset\":0,\"adFrequencyLimit\":0".to_owned()
            } else {
                format!("{{\"ad_offset\":0,\"max_frequency\":0}},\"turn_number\":{}", self.turn)
            };
            assert!(body.contains(&switched_off), "{body}");
        }
    }

    fn on_turn(&mut self) {
        self.session.on_turn();
        self.turn += 1;
        self.check();
    }

    fn on_head(&mut self, status: u16) {
        let is_success = (200..=299).contains(&status);
        let wants_body = self.asked.is_some_and(|asked| self.is_current(asked) || !is_success);
        let expected = if wants_body { Next::Body } else { Next::Drop };
        assert_eq!(self.session.handle_head(&Head::new(status)), expected);
        // One that is dropped has been answered all the same.
        self.asked = self.asked.filter(|_| wants_body);
    }

    fn on_answer(&mut self, status: u16, body: u8) {
        let asked = self.asked.take();
        let bodies = if asked.is_some_and(|asked| asked.v1) { BODIES_V1 } else { BODIES_SSP };
        let (kind, text) = bodies[usize::from(body) % bodies.len()];
        let mut body = text.as_bytes().to_vec();
        let kind = kind_of(kind, status);
        let is_current = asked.is_some_and(|asked| self.is_current(asked));
        match (self.session.handle_response(&Head::new(status), &mut body), kind) {
            (Outcome::Failed(Failure::Stale), kind) => {
                assert!(
                    asked.is_none() || !is_current && matches!(kind, Kind::Ads(_) | Kind::NoAd)
                );
            }
            (Outcome::Ad(offers), Kind::Ads(count)) if is_current => {
                assert!(offers.count() == count);
                if asked.is_some_and(|asked| !asked.opener) {
                    self.last_ad = Some(self.turn);
                }
            }
            (Outcome::NoAd(_), Kind::NoAd) if is_current => {}
            (Outcome::Failed(Failure::Api(_)), Kind::Error) if asked.is_some() => {}
            (Outcome::Failed(Failure::Malformed(_)), Kind::Malformed) if asked.is_some() => {}
            (outcome, kind) => panic!("{kind:?} became {outcome:?}"),
        }
        self.check();
    }

    fn on_failure(&mut self) {
        let error = TransportError::maybe_sent(TransportErrorKind::Timeout);
        let outcome = self.session.handle_failure(error);
        assert!(matches!(outcome, Outcome::Failed(Failure::Transport(kept)) if kept == error));
        self.asked = None;
        self.check();
    }

    fn reset(&mut self) {
        self.settle();
        self.session.reset();
        (self.turn, self.last_ad) = (0, None);
        assert!(self.session.explained().is_none());
        self.check();
    }

    fn settle(&mut self) {
        self.unsettled += u32::from(self.asked.take().is_some());
    }

    /// The answer to what was asked on an earlier turn is late.
    fn is_current(&self, asked: Asked) -> bool {
        asked.turn == self.turn
    }

    fn check(&self) {
        assert_eq!(self.session.turn(), self.turn);
        assert_eq!(self.session.unsettled(), self.unsettled);
        if let Some(explained) = self.session.explained() {
            assert!(!explained.to_string().is_empty());
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Ads(usize),
    NoAd,
    Error,
    Malformed,
}

/// The status goes before the body.
fn kind_of(body: Kind, status: u16) -> Kind {
    match status {
        204 => Kind::NoAd,
        200..=299 => body,
        _ => Kind::Error,
    }
}

fn status_of(index: u8) -> u16 {
    STATUSES[usize::from(index) % STATUSES.len()]
}

fn message(role: Role) -> Message<'static> {
    Message { role, content: "kettles", timestamp: None }
}

/// A reset further off is a clock that is off.
const MAX_RESET_SECS: u64 = 60;

const STATUSES: [u16; 8] = [200, 429, 204, 201, 500, 401, 302, 99];

const BODIES_SSP: &[(Kind, &str)] = &[
    (Kind::Ads(1), r#"{"data":{"bid":{"headline":"H","url":"https://s.example/","bidId":"b"}}}"#),
    (Kind::NoAd, r#"{"status":"success","message":"No bids","data":{"bid":null}}"#),
    (
        Kind::Ads(2),
        r#"{"data":{"bids":[{"sponsored_prompt":"\u0051?","url":"https:\/\/s.example/"},{"ad_format":"new"}]}}"#,
    ),
    (Kind::Error, r#"{"status":"error","message":"Render failed","data":{"bid":null}}"#),
    (Kind::Malformed, r#"{"data":{"bid""#),
];

const BODIES_V1: &[(Kind, &str)] = &[
    (Kind::Ads(1), r#"{"data":{"prompt":"Q?","link":"https://go.example/l","brand":"B"}}"#),
    (Kind::NoAd, r#"{"status":"success","message":"too soon","data":{}}"#),
    (Kind::Error, r#"{"status":"Error","detail":[{"loc":["body",1],"msg":"m"}]}"#),
    (Kind::Malformed, "<html>"),
];
