//! What is said in the cases, and the calls that are made of it.

use thrads_core::{
    BidRequest, Call, Conversation, CountryCode, EndUser, Family, Message, Policy, PromptRequest,
    Role, Session,
};
use thrads_sandbox::{Config, Sandbox};

use crate::rig::PLENTY;

/// A conversation of some exchanges about nothing in particular.
pub(crate) struct Talk(Vec<Message<'static>>);

impl Talk {
    pub(crate) fn of(exchanges: usize) -> Self {
        let said = |role, content| Message { role, content, timestamp: None };
        let exchange = [said(Role::User, QUESTION), said(Role::Assistant, ANSWER)];
        Self(exchange.into_iter().cycle().take(2 * exchanges).collect())
    }

    pub(crate) fn bid<'a>(&'a self, chat: &'a str) -> BidRequest<'a> {
        BidRequest::contextual(USER, chat, Conversation::new(&self.0).unwrap(), end_user()).unwrap()
    }

    /// The call of either family after this conversation.
    pub(crate) fn call<'a>(&'a self, family: Family, chat: &'a str) -> Call<'a> {
        match family {
            Family::V1 => Call::Prompt(prompt(chat)),
            Family::Ssp => Call::Bid(self.bid(chat)),
        }
    }
}

pub(crate) fn prompt(chat: &str) -> PromptRequest<'_> {
    let prompt = PromptRequest::new(CountryCode::new("US").unwrap()).user_id(USER).unwrap();
    prompt.chat_id(chat).content(QUESTION, ANSWER).unwrap()
}

/// The call of either family before the first word.
pub(crate) fn opener(family: Family) -> Call<'static> {
    match family {
        Family::V1 => Call::Prompt(PromptRequest::new(CountryCode::new("US").unwrap())),
        Family::Ssp => Call::Bid(BidRequest::opener(USER, end_user()).unwrap()),
    }
}

pub(crate) fn end_user() -> EndUser<'static> {
    EndUser::forwarded(ADDRESS, AGENT).unwrap()
}

/// A session that asks on every turn, and has the platform serve on every call.
pub(crate) fn eager(family: Family) -> Session {
    Session::new(family, Policy::device(0, 0))
}

/// A sandbox that has an ad for everything and whose limit nobody reaches.
pub(crate) fn generous() -> Sandbox {
    Sandbox::start(Config { always_match: true, limit: PLENTY, ..Config::default() }).unwrap()
}

pub(crate) const FAMILIES: [Family; 2] = [Family::V1, Family::Ssp];
pub(crate) const USER: &str = "user-7d1f";
pub(crate) const ADDRESS: &str = "203.0.113.7";
pub(crate) const AGENT: &str = "Kiosk/2.1 (lobby; north door)";
pub(crate) const QUESTION: &str = "Which marmalade kettle \"sings\"? \u{1fad6}";
pub(crate) const ANSWER: &str = "The \u{e9}mail one,\nif you fill it to the brim.";
