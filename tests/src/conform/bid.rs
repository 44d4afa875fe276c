//! The members of a `write` line for a bid request, checked in the order in which the wire has them.

use super::Refusal;
use super::end_user;
use super::members::Members;
use super::write::{MEMBERS_OF_ALL, publisher, written};
use serde_json::Value;
use thrads_core::{
    AdFormat, AdFormats, BidConfig, BidRequest, Call, Conversation, EndUser, Environment, Message,
    Request, Role, Setting, Timestamp, UserMetadata,
};

pub(super) fn answer(line: &Members<'_>) -> super::Answered {
    line.only(&[MEMBERS_OF_ALL, &MEMBERS].concat())?;
    let publisher = publisher(line, Environment::Staging)?;
    let is_opener = line.get("request_type").is_some_and(|name| name == "opener");
    // The end user goes into the header fields and is judged last, but a request is not made without one.
    let person = end_user::read(line).and_then(|person| person.ok_or(line.refuse("end_user")));
    let stand_in = line.check("end_user", EndUser::this_device("-"))?;
    let stand_in = person.as_ref().copied().unwrap_or(stand_in);

    let user_id = line.needed("user_id")?;
    let opener = line.check("user_id", BidRequest::opener(user_id, stand_in))?;
    let messages;
    let bid = if is_opener {
        absent(line, &["chat_id", "messages"])?;
        opener
    } else {
        let chat_id = line.needed("chat_id")?;
        if chat_id.is_empty() {
            return Err(line.refuse("chat_id"));
        }
        messages = read_messages(line)?;
        let conversation = line.check("messages", Conversation::new(&messages))?;
        line.check("chat_id", BidRequest::contextual(user_id, chat_id, conversation, stand_in))?
    };
    let metadata;
    let bid = settings(line, bid)?;
    let bid = match line.object("user_metadata")? {
        Some(members) => {
            metadata = Metadata::read(&members)?;
            bid.user_metadata(metadata.known())
        }
        None => bid,
    };
    let bid = last(line, bid)?;
    person?;
    written(&Request::new(&publisher, Call::Bid(bid)), &[])
}

fn absent(line: &Members<'_>, names: &[&'static str]) -> Result<(), Refusal> {
    match names.iter().find(|name| line.get(name).is_some()) {
        Some(name) => Err(line.refuse(name)),
        None => Ok(()),
    }
}

fn read_messages<'a>(line: &Members<'a>) -> Result<Vec<Message<'a>>, Refusal> {
    let list = line.list("messages")?.ok_or_else(|| line.refuse("messages"))?;
    list.iter().map(|value| message(&Members::inside("messages", value)?)).collect()
}

fn message<'a>(message: &Members<'a>) -> Result<Message<'a>, Refusal> {
    message.only(&["role", "content", "timestamp"])?;
    let role = Role::from_name(message.needed("role")?).ok_or_else(|| message.refuse("role"))?;
    let timestamp = match message.get("timestamp") {
        None => None,
        Some(Value::String(text)) => Some(Timestamp::Text(text)),
        Some(_) => message.number("timestamp")?.map(Timestamp::UnixSeconds),
    };
    Ok(Message { role, content: message.needed("content")?, timestamp })
}

/// `summary` to `config`.
fn settings<'a>(line: &Members<'a>, bid: BidRequest<'a>) -> Result<BidRequest<'a>, Refusal> {
    let bid = line.text("summary")?.map_or(bid, |summary| bid.summary(summary));
    if !matches!(line.text("request_type")?, None | Some("contextual" | "opener")) {
        return Err(line.refuse("request_type"));
    }
    let bid = match line.list("ad_formats")? {
        Some(names) => {
            let format = |name: &Value| AdFormat::from_name(name.as_str()?);
            let formats: Option<Vec<_>> = names.iter().map(format).collect();
            let formats = formats.ok_or_else(|| line.refuse("ad_formats"))?;
            let formats = line.check("ad_formats", AdFormats::new(&formats))?;
            line.check("ad_formats", bid.ad_formats(formats))?
        }
        None => bid,
    };
    let config = line.object("config")?.map(|members| config(&members)).transpose()?;
    Ok(config.map_or(bid, |config| bid.config(config)))
}

fn config<'a>(members: &Members<'a>) -> Result<BidConfig<'a>, Refusal> {
    members.only(&CONFIG_MEMBERS)?;
    let mut config = BidConfig::default();
    config.ad_offset = setting(members, "ad_offset")?;
    config.max_frequency = setting(members, "max_frequency")?;
    config.image_enabled = members.bool("image_enabled")?;
    config.restricted_click_area = members.bool("restricted_click_area")?;
    if let Some(characters) = members.number("max_headline_chars")? {
        config = members.check("max_headline_chars", config.max_headline_chars(characters))?;
    }
    if let Some(tag) = members.text("experiment_tag")? {
        config = members.check("experiment_tag", config.experiment_tag(tag))?;
    }
    Ok(config)
}

fn setting(members: &Members<'_>, name: &'static str) -> Result<Setting, Refusal> {
    if members.is_null(name) {
        return Ok(Setting::Dashboard);
    }
    Ok(members.number(name)?.map_or(Setting::Omitted, Setting::Value))
}

/// `turn_number` and `force`.
fn last<'a>(line: &Members<'a>, bid: BidRequest<'a>) -> Result<BidRequest<'a>, Refusal> {
    if bid.is_opener() {
        absent(line, &["turn_number"])?;
    }
    let bid = line.number("turn_number")?.map_or(bid, |turn| bid.turn_number(turn));
    Ok(line.bool("force")?.map_or(bid, |force| bid.force(force)))
}

/// What is known of the person; members without a meaning of their own keep their order.
struct Metadata<'a> {
    known: UserMetadata<'a>,
    other: Vec<(&'a str, &'a str)>,
}

impl<'a> Metadata<'a> {
    fn read(members: &Members<'a>) -> Result<Self, Refusal> {
        let known = UserMetadata {
            age_range: members.text("age_range")?,
            tcf_consent: members.text("tcf_consent")?,
            us_privacy: members.text("us_privacy")?,
            other: &[],
        };
        let mut other = Vec::new();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let value = value.as_str().ok_or_else(|| members.refuse("user_metadata"))?;
            if !["age_range", "tcf_consent", "us_privacy"].contains(&name) {
                other.push((name, value));
            }
        }
        Ok(Self { known, other })
    }

    fn known(&self) -> UserMetadata<'_> {
        UserMetadata { other: &self.other, ..self.known }
    }
}

const MEMBERS: [&str; 10] = [
    "user_id",
    "chat_id",
    "messages",
    "summary",
    "request_type",
    "ad_formats",
    "config",
    "user_metadata",
    "turn_number",
    "force",
];
const CONFIG_MEMBERS: [&str; 6] = [
    "ad_offset",
    "max_frequency",
    "max_headline_chars",
    "image_enabled",
    "restricted_click_area",
    "experiment_tag",
];
