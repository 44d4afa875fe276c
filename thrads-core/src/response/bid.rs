//! The answer to a bid request: which ads it holds, and the ads themselves.
//!
//! Sections 3.7 to 3.11 of the wire contract.

use super::ads::{Made, Place, Sources, first_byte};
use super::envelope::{self, member};
use super::shape::{Form, Shape};
use super::texts::Texts;
use super::{Diagnostic, options};
use crate::ad::{
    Ad, Cpm, Placement, PollOptions, SponsoredMessage, SponsoredPoll, SponsoredPrompt, UnknownAd,
};
use crate::json::read::Value;
use crate::json::schema::{Inner, Schema};
use crate::json::text::{is_blank, spells};
use core::ops::Range;

/// What differs in answers to bid requests.
pub(super) static SHAPE: Shape = Shape {
    schema: &SCHEMA,
    answer: |values, status, body| envelope::ads(&FORM, values, status, body),
    refused: None,
};

static FORM: Form = Form { schema: &AD, make, sources, first: BIDS + 1 };

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

/// Values of an ad; no other has more.
pub(super) const LEN: usize = AD.len;

/// An object, a list, or an object with a list in it, and then another list (3.7, 3.9).
fn sources(values: &[Value], body: &[u8]) -> Sources {
    let bid = member(values, BID);
    let prompts = member(values, BIDS.wrapping_add(1).wrapping_add(PROMPTS));
    let is_object = bid.kind(body) == Some(b'{');
    let is_list = is_object && prompts.kind(body) == Some(b'[');
    let first = match () {
        () if is_list => prompts.inside(),
        () if is_object => bid.range(),
        () => list(bid, body),
    };
    Sources { ranges: [first, list(member(values, BIDS), body)], is_read: is_object && !is_list }
}

/// The inside of a list of ads.
fn list(value: Value, body: &[u8]) -> Range<usize> {
    match value.kind(body) {
        None | Some(b'n') => 0..0,
        Some(b'[') => value.inside(),
        _ => first_byte(value),
    }
}

/// Makes an ad; one without a target or anything to show is none.
fn make<'b>(members: &mut [Value], bytes: &'b mut [u8], place: Place<'_, 'b>) -> Made {
    let format = format(members, bytes);
    if let Format::Unknown = format {
        let raw = core::str::from_utf8(bytes).map_err(|_| None)?;
        *place = Some(Ad::Unknown(UnknownAd { raw }));
        return Ok(());
    }
    if let Format::Poll = format
        && let Some(list) = members.get_mut(OPTIONS)
    {
        *list = options::pack_all(*list, bytes);
    }
    let texts = Texts::undo(members, bytes);
    match format {
        Format::Prompt => prompt(&texts, place),
        Format::Poll => poll(&texts, place),
        _ => message(&texts, place),
    }
}

#[derive(Clone, Copy)]
enum Format {
    Message,
    Prompt,
    Poll,
    Unknown,
}

#[inline(never)]
/// Reads escapes without undoing them, since an unknown format is kept as it came.
fn format(members: &[Value], bytes: &[u8]) -> Format {
    let filled = |index| {
        let value = member(members, index);
        let text = value.inside_of(bytes);
        if value.is_text(bytes) && !is_blank(text) { Some(text) } else { None }
    };
    match filled(AD_FORMAT) {
        Some(name) if spells(name, "sponsored_message") => Format::Message,
        Some(name) if spells(name, PROMPT_FORMAT) => Format::Prompt,
        Some(name) if spells(name, "sponsored_poll") => Format::Poll,
        Some(_) => Format::Unknown,
        None if filled(PROMPT).is_some()
            || filled(PLACEMENT).is_some_and(|name| spells(name, PROMPT_FORMAT)) =>
        {
            Format::Prompt
        }
        None => Format::Message,
    }
}

#[inline(never)]
fn message<'b>(texts: &Texts<'_, 'b>, place: Place<'_, 'b>) -> Made {
    let url = texts.target(URL)?;
    let (headline, description) = (texts.get(HEADLINE), texts.get(DESCRIPTION));
    headline.or(description).ok_or(Diagnostic::NoText)?;
    let is_image = texts.get(PLACEMENT) == Some("image");
    *place = Some(Ad::SponsoredMessage(SponsoredMessage {
        placement: if is_image { Placement::Image } else { Placement::Text },
        cpm: cpm(texts),
        advertiser: texts.get(ADVERTISER),
        domain: texts.get(DOMAIN),
        headline,
        description,
        cta_text: texts.get(CTA_TEXT),
        url,
        image_url: texts.get(IMAGE_URL),
        logo_url: texts.get(LOGO_URL),
        dsp: texts.get(DSP),
        bid_id: texts.get(BID_ID),
        view_url: texts.get(VIEW_URL),
    }));
    Ok(())
}

/// One draft calls the click target `cta_url`.
#[inline(never)]
fn prompt<'b>(texts: &Texts<'_, 'b>, place: Place<'_, 'b>) -> Made {
    let url = texts.target(if texts.get(URL).is_some() { URL } else { CTA_URL })?;
    *place = Some(Ad::SponsoredPrompt(SponsoredPrompt {
        prompt: texts.get(PROMPT).ok_or(Diagnostic::NoText)?,
        append_message: texts.get(APPEND_MESSAGE),
        cta_text: texts.get(CTA_TEXT),
        url,
        click_url: texts.target(CLICK_URL).ok(),
        logo_url: texts.get(LOGO_URL),
        image_url: texts.get(IMAGE_URL),
        advertiser: texts.get(ADVERTISER),
        cpm: cpm(texts),
        bid_id: texts.get(BID_ID),
        view_url: texts.get(VIEW_URL),
    }));
    Ok(())
}

#[inline(never)]
fn poll<'b>(texts: &Texts<'_, 'b>, place: Place<'_, 'b>) -> Made {
    let (vote_url, results_url) = (texts.target(VOTE_URL)?, texts.target(RESULTS_URL)?);
    let question = texts.get(QUESTION).ok_or(Diagnostic::NoText)?;
    let options = texts.raw(OPTIONS).ok_or(Diagnostic::NoOptions)?;
    *place = Some(Ad::SponsoredPoll(SponsoredPoll {
        question,
        options: PollOptions(options),
        vote_url,
        results_url,
        cta_url: texts.target(CTA_URL).ok(),
        cta_text: texts.get(CTA_TEXT),
        advertiser: texts.get(ADVERTISER),
        domain: texts.get(DOMAIN),
        logo_url: texts.get(LOGO_URL),
        cpm: cpm(texts),
        dsp: texts.get(DSP),
        bid_id: texts.get(BID_ID),
        url: texts.get(URL),
        view_url: texts.get(VIEW_URL),
    }));
    Ok(())
}

fn cpm(texts: &Texts<'_, '_>) -> Option<Cpm> {
    texts.scaled(PRICE, 6).map(Cpm)
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
const PROMPT: usize = 5;
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
