//! The answer to a bid request: which ads it holds, and the ads themselves.
//!
//! Sections 3.7 to 3.11 of the wire contract.

use super::ads::{Found, Judged, UNKNOWN};
use super::envelope::{self, Members, Values, member};
use super::notes::{Note, Said};
use super::number::scaled;
use super::said::{Wanted, drop_bad_target, is_there, say_all, set, target};
use super::shape::{Content, Form, Shape};
use super::{Diagnostic, options};
use crate::ad::{
    Ad, Cpm, Placement, PollOptions, SponsoredMessage, SponsoredPoll, SponsoredPrompt, UnknownAd,
};
use crate::json::read::Reader;
use crate::json::schema::{Inner, Schema};
use crate::json::text::{is_blank, spells};
use crate::json::value::Value;

/// What differs in answers to bid requests.
pub(super) static SHAPE: Shape = Shape { schema: &SCHEMA, content: Content::Ads(&FORM) };

static FORM: Form = Form { schema: &AD, judge, make, find, id: BID_ID };

/// Of the whole answer; nothing has more values.
pub(super) const SCHEMA: Schema = Schema {
    names: &envelope::NAMES,
    inner: &[
        envelope::INSIDE_ERROR,
        Inner { index: envelope::DATA, first: envelope::LEN, schema: &DATA },
    ],
    len: envelope::LEN + DATA.len,
};
const BID: usize = envelope::LEN;
const BIDS: usize = BID + 1;

const DATA: Schema = Schema {
    names: &["bid", "bids"],
    inner: &[Inner { index: 0, first: 2, schema: &AD }],
    len: 2 + LEN,
};

pub(super) const LEN: usize = AD.len;

/// An object, a list, or an object with a list in it, and then another list (3.7, 3.9).
fn find(found: &mut Found, values: &mut Values, body: &mut [u8]) {
    let (bid, bids) = (member(values, BID), member(values, BIDS));
    let Some(members) = envelope::members(values) else { return };
    let prompts = member(members, PROMPTS);
    let is_object = bid.kind(body) == Some(b'{');
    if is_object && prompts.kind(body) == Some(b'[') {
        found.take_list(prompts, members, body);
    } else if is_object {
        found.take(bid, members, body);
    } else {
        found.take_list(bid, members, body);
    }
    found.take_list(bids, members, body);
}

/// One without a target or anything to show is none.
fn judge(members: &mut Members, body: &mut [u8]) -> Judged {
    let format = format(members, body);
    match format {
        MESSAGE => message(members, body),
        PROMPT => prompt(members, body),
        POLL => poll(members, body),
        _ => Ok(()),
    }?;
    Ok(format)
}

fn make(text: &str, place: usize) -> Option<Ad<&str>> {
    let (said, note) = (Said::new(text, place), Note::at(place, text.as_bytes())?);
    match note.format() {
        _ if note.tag == b'{' => make_unknown(text.get(place..)?),
        PROMPT => make_prompt(said),
        POLL => make_poll(said),
        _ => make_message(said),
    }
}

/// As it came: the object that stands first in `text`.
#[inline(never)]
fn make_unknown(text: &str) -> Option<Ad<&str>> {
    let raw = Reader::new(text.as_bytes()).value().ok()?;
    Some(Ad::Unknown(UnknownAd { raw: text.get(raw.range())? }))
}

const MESSAGE: u8 = 0;
const PROMPT: u8 = 1;
const POLL: u8 = 2;

/// Reads escapes without undoing them, since an unknown format is kept as it came.
#[inline(never)]
fn format(members: &Members, body: &[u8]) -> u8 {
    let filled = |index| {
        let value = member(members, index);
        let text = value.inside_of(body);
        if value.is_text(body) && !is_blank(text) { Some(text) } else { None }
    };
    match filled(AD_FORMAT) {
        Some(name) if spells(name, "sponsored_message") => MESSAGE,
        Some(name) if spells(name, PROMPT_FORMAT) => PROMPT,
        Some(name) if spells(name, "sponsored_poll") => POLL,
        Some(_) => UNKNOWN,
        None if filled(SPONSORED_PROMPT).is_some()
            || filled(PLACEMENT).is_some_and(|name| spells(name, PROMPT_FORMAT)) =>
        {
            PROMPT
        }
        None => MESSAGE,
    }
}

fn message(members: &mut Members, body: &mut [u8]) -> Result<(), Diagnostic> {
    say_all(members, OF_MESSAGE, PRICE, body);
    target(members, URL, body)?;
    let is_empty = !is_there(members, HEADLINE) && !is_there(members, DESCRIPTION);
    if is_empty { Err(Diagnostic::NoText) } else { Ok(()) }
}

#[inline(never)]
fn make_message(mut said: Said<'_>) -> Option<Ad<&str>> {
    let cpm = cpm(&mut said);
    Some(Ad::SponsoredMessage(SponsoredMessage {
        cpm,
        advertiser: said.take(ADVERTISER),
        domain: said.take(DOMAIN),
        headline: said.take(HEADLINE),
        description: said.take(DESCRIPTION),
        cta_text: said.take(CTA_TEXT),
        url: said.take(URL)?,
        placement: match said.take(PLACEMENT) {
            Some("image") => Placement::Image,
            _ => Placement::Text,
        },
        logo_url: said.take(LOGO_URL),
        image_url: said.take(IMAGE_URL),
        view_url: said.take(VIEW_URL),
        dsp: said.take(DSP),
        bid_id: said.take(BID_ID),
    }))
}

