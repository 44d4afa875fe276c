//! What the two calls for an ad have in common, and whether one is served (wire contract 2.10).

use super::Endpoint;
use crate::config::Config;
use crate::headers::Key;
use crate::inventory::{Exchange, Matching, choose};
use crate::pacing::V1Rule;
use crate::switches::OffsetMode;
use crate::validate::{Extra, Fields};
use crate::world::World;

/// A call for an ad that may be answered.
pub(super) struct Call {
    pub(super) user: Option<String>,
    pub(super) chat: Option<String>,
    /// `None` makes it an opener.
    pub(super) content: Option<Exchange>,
    pub(super) pace: Pace,
}

/// The members that pace a call.
pub(super) struct Pace {
    rule: V1Rule,
    production: bool,
}

impl Pace {
    pub(super) fn read(fields: &mut Fields<'_>, mode: OffsetMode) -> Self {
        let turns = |number| u32::try_from(number).unwrap_or_default();
        let force = fields.boolean("force", true);
        let offset = turns(fields.integer("conversationOffset", 0, 20, false).unwrap_or(2));
        let frequency = turns(fields.integer("adFrequencyLimit", 0, 20, false).unwrap_or(5));
        let production = fields.boolean("production", false).unwrap_or(false);
        Self { rule: V1Rule { offset, frequency, force, mode }, production }
    }
}

impl Call {
    pub(super) fn decide<T>(
        &self,
        world: &mut World,
        config: &Config,
        key: Key,
        endpoint: &Endpoint<T>,
    ) -> Result<&'static T, &'static str> {
        let Some(exchange) = &self.content else {
            return find(world, endpoint, &Exchange::new("", ""), Matching::Always);
        };
        let name = self.conversation(key, endpoint.name);
        let mut chat =
            name.as_ref().and_then(|name| world.v1_chats.get(name)).copied().unwrap_or_default();
        let Pace { rule, production } = self.pace;
        let unpaced = !production && config.always_serve && rule.force != Some(false);
        let admitted = if unpaced { Ok(()) } else { chat.admits(rule) };
        let any = !production || config.always_match || rule.force == Some(true);
        let matching = if any { Matching::Always } else { Matching::Topical };
        let found = admitted.and_then(|()| find(world, endpoint, exchange, matching));
        chat.answered(found.is_ok());
        if let Some(name) = name {
            world.v1_chats.insert(name, chat);
        }
        found
    }

    // A call that names neither chat nor user is the first of a conversation nobody can go on with.
    fn conversation(&self, key: Key, endpoint: &str) -> Option<String> {
        let (kind, id) = match (&self.chat, &self.user) {
            (Some(chat), _) => ("chat", chat),
            (None, Some(user)) => ("user", user),
            (None, None) => return None,
        };
        Some(format!("{} {endpoint} {kind} {id}", key.name()))
    }
}

/// `content`, the latest exchange, in which both must have said something.
pub(super) fn read_content(fields: &mut Fields<'_>, required: bool) -> Option<Exchange> {
    let content = if required { fields.required("content") } else { fields.optional("content") }?;
    let Some(map) = content.as_object() else {
        fields.note("model_attributes_type", "content", NOT_AN_OBJECT);
        return None;
    };
    let mut inner = Fields::new(map, &fields.path("content"));
    let user = inner.text("user", 1, usize::MAX);
    let chatbot = inner.text("chatbot", 1, usize::MAX);
    fields.append(inner.finish(Extra::Forbidden));
    Some(Exchange::new(user?, chatbot?))
}

fn find<T>(
    world: &mut World,
    endpoint: &Endpoint<T>,
    exchange: &Exchange,
    matching: Matching,
) -> Result<&'static T, &'static str> {
    let rotation = world.rotate();
    choose(endpoint.ads.iter(), endpoint.common, exchange, matching, rotation)
        .ok_or("No matching product found")
}

const NOT_AN_OBJECT: &str = "Input should be a valid dictionary or object to extract fields from";

/// What reading `body` finds wrong, each as type, place and words.
#[cfg(test)]
pub(super) fn issues<T>(
    body: &str,
    read: impl FnOnce(
        &serde_json::Map<String, serde_json::Value>,
    ) -> Result<T, Vec<crate::validate::Issue>>,
) -> Vec<(&'static str, serde_json::Value, String)> {
    let found = crate::validate::object(body.as_bytes(), Some("application/json"))
        .and_then(|map| read(&map).map(drop))
        .expect_err(body);
    found.into_iter().map(|issue| (issue.kind, issue.loc.into(), issue.msg)).collect()
}
