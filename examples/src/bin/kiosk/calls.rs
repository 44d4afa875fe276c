//! The calls of this kiosk: who it is to the platform, and what it asks with.

use thrads_core::{
    BidRequest, Call, ConfigError, CountryCode, EndUser, Family, History, PromptRequest,
};

/// Turns of a person's visit that are remembered, and their text.
pub(crate) type Memory = History<40, 8192>;

/// The kiosk speaks for itself: the platform sees its address on the connection.
pub(crate) fn end_user() -> Result<EndUser<'static>, ConfigError> {
    EndUser::this_device(USER_AGENT)
}

/// Asks for sponsored prompts before the first word.
pub(crate) fn opener(family: Family) -> Result<Call<'static>, ConfigError> {
    Ok(match family {
        Family::V1 => Call::Prompt(PromptRequest::new(country()?)),
        Family::Ssp => Call::Bid(BidRequest::opener(USER_ID, end_user()?)?),
    })
}

/// Asks under an answer; `None` where there is no conversation to ask with.
pub(crate) fn contextual<'a>(
    family: Family,
    chat_id: &'a str,
    history: &'a Memory,
) -> Option<Call<'a>> {
    match family {
        Family::V1 => prompt_call(chat_id, history),
        Family::Ssp => bid_call(chat_id, history),
    }
}

fn country() -> Result<CountryCode, ConfigError> {
    CountryCode::new("GB")
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

const USER_AGENT: &str = concat!("thrads-kiosk/", env!("CARGO_PKG_VERSION"));
const USER_ID: &str = "user_kiosk_7f3a";
