//! An ad that was seen is reported once, to each of its trackers (wire contract 4.2).

use thrads_core::{
    Ad, AdFormat, AdFormats, BidRequest, Call, EndUser, Family, Offer, Voice, card, speech,
};
use thrads_sandbox::{Config, PRODUCTION_KEY, Sandbox, TrackersIn};

use crate::raw::{Answer, Raw, answer, bid};
use crate::rig::{PLENTY, Rig, Way, offers};
use crate::talk::{ADDRESS, AGENT, Talk, eager, end_user, generous, opener};

fn one_ad_is_one_impression_and_two_pings<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let served = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    let offer = offers(served).remove(0);
    let before = sandbox.stats();
    assert_eq!((before.impressions, before.pings), (0, 0), "an ad is not seen on receipt");
    let reported = rig.report(offer.impression, end_user());
    assert_eq!((reported.sent, reported.failed, reported.refused), (2, 0, 0));
    let stats = sandbox.stats();
    assert_eq!((stats.impressions, stats.pings, stats.clicks), (1, 2, 0));
    assert!(offer.ad.click_url().is_some());
}

fn pings_name_the_person_and_have_no_body<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let served = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    rig.report(offers(served).remove(0).impression, end_user());
    for ping in &sandbox.log()[1..] {
        let value = |name: &str| {
            let field = ping.headers.iter().find(|(field, _)| field == name);
            field.map(|(_, value)| value.as_str())
        };
        assert_eq!((ping.method.as_str(), ping.body.len()), ("GET", 0));
        assert_eq!(value("x-forwarded-for"), Some(ADDRESS));
        assert_eq!(value("user-agent"), Some(AGENT));
        for name in ["thrad-api-key", "thrads-api-key", "content-type", "content-length"] {
            assert_eq!(value(name), None, "{name}");
        }
    }
}

fn a_device_of_its_own_sends_no_address<W: Way>() {
    let config = Config { direct: true, limit: PLENTY, always_match: true, ..Config::default() };
    let sandbox = Sandbox::start(config).unwrap();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let kiosk = EndUser::this_device(AGENT).unwrap();
    let opener = Call::Bid(BidRequest::opener("u", kiosk).unwrap());
    for offer in offers(rig.ask(&mut eager(Family::Ssp), opener)) {
        rig.report(offer.impression, kiosk);
    }
    assert!(sandbox.log().len() > 1);
    for seen in sandbox.log() {
        assert!(seen.headers.iter().all(|(name, _)| name != "x-forwarded-for"));
        assert!(seen.headers.contains(&("user-agent".to_owned(), AGENT.to_owned())));
    }
}

fn trackers_are_found_wherever_they_are_put<W: Way>() {
    for (trackers_in, pings) in
        [(TrackersIn::Query, 2), (TrackersIn::TopLevel, 1), (TrackersIn::Both, 2)]
    {
        let config = Config { trackers_in, limit: PLENTY, always_match: true, ..Config::default() };
        let sandbox = Sandbox::start(config).unwrap();
        let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
        let served = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
        let reported = rig.report(offers(served).remove(0).impression, end_user());
        assert_eq!(u64::from(reported.sent), pings, "{trackers_in}");
        let stats = sandbox.stats();
        assert_eq!((stats.impressions, stats.pings, stats.clicks), (1, pings, 0), "{trackers_in}");
    }
}

fn prompts_of_an_opener_are_reported_one_by_one<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut offers = offers(rig.ask(&mut eager(Family::Ssp), opener(Family::Ssp)));
    assert_eq!(offers.len(), 3);
    let seen = offers.remove(1);
    assert!(matches!(seen.ad, Ad::SponsoredPrompt(_)));
    rig.report(seen.impression, end_user());
    let stats = sandbox.stats();
    assert_eq!((stats.impressions, stats.clicks, stats.prompt_clicks), (1, 0, 0));
}

// Case T95: only a person opens what an ad links to.
fn no_host_but_the_trackers_is_asked_for_anything<W: Way>() {
    let shop = Raw::start([]);
    let tracker = Raw::start([Answer::kept(answer("200 OK", "{}"))]);
    let pinged: String = tracker.base().bytes().map(|byte| format!("%{byte:02X}")).collect();
    let url = format!("{}/r?token=t&view_url={pinged}%2Fv", shop.base());
    let platform = Raw::start([Answer::kept(answer("200 OK", &bid(&url)))]);
    let mut rig = Rig::<W>::at(&platform.base(), "k");
    let served = rig.turn(&mut eager(Family::Ssp), Talk::of(1).call(Family::Ssp, "c"));
    let Offer { ad, impression, .. } = offers(served).remove(0);
    let mut shown = format!("{ad:?} {impression:?}");
    card(&ad, 40, &mut shown).unwrap();
    speech(&ad, &Voice::ENGLISH, &mut shown).unwrap();
    assert_eq!(ad.click_url(), Some(url.as_str()));
    assert_eq!(rig.report(impression, end_user()).sent, 1);
    assert_eq!((platform.connections(), tracker.requests().len()), (1, 1));
    assert_eq!(shop.connections(), 0);
}

fn a_v1_prompt_has_nothing_to_report<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let served = rig.turn(&mut eager(Family::V1), Talk::of(1).call(Family::V1, "c"));
    let reported = rig.report(offers(served).remove(0).impression, end_user());
    assert_eq!((reported.sent, reported.failed, reported.refused), (0, 0, 0));
    assert_eq!(sandbox.log().len(), 1);
}

fn a_prompt_in_a_conversation_earns_too<W: Way>() {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let formats = AdFormats::new(&[AdFormat::SponsoredPrompt]).unwrap();
    let talk = Talk::of(1);
    let call = Call::Bid(talk.bid("c").ad_formats(formats).unwrap());
    let offer = offers(rig.turn(&mut eager(Family::Ssp), call)).remove(0);
    let worth = offer.impression.earns_micros();
    rig.report(offer.impression, end_user());
    let stats = sandbox.stats();
    assert_eq!((stats.impressions, stats.revenue_micros), (1, worth));
}

through_both!(
    one_ad_is_one_impression_and_two_pings,
    pings_name_the_person_and_have_no_body,
    a_device_of_its_own_sends_no_address,
    trackers_are_found_wherever_they_are_put,
    prompts_of_an_opener_are_reported_one_by_one,
    no_host_but_the_trackers_is_asked_for_anything,
    a_v1_prompt_has_nothing_to_report,
    a_prompt_in_a_conversation_earns_too,
);
