//! `write` lines that tell the platform what became of an ad: seen, tapped, voted on, or left alone.

use super::members::Members;
use super::write::{MEMBERS_OF_ALL, keyless, written};
use super::{Answered, Refusal, end_user, offer};
use serde_json::json;
use thrads_core::{
    Ad, EndUser, Engagement, Interaction, Method, Placement, Request, SponsoredMessage,
    poll_results, trackers,
};

/// E4.
pub(super) fn feedback(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &FEEDBACK_MEMBERS].concat())?;
    let mut bytes = Vec::new();
    let publisher = keyless(line)?;
    let offer = offer::of_prompt("sponsored_prompt_id", line, &mut bytes)?;
    let interaction = Interaction {
        clicked: line.bool("clicked")?.unwrap_or_default(),
        number_follow_ups: line.number("number_follow_ups")?.unwrap_or_default(),
        is_sponsor_mentioned: line.bool("is_sponsor_mentioned")?.unwrap_or_default(),
        summary: line.text("summary")?.unwrap_or_default(),
    };
    end_user::read(line)?;
    let request = match &offer.engagement {
        Engagement::Feedback(feedback) => feedback.request(&publisher, interaction),
        _ => None,
    };
    written(&request.ok_or_else(|| line.refuse("sponsored_prompt_id"))?, &[])
}

/// E3.
pub(super) fn prompt_click_token(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &["token"]].concat())?;
    let mut bytes = Vec::new();
    let publisher = keyless(line)?;
    let offer = offer::of_prompt("token", line, &mut bytes)?;
    end_user::read(line)?;
    let interaction = Interaction { clicked: true, ..Interaction::default() };
    let request = match &offer.engagement {
        Engagement::Feedback(feedback) => feedback.request(&publisher, interaction),
        _ => None,
    };
    written(&request.ok_or_else(|| line.refuse("token"))?, &[])
}

/// One request for each of the ad's trackers, in order.
pub(super) fn view(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &["ad"]].concat())?;
    let ad = ad_of(line)?;
    let listed = ad.list("trackers")?.unwrap_or_default();
    let person = end_user::read(line)?.ok_or_else(|| line.refuse("end_user"))?;
    let mut requests = Vec::new();
    for tracker in listed {
        let tracker = tracker.as_str().ok_or_else(|| ad.refuse("trackers"))?;
        for url in trackers(&with_tracker(tracker)).iter() {
            requests.push(written(&Request::ping(url, person), &[])?);
        }
    }
    Ok(json!({"requests": requests}))
}

/// The first request; a second, with GET, follows only on a 405.
pub(super) fn prompt_click(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &["ad"]].concat())?;
    let mut bytes = Vec::new();
    let unused = json!({"sponsored_prompt": "-", "url": SOMEWHERE});
    let offer = offer::of_ad(&ad_of(line)?, unused, &mut bytes)?;
    let Engagement::PromptClick(click) = &offer.engagement else { return Err(line.refuse("ad")) };
    let person = end_user::read(line)?.ok_or_else(|| line.refuse("end_user"))?;
    written(&click.request(Method::Post, person), &[])
}

pub(super) fn vote(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &["ad", "option_id"]].concat())?;
    let mut bytes = Vec::new();
    let unused = json!({"question": "-", "results_url": SOMEWHERE});
    let offer = offer::of_ad(&ad_of(line)?, unused, &mut bytes)?;
    let (Engagement::Vote(vote), Ad::SponsoredPoll(poll)) = (&offer.engagement, &offer.ad) else {
        return Err(line.refuse("ad"));
    };
    let option = poll.options.get(line.needed("option_id")?);
    let option = option.ok_or_else(|| line.refuse("option_id"))?;
    let (person, left_out) = person(line)?;
    written(&vote.request(option, person), left_out)
}

pub(super) fn results(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &["ad"]].concat())?;
    let mut bytes = Vec::new();
    let options = json!([{"id": "0", "text": "-"}]);
    let unused = json!({"question": "-", "vote_url": SOMEWHERE, "options": options});
    let offer = offer::of_ad(&ad_of(line)?, unused, &mut bytes)?;
    let Ad::SponsoredPoll(poll) = &offer.ad else { return Err(line.refuse("ad")) };
    let (person, left_out) = person(line)?;
    written(&poll_results(poll, person), left_out)
}

fn ad_of<'a>(line: &Members<'a>) -> Result<Members<'a>, Refusal> {
    line.object("ad")?.ok_or_else(|| line.refuse("ad"))
}

/// Whom a poll's request speaks for, and the header fields that are then not compared: a line without `end_user`, such
/// as T96, tells only of the request's own.
fn person<'a>(line: &Members<'a>) -> Result<(EndUser<'a>, &'static [&'static str]), Refusal> {
    match end_user::read(line)? {
        Some(person) => Ok((person, &[])),
        None => Ok((line.check("end_user", EndUser::this_device("-"))?, &["user-agent"])),
    }
}

/// An ad of which only a tracker is known.
fn with_tracker(tracker: &str) -> Ad<&str> {
    Ad::SponsoredMessage(SponsoredMessage {
        placement: Placement::Text,
        cpm: None,
        advertiser: None,
        domain: None,
        headline: None,
        description: None,
        cta_text: None,
        url: SOMEWHERE,
        image_url: None,
        logo_url: None,
        dsp: None,
        bid_id: None,
        view_url: Some(tracker),
    })
}

/// Where an ad leads to that tells nothing of it, since the call does not go there.
const SOMEWHERE: &str = "https://a.example/";
const FEEDBACK_MEMBERS: [&str; 5] =
    ["sponsored_prompt_id", "clicked", "number_follow_ups", "is_sponsor_mentioned", "summary"];
