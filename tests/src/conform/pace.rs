//! `pace`: a script of turns becomes decisions, made by a session as a client drives it.

use super::members::{Members, unreadable};
use super::script::{Reply, Turn};
use super::{Answered, Refusal, script};
use serde_json::{Value, json};
use thrads_core::{
    ApiKey, BidRequest, Call, Caps, ConfigError, Conversation, CountryCode, EndUser, Enforcement,
    Environment, Family, Head, Health, Hold, Instant, Lent, MAX_SNAPSHOT_BYTES, Message, Millis,
    Outcome, Policy, PromptRequest, Publisher, Rate, RetryAfter, Role, Session, Snapshot,
    SnapshotError, Step, TransportError, TransportErrorKind, Until, User,
};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "family", "policy", "script"])?;
    let family = match line.name("family")? {
        "v1" => Family::V1,
        "ssp" => Family::Ssp,
        _ => return Err(unreadable("family")),
    };
    let agreed = agreed(line.get("policy"))?;
    let script = script::read(line.get("script"))?;
    let mut device = Device::new(family, agreed)?;
    Ok(json!({"decisions": device.follow(&script)?}))
}

/// What a script's policy names; what it does not name is off.
#[derive(Clone, Copy, Default)]
struct Agreed {
    policy: Policy,
    caps: Caps,
    has_breaker: bool,
}

fn agreed(value: Option<&Value>) -> Result<Agreed, Refusal> {
    let mut agreed = Agreed::default();
    let policy = &mut agreed.policy;
    let members = value.and_then(Value::as_object).ok_or_else(|| unreadable("policy"))?;
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let turns = || value.as_u64().and_then(|turns| u8::try_from(turns).ok());
        let turns = || turns().ok_or_else(|| unreadable("policy"));
        match (name.as_str(), value.as_str()) {
            ("offset", _) => policy.offset = Some(turns()?),
            ("frequency", _) => policy.frequency = Some(turns()?),
            ("enforcement", Some("device")) => policy.enforcement = Enforcement::Device,
            ("enforcement", Some("server")) => policy.enforcement = Enforcement::Server,
            ("enforcement", Some("shadow")) => policy.enforcement = Enforcement::Shadow,
            ("enforcement", _) => return Err(unreadable("policy")),
            ("caps", _) => {
                let caps = serde_json::from_value(value.clone());
                agreed.caps = caps.map_err(|_| unreadable("policy"))?;
            }
            ("breaker", _) => {
                agreed.has_breaker = value.as_bool().ok_or_else(|| unreadable("policy"))?;
            }
            _ => return Err(Refusal::Unsupported),
        }
    }
    Ok(agreed)
}

/// A conversation on a clock that only the script moves.
struct Device {
    now: Instant,
    family: Family,
    agreed: Agreed,
    session: Session,
    rate: Rate,
    health: Option<Health>,
    user: User,
    publisher: Publisher,
}

impl Device {
    fn new(family: Family, agreed: Agreed) -> Result<Self, Refusal> {
        let key = ApiKey::new("K").map_err(not_made)?;
        Ok(Self {
            now: Instant::default(),
            family,
            agreed,
            session: Session::new(family, agreed.policy),
            rate: Rate::default(),
            health: agreed.has_breaker.then(|| Health::new(JITTER)),
            user: User::new(agreed.caps),
            publisher: Publisher::new(key, Environment::Staging),
        })
    }

    fn follow(&mut self, script: &[Turn]) -> Result<Vec<Value>, Refusal> {
        script.iter().map(|turn| self.turn(turn)).collect()
    }

    fn parts(&mut self) -> (&mut Session, Lent<'_>) {
        let Self { session, rate, health, user, .. } = self;
        (session, Lent { rate, health: health.as_mut(), user: Some(user) })
    }

