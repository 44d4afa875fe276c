//! The SSP: bid requests, their answers, and reporting impressions.

use super::pacing::pacing;
use super::{engage, send, turn};
use crate::opaque::{keep, of, text};
use thrads_core::{
    Ad, AdFormat, AdFormats, Answer, BidConfig, BidRequest, Call, ConfigError, Conversation,
    CountryCode, Device, EndUser, Endpoint, Family, Geo, Head, HeaderText, Ip, Publisher, Request,
    Setting, UserAgent, UserMetadata, decode, trackers,
};

/// A bid request for a message after a turn.
#[inline(never)]
pub fn message_request(publisher: &Publisher, conversation: Conversation<'_>, url: &mut [u8]) {
    let mut pacing = pacing(Family::Ssp);
    turn(&mut pacing);
    if let Ok(bid) = message(conversation) {
        send(&Request::new(publisher, Call::Bid(bid)), url);
    }
}

/// Reads the answer to one, for its message.
#[inline(never)]
pub fn message_answer(status: u16, body: &mut [u8]) {
    match decode(Endpoint::Bid, &Head::new(status), body) {
        Answer::Ads(served) => {
            for ad in served.ads {
                if let Ad::SponsoredMessage(_) = ad {
                    keep(&ad);
                    report(&ad);
                }
            }
        }
        Answer::NoAd(no_ad) => keep(no_ad.message),
        Answer::ApiError(error) => keep((error.kind.code(), error.message)),
        answer => keep(matches!(answer, Answer::Malformed(_))),
    }
}

/// The pings of an ad's trackers.
#[inline(never)]
pub fn report(ad: &Ad<&str>) {
    let Ok(user_agent) = UserAgent::new(text()) else { return };
    for tracker in trackers(ad).iter() {
        let ping =
            Request::ping(tracker, EndUser::ThisDevice { user_agent, accept_language: None });
        send(&ping, &mut of([0; 256]));
    }
}

/// A bid request with all that one can have.
#[inline(never)]
pub fn any_bid_request(publisher: &Publisher, conversation: Conversation<'_>, url: &mut [u8]) {
    if let Ok(bid) = contextual(conversation) {
        send(&Request::new(publisher, Call::Bid(bid)), url);
    }
    if let Ok(bid) = opener() {
        send(&Request::new(publisher, Call::Bid(bid)), url);
    }
}

/// Reads whatever a bid request is answered with.
#[inline(never)]
pub fn any_bid_answer(publisher: &Publisher, status: u16, body: &mut [u8]) {
    match decode(of(Endpoint::Bid), &Head::new(status), body) {
        Answer::Ads(served) => {
            let envelope = served.envelope;
            keep((envelope.api_version(), envelope.timestamp()));
            keep((envelope.docs_url(), envelope.total_time()));
            for ad in served.ads {
                keep(&ad);
                if let Ad::Unknown(unknown) = ad {
                    unknown.format().for_each(keep);
                }
                report(&ad);
                engage(publisher, &ad, &mut of([0; 256]));
            }
        }
        Answer::NoAd(no_ad) => keep(&no_ad),
        Answer::ApiError(error) => keep(&error),
        answer => keep(&answer),
    }
}

pub(super) fn message(conversation: Conversation<'_>) -> Result<BidRequest<'_>, ConfigError> {
    BidRequest::contextual(text(), text(), conversation, EndUser::this_device(text())?)
}

fn contextual(conversation: Conversation<'_>) -> Result<BidRequest<'_>, ConfigError> {
    let mut config = BidConfig::default().max_headline_chars(of(30))?.experiment_tag(text())?;
    config.ad_offset = of(Setting::Omitted);
    config.max_frequency = of(Setting::Dashboard);
    config.image_enabled = of(None);
    config.restricted_click_area = of(None);
    let metadata = UserMetadata {
        age_range: of(Some(text())),
        tcf_consent: of(None),
        us_privacy: of(None),
        other: of(&[("", "")]),
    };
    let formats = AdFormats::new(of(&[AdFormat::SponsoredMessage]))?;
    let bid = BidRequest::contextual(text(), text(), conversation, end_user()?)?;
    let bid = bid.summary(text()).ad_formats(formats)?.config(config).user_metadata(metadata);
    Ok(bid.turn_number(of(0)).force(of(false)))
}

fn opener<'a>() -> Result<BidRequest<'a>, ConfigError> {
    BidRequest::opener(text(), end_user()?)
}

fn end_user() -> Result<EndUser<'static>, ConfigError> {
    let geo = Geo::new(CountryCode::new(text())?, of(Device::Mobile), text())?;
    Ok(EndUser::Forwarded {
        ip: Ip::new(text())?,
        user_agent: UserAgent::new(text())?,
        accept_language: HeaderText::new(text())?,
        geo: Some(geo.place(of(None), of(None))?),
    })
}
