//! The calls of a person of whom much is known.

use thrads_core::{
    AdFormat, AdFormats, ApiKey, BaseUrl, BidRequest, Call, Consent, Conversation, CountryCode,
    Device, EndUser, Endpoints, Environment, Geo, Message, MessageRequest, PromptRequest,
    Publisher, Redactor, Role, UserMetadata,
};
use thrads_sandbox::STAGING_KEY;

pub(crate) fn publisher(base: &str) -> Publisher {
    let endpoints = Endpoints::at(BaseUrl::new(base).unwrap());
    let key = ApiKey::new(STAGING_KEY).unwrap();
    Publisher { endpoints, ..Publisher::new(key, Environment::Staging) }
}

pub(crate) fn end_user() -> EndUser<'static> {
    let country = CountryCode::new("NL").unwrap();
    let geo = Geo::new(country, Device::Mobile, "Europe/Amsterdam").unwrap();
    let geo = geo.place(Some("-zh-"), Some("Rotterdam")).unwrap();
    match EndUser::forwarded("203.0.113.7", "Lounge/7.3").unwrap() {
        EndUser::Forwarded { ip, user_agent, accept_language, .. } => {
            EndUser::Forwarded { ip, user_agent, accept_language, geo: Some(geo) }
        }
        other => other,
    }
}

pub(crate) fn said() -> [Message<'static>; 2] {
    let said = |role, content| Message { role, content, timestamp: None };
    [said(Role::User, SAID), said(Role::Assistant, ANSWERED)]
}

pub(crate) fn bid<'a>(
    said: &'a [Message<'a>],
    consent: Consent<'a>,
    redactor: Option<&'a Redactor<'a>>,
) -> Call<'a> {
    let call = Call::Bid(contextual(said).user_metadata(metadata().consent(&consent)));
    redactor.map_or(call, |redactor| call.redacted(redactor))
}

pub(crate) fn poll<'a>(said: &'a [Message<'a>]) -> Call<'a> {
    let formats = AdFormats::new(&[AdFormat::SponsoredPoll]).unwrap();
    Call::Bid(contextual(said).ad_formats(formats).unwrap())
}

fn contextual<'a>(said: &'a [Message<'a>]) -> BidRequest<'a> {
    let conversation = Conversation::new(said).unwrap();
    BidRequest::contextual(PERSON, "chat_77aa", conversation, end_user()).unwrap()
}

pub(crate) fn opener() -> Call<'static> {
    Call::Bid(BidRequest::opener(PERSON, end_user()).unwrap().user_metadata(metadata()))
}

fn metadata() -> UserMetadata<'static> {
    UserMetadata { age_range: Some(AGE), other: &[("mood", MOOD)], ..UserMetadata::default() }
}

pub(crate) fn v1_prompt(has_content: bool) -> Call<'static> {
    let prompt = PromptRequest::new(CountryCode::new("NL").unwrap()).user_id(PERSON).unwrap();
    let prompt = prompt.chat_id("chat_77aa").region("-zh-").city("Rotterdam");
    let with_content = if has_content { prompt.content(SAID, ANSWERED).unwrap() } else { prompt };
    Call::Prompt(with_content.end_user(end_user()))
}

pub(crate) fn v1_message() -> Call<'static> {
    let message = MessageRequest::new(PERSON, "chat_77aa", (SAID, ANSWERED)).unwrap();
    let message = message.user_region(CountryCode::new("NL").unwrap());
    Call::Message(message.meta_data(&[("mood", MOOD)]).end_user(end_user()))
}

/// Words that nothing else uses.
pub(crate) const SAID: &str = "Periwinkle umbrellas for giraffes";
pub(crate) const ANSWERED: &str = "Zeppelin quartz, as tall as three doors.";
pub(crate) const PERSON: &str = "person-9be2";
pub(crate) const AGE: &str = "25-34";
pub(crate) const MOOD: &str = "marzipan";