    /// Through the text that a device stores, into values that are made as ever.
    fn reboot(&mut self) -> Result<(), Refusal> {
        let (now, mut text) = (self.now, [0; MAX_SNAPSHOT_BYTES]);
        let (session, lent) = self.parts();
        let snapshot = Snapshot::take(now, None, CHAT, session, &lent);
        let lost = |_| Refusal::Unreadable("the snapshot is lost".to_owned());
        let length = snapshot.to_json(&mut text).map_err(|_| lost(SnapshotError::Damaged))?;
        let snapshot = Snapshot::from_json(&text[..length]).map_err(lost)?;
        *self = Self { now, ..Self::new(self.family, self.agreed)? };
        let (session, mut lent) = self.parts();
        snapshot.restore(now, None, CHAT, session, &mut lent).map_err(lost)
    }

    fn turn(&mut self, turn: &Turn) -> Answered {
        if turn.is_rebooted {
            self.reboot()?;
        }
        self.now = self.now.after(turn.after);
        let held = self.ask()?;
        match (held, turn.reply) {
            (None, reply) => self.take(reply.unwrap_or(Reply::Served)),
            (Some(_), None) => {}
            (Some(_), Some(_)) => return Err(unreadable("script")),
        }
        Ok(decision(held))
    }

    /// Finishes an exchange and asks; what holds the call, if anything does.
    fn ask(&mut self) -> Result<Option<Hold>, Refusal> {
        self.session.on_turn();
        let messages = [(Role::User, "q"), (Role::Assistant, "a")].map(|(role, content)| Message {
            role,
            content,
            timestamp: None,
        });
        let call = call(self.family, &messages).map_err(not_made)?;
        let Self { session, rate, health, user, .. } = self;
        let lent = Lent { rate, health: health.as_mut(), user: Some(user) };
        let step = session.poll_request(self.now, lent, Millis(0), &self.publisher, call);
        Ok(match step {
            Step::Hold(hold) => Some(hold),
            Step::Send { .. } => None,
        })
    }

    fn take(&mut self, reply: Reply) {
        let (head, body) = match reply {
            Reply::Failed => {
                let error = TransportError::maybe_sent(TransportErrorKind::Timeout);
                self.session.handle_failure(error);
                let now = self.now;
                let (session, lent) = self.parts();
                session.tell(now, lent);
                return;
            }
            Reply::Served => (Head::new(200), self.served()),
            Reply::NoAd => (Head::new(200), r#"{"status":"success","data":null}"#),
            Reply::Status { status, retry_after } => {
                let retry_after = retry_after.map(RetryAfter::Delay);
                (Head { retry_after, ..Head::new(status) }, "")
            }
        };
        self.rate.observe(self.now, None, &head);
        let (now, mut body) = (self.now, body.as_bytes().to_vec());
        let is_served = matches!(self.session.handle_response(&head, &mut body), Outcome::Ad(_));
        let (session, mut lent) = self.parts();
        session.tell(now, lent.reborrow());
        // It is looked at as soon as it is there.
        if is_served {
            session.on_seen(now, lent);
        }
    }

    fn served(&self) -> &'static str {
        match self.family {
            Family::V1 => r#"{"data":{"prompt":"p","link":"https://a.example/"}}"#,
            Family::Ssp => r#"{"data":{"bid":{"headline":"h","url":"https://a.example/"}}}"#,
        }
    }
}

fn call<'a>(family: Family, messages: &'a [Message<'a>]) -> Result<Call<'a>, ConfigError> {
    let conversation = Conversation::new(messages)?;
    let (user, chatbot) = conversation.latest_exchange();
    Ok(match family {
        Family::V1 => {
            Call::Prompt(PromptRequest::new(CountryCode::new("GB")?).content(user, chatbot)?)
        }
        Family::Ssp => {
            let device = EndUser::this_device("conform")?;
            Call::Bid(BidRequest::contextual("u", CHAT, conversation, device)?)
        }
    })
}

fn decision(held: Option<Hold>) -> Value {
    let Some(hold) = held else { return json!({"ask": true}) };
    let until = match hold.until {
        Until::Turn(turn) => json!({"turn": turn}),
        Until::At(moment) => json!({"ms": moment.as_millis()}),
        Until::Lifted => Value::Null,
    };
    json!({"ask": false, "reason": hold.reason.code(), "until": until})
}

fn not_made(error: ConfigError) -> Refusal {
    Refusal::Unreadable(error.explain().to_owned())
}

const CHAT: &str = "c";
/// Pauses are the same in every run.
const JITTER: u16 = 1;
