//! `pace`: a script of turns becomes decisions, made by a session as a client drives it.

use super::members::{Members, unreadable};
use super::script::{Reply, Turn};
use super::{Answered, Refusal, script};
use serde_json::{Value, json};
use thrads_core::{
    ApiKey, BidRequest, Call, ConfigError, Conversation, CountryCode, EndUser, Enforcement,
    Environment, Family, Head, Hold, Instant, Message, Millis, Policy, PromptRequest, Publisher,
    Rate, RetryAfter, Role, Session, Step, TransportError, TransportErrorKind, Until,
};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "family", "policy", "script"])?;
    let family = match line.name("family")? {
        "v1" => Family::V1,
        "ssp" => Family::Ssp,
        _ => return Err(unreadable("family")),
    };
    let policy = policy(line.get("policy"))?;
    let script = script::read(line.get("script"))?;
    let mut device = Device::new(family, policy)?;
    Ok(json!({"decisions": device.follow(&script)?}))
}

fn policy(value: Option<&Value>) -> Result<Policy, Refusal> {
    let mut policy = Policy::default();
    let members = value.and_then(Value::as_object).ok_or_else(|| unreadable("policy"))?;
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        let turns = || value.as_u64().and_then(|turns| u8::try_from(turns).ok());
        let turns = || turns().ok_or_else(|| unreadable("policy"));
        match (name.as_str(), value.as_str()) {
            ("offset", _) => policy.offset = Some(turns()?),
            ("frequency", _) => policy.frequency = Some(turns()?),
            ("enforcement", Some("device")) => policy.enforcement = Enforcement::Device,
            ("enforcement", Some("server")) => policy.enforcement = Enforcement::Server,
            ("enforcement", _) => return Err(unreadable("policy")),
            _ => return Err(Refusal::Unsupported),
        }
    }
    Ok(policy)
}

/// A conversation on a clock that only the script moves.
struct Device {
    now: Instant,
    family: Family,
    session: Session,
    rate: Rate,
    publisher: Publisher,
}

impl Device {
    fn new(family: Family, policy: Policy) -> Result<Self, Refusal> {
        let key = ApiKey::new("K").map_err(not_made)?;
        Ok(Self {
            now: Instant::default(),
            family,
            session: Session::new(family, policy),
            rate: Rate::default(),
            publisher: Publisher::new(key, Environment::Staging),
        })
    }

    fn follow(&mut self, script: &[Turn]) -> Result<Vec<Value>, Refusal> {
        script.iter().map(|turn| self.turn(turn)).collect()
    }

    fn turn(&mut self, turn: &Turn) -> Answered {
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
        let patience = Millis(0);
        let step =
            self.session.poll_request(self.now, &mut self.rate, patience, &self.publisher, call);
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
        self.session.handle_response(&head, &mut body.as_bytes().to_vec());
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
            Call::Bid(BidRequest::contextual("u", "c", conversation, device)?)
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
