//! One script through both transports: the same requests, in the same order (wire contract 8).

use thrads_core::{
    AdFormat, AdFormats, BidConfig, Call, CountryCode, Device, EndUser, Enforcement, Family, Geo,
    HeaderText, Policy, Session, Setting, UserMetadata,
};
use thrads_sandbox::{PRODUCTION_KEY, Recorded};
use thrads_std::Outcome;

use crate::rig::{Embassy, Rig, Std, Way, brief};
use crate::talk::{ADDRESS, AGENT, FAMILIES, Talk, end_user, generous, opener, prompt};

/// Everything a client can ask for, with a report of every ad; what came of it, and what was sent.
fn script<W: Way>() -> (Vec<String>, Vec<Recorded>) {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let mut outcomes = Vec::new();
    let mut take = |rig: &mut Rig<W>, outcome: Outcome| {
        outcomes.push(brief(&outcome));
        if let Outcome::Ad(served) = outcome {
            for offer in served.offers {
                outcomes.push(format!("{:?}", offer.ad.advertiser()));
                let reported = rig.report(offer.impression, end_user());
                outcomes.push(format!("{reported:?}"));
            }
        }
    };
    for family in FAMILIES {
        for enforcement in [Enforcement::Server, Enforcement::Device] {
            let policy = Policy { enforcement, offset: Some(2), frequency: Some(3) };
            let mut session = Session::new(family, policy);
            let chat = format!("{enforcement:?} \u{2615} \"quoted\"\\");
            let outcome = rig.ask(&mut session, opener(family));
            take(&mut rig, outcome);
            for turn in 1..=6 {
                let outcome = rig.turn(&mut session, Talk::of(turn).call(family, &chat));
                take(&mut rig, outcome);
            }
        }
    }
    let mut session = Session::new(Family::V1, Policy::SERVER);
    let rich = prompt("rich").region("CA").city("Z\u{fc}rich").os("embassy").force(true);
    let outcome = rig.turn(&mut session, Call::Prompt(rich.end_user(end_user())));
    take(&mut rig, outcome);
    let mut session = Session::new(Family::Ssp, Policy::SERVER);
    let talk = Talk::of(40);
    let outcome = rig.turn(&mut session, Call::Bid(rich_bid(&talk)));
    take(&mut rig, outcome);
    (outcomes, sandbox.log())
}

fn rich_bid(talk: &Talk) -> thrads_core::BidRequest<'_> {
    let mut config = BidConfig::default();
    config.ad_offset = Setting::Dashboard;
    config.max_frequency = Setting::Value(0);
    config.image_enabled = Some(false);
    config.restricted_click_area = Some(true);
    let config = config.max_headline_chars(90).unwrap().experiment_tag("a\u{301}b").unwrap();
    let formats = AdFormats::new(&[AdFormat::SponsoredMessage, AdFormat::SponsoredPrompt]).unwrap();
    let other = &[("k\u{1}", "v\u{7f}\u{2028}")];
    talk.bid("rich")
        .summary("tea\tand\r\nkettles")
        .ad_formats(formats)
        .unwrap()
        .config(config)
        .user_metadata(UserMetadata { age_range: Some("25-34"), other, ..UserMetadata::default() })
        .force(true)
}

/// A request without what section 8 of the contract leaves out of comparisons.
fn compared(seen: &Recorded) -> (String, String, Vec<(String, String)>, String) {
    let is_v1 = seen.target.contains("/prompt/get-ad/");
    let is_left_out = |name: &str| match name {
        "accept" | "connection" | "host" => true,
        "user-agent" => is_v1,
        _ => false,
    };
    let mut fields = seen.headers.clone();
    fields.retain(|(name, _)| !is_left_out(name));
    fields.sort();
    let body = String::from_utf8(seen.body.clone()).unwrap();
    (seen.method.clone(), seen.target.clone(), fields, body)
}

#[test]
fn both_transports_send_and_learn_the_same() {
    let (std_outcomes, std_log) = script::<Std>();
    let (embassy_outcomes, embassy_log) = script::<Embassy>();
    assert_eq!(std_outcomes, embassy_outcomes);
    assert!(std_outcomes.iter().filter(|outcome| *outcome == "ad").count() >= 8);
    assert_eq!(std_log.len(), embassy_log.len());
    for (index, (one, other)) in std_log.iter().zip(&embassy_log).enumerate() {
        assert_eq!(compared(one), compared(other), "request {index}");
    }
}

#[test]
fn both_send_the_persons_fields_alike() {
    let sent = [fields_of::<Std>(), fields_of::<Embassy>()];
    assert_eq!(sent[0], sent[1]);
    assert!(sent[0].2.iter().any(|(name, _)| name == "x-user-region"));
}

fn fields_of<W: Way>() -> (String, String, Vec<(String, String)>, String) {
    let sandbox = generous();
    let mut rig = Rig::<W>::of(&sandbox, PRODUCTION_KEY);
    let geo = Geo::new(CountryCode::new("US").unwrap(), Device::Desktop, "America/New_York");
    let EndUser::Forwarded { ip, .. } = EndUser::forwarded(ADDRESS, AGENT).unwrap() else {
        unreachable!()
    };
    let user = EndUser::Forwarded {
        ip,
        user_agent: thrads_core::UserAgent::new(" odd \t agent ").unwrap(),
        accept_language: HeaderText::new("en ").unwrap(),
        geo: Some(geo.unwrap().place(Some(" NY"), Some("New  York")).unwrap()),
    };
    let bid = thrads_core::BidRequest::opener("u", user).unwrap();
    rig.ask(&mut Session::new(Family::Ssp, Policy::SERVER), Call::Bid(bid));
    compared(&sandbox.log()[0])
}