const OF_MESSAGE: Wanted = Wanted::of(&[
    PRICE,
    ADVERTISER,
    DOMAIN,
    HEADLINE,
    DESCRIPTION,
    CTA_TEXT,
    URL,
    PLACEMENT,
    LOGO_URL,
    IMAGE_URL,
    VIEW_URL,
    DSP,
    BID_ID,
]);

/// One draft calls the click target `cta_url`.
fn prompt(members: &mut Members, body: &mut [u8]) -> Result<(), Diagnostic> {
    say_all(members, OF_PROMPT, PRICE, body);
    if !is_there(members, URL) {
        set(members, URL, member(members, CTA_URL));
    }
    set(members, CTA_URL, Value::ABSENT);
    target(members, URL, body)?;
    drop_bad_target(members, CLICK_URL, body);
    if is_there(members, SPONSORED_PROMPT) { Ok(()) } else { Err(Diagnostic::NoText) }
}

#[inline(never)]
fn make_prompt(mut said: Said<'_>) -> Option<Ad<&str>> {
    let cpm = cpm(&mut said);
    Some(Ad::SponsoredPrompt(SponsoredPrompt {
        cpm,
        advertiser: said.take(ADVERTISER),
        prompt: said.take(SPONSORED_PROMPT)?,
        append_message: said.take(APPEND_MESSAGE),
        cta_text: said.take(CTA_TEXT),
        url: said.take(URL)?,
        logo_url: said.take(LOGO_URL),
        image_url: said.take(IMAGE_URL),
        view_url: said.take(VIEW_URL),
        click_url: said.take(CLICK_URL),
        bid_id: said.take(BID_ID),
    }))
}

const OF_PROMPT: Wanted = Wanted::of(&[
    PRICE,
    ADVERTISER,
    SPONSORED_PROMPT,
    APPEND_MESSAGE,
    CTA_TEXT,
    URL,
    CTA_URL,
    LOGO_URL,
    IMAGE_URL,
    VIEW_URL,
    CLICK_URL,
    BID_ID,
]);

fn poll(members: &mut Members, body: &mut [u8]) -> Result<(), Diagnostic> {
    let options = options::pack_all(member(members, OPTIONS), body);
    say_all(members, OF_POLL, PRICE, body);
    target(members, VOTE_URL, body)?;
    target(members, RESULTS_URL, body)?;
    if !is_there(members, QUESTION) {
        return Err(Diagnostic::NoText);
    }
    drop_bad_target(members, CTA_URL, body);
    set(members, OPTIONS, options);
    if options.range().is_empty() { Err(Diagnostic::NoOptions) } else { Ok(()) }
}

#[inline(never)]
fn make_poll(mut said: Said<'_>) -> Option<Ad<&str>> {
    let cpm = cpm(&mut said);
    Some(Ad::SponsoredPoll(SponsoredPoll {
        cpm,
        advertiser: said.take(ADVERTISER),
        domain: said.take(DOMAIN),
        cta_text: said.take(CTA_TEXT),
        url: said.take(URL),
        cta_url: said.take(CTA_URL),
        logo_url: said.take(LOGO_URL),
        view_url: said.take(VIEW_URL),
        dsp: said.take(DSP),
        bid_id: said.take(BID_ID),
        question: said.take(QUESTION)?,
        options: PollOptions(said.take(OPTIONS)?),
        vote_url: said.take(VOTE_URL)?,
        results_url: said.take(RESULTS_URL)?,
    }))
}

const OF_POLL: Wanted = Wanted::of(&[
    PRICE,
    ADVERTISER,
    DOMAIN,
    CTA_TEXT,
    URL,
    CTA_URL,
    LOGO_URL,
    VIEW_URL,
    DSP,
    BID_ID,
    QUESTION,
    VOTE_URL,
    RESULTS_URL,
]);

#[inline(never)]
fn cpm(said: &mut Said<'_>) -> Option<Cpm> {
    said.take(PRICE).and_then(|price| scaled(price.as_bytes(), 6)).map(Cpm)
}

const PROMPT_FORMAT: &str = "sponsored_prompt";

const AD: Schema = Schema::of(&[
    "ad_format",
    "price",
    "advertiser",
    "domain",
    "headline",
    "sponsored_prompt",
    "description",
    "append_message",
    "cta_text",
    "url",
    "cta_url",
    "placement",
    "logo_url",
    "image_url",
    "view_url",
    "sponsored_prompt_click_url",
    "dsp",
    "bidId",
    "prompts",
    "question",
    "options",
    "vote_url",
    "results_url",
]);
const AD_FORMAT: usize = 0;
const PRICE: usize = 1;
const ADVERTISER: usize = 2;
const DOMAIN: usize = 3;
const HEADLINE: usize = 4;
const SPONSORED_PROMPT: usize = 5;
const DESCRIPTION: usize = 6;
const APPEND_MESSAGE: usize = 7;
const CTA_TEXT: usize = 8;
const URL: usize = 9;
const CTA_URL: usize = 10;
const PLACEMENT: usize = 11;
const LOGO_URL: usize = 12;
const IMAGE_URL: usize = 13;
const VIEW_URL: usize = 14;
const CLICK_URL: usize = 15;
const DSP: usize = 16;
const BID_ID: usize = 17;
const PROMPTS: usize = 18;
const QUESTION: usize = 19;
const OPTIONS: usize = 20;
const VOTE_URL: usize = 21;
const RESULTS_URL: usize = 22;
