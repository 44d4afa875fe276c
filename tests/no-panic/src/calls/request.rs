//! Requests of both families, from their members to their bytes.

use super::config::publisher;
use super::consent::{consent, permission};
use super::conversation::{history, messages};
use crate::opaque::{flag, keep, number, of, show, text};
use thrads_core::{
    AdFormat, AdFormats, BidConfig, BidRequest, BufferTooSmall, Call, ConfigError, Conversation,
    CountryCode, Device, EndUser, Geo, HeaderText, Ip, Kinds, PromptRequest, Redactor, Request,
    Setting, UserAgent, UserMetadata,
};

pub(super) fn all() {
    show(of(BufferTooSmall { needed: 0 }));
    with_call(|call| {
        let call =
            if flag() { call.unpaced(number()) } else { call.paced(of(None), of(None), of(None)) };
        keep((call.family(), call.is_opener(), call.forced(), call.redactor().is_some()));
        let redactor = Redactor::new(of(Kinds::ALL));
        let call = if flag() { call.permitted(permission()) } else { call.redacted(&redactor) };
        write(&Request::new(&publisher(), call));
    });
}

/// Lends a call of either family.
pub(super) fn with_call(mut use_it: impl FnMut(Call<'_>)) {
    let history = history();
    let messages = messages();
    let conversation = history.conversation().or(Conversation::new(of(messages.as_slice())).ok());
    keep(
        conversation.map(|conversation| contextual(conversation).map(|bid| use_it(Call::Bid(bid)))),
    );
    keep(opener().map(|bid| use_it(Call::Bid(bid))));
    keep(prompt().map(|prompt| use_it(Call::Prompt(prompt))));
}

pub(super) fn end_user() -> Result<EndUser<'static>, ConfigError> {
    let user_agent = UserAgent::new(text())?;
    let accept_language = HeaderText::new(text())?;
    let ip = Ip::new(text())?;
    keep((user_agent.as_str(), accept_language.map(HeaderText::as_str), ip.as_str()));
    Ok(match number() {
        0 => EndUser::forwarded(text(), text())?,
        1 => EndUser::this_device(text())?,
        2 => EndUser::ThisDevice { user_agent, accept_language },
        _ => EndUser::Forwarded { ip, user_agent, accept_language, geo: Some(geo()?) },
    })
}

/// Everything that can be done with a request.
pub(super) fn write(request: &Request<'_>) {
    keep((request.method().as_str(), request.wants_body(), request.url_len()));
    let mut buffer = of([0; 256]);
    keep(request.target(of(buffer.as_mut_slice())));
    request.fields().for_each(keep);
    let body = request.body();
    keep((body.is_empty(), body.len(), body.encode(of(buffer.as_mut_slice()))));
    let mut pieces = body.pieces();
    while let Some(piece) = pieces.next() {
        keep(piece);
    }
}

fn geo() -> Result<Geo<'static>, ConfigError> {
    let country = CountryCode::new(text())?;
    keep(country.as_str());
    let device = of(Device::Mobile);
    keep(device.as_str());
    Geo::new(country, device, text())?.place(of(Some(text())), of(Some(text())))
}

fn contextual(conversation: Conversation<'_>) -> Result<BidRequest<'_>, ConfigError> {
    let mut config = BidConfig::default().max_headline_chars(number())?.experiment_tag(text())?;
    config.ad_offset = of(Setting::Omitted);
    config.max_frequency = of(Setting::Dashboard);
    config.image_enabled = of(None);
    config.restricted_click_area = of(None);
    let metadata = UserMetadata {
        age_range: of(Some(text())),
        tcf_consent: of(None),
        us_privacy: of(None),
        other: of(&[("", "")][..]),
    };
    let metadata = if flag() { metadata.consent(&consent()) } else { metadata };
    let bid = BidRequest::contextual(text(), text(), conversation, end_user()?)?;
    let bid = bid.summary(text()).ad_formats(formats()?)?.config(config).user_metadata(metadata);
    Ok(of(if flag() { bid.turn_number(number()) } else { bid.force(flag()) }))
}

fn opener() -> Result<BidRequest<'static>, ConfigError> {
    let bid = BidRequest::opener(text(), end_user()?)?.ad_formats(formats()?)?;
    keep(bid.is_opener());
    Ok(of(bid))
}

fn formats() -> Result<AdFormats, ConfigError> {
    let format = AdFormat::from_name(text()).unwrap_or(AdFormat::SponsoredPoll);
    keep(format.as_str());
    let formats = AdFormats::new(of(&[format][..]))?;
    formats.iter().for_each(keep);
    Ok(formats)
}

fn prompt() -> Result<PromptRequest<'static>, ConfigError> {
    let prompt = PromptRequest::new(CountryCode::new(text())?)
        .user_id(text())?
        .chat_id(text())
        .region(text())
        .city(text())
        .os(text())
        .force(flag())
        .conversation_offset(of(0))?
        .ad_frequency_limit(of(0))?
        .end_user(end_user()?);
    keep(prompt.is_opener());
    Ok(of(if flag() { prompt.content(text(), text())? } else { prompt }))
}
