//! The answer to a bid request: which ads it holds, which of them can be shown, and the ads themselves.
//!
//! Sections 3.7 to 3.11 of the wire contract.

use super::ads::{Survey, cut};
use super::shape::Shape;
use super::{Diagnostic, number, options};
use crate::ad::{
    Ad, Cpm, Placement, PollOptions, SponsoredMessage, SponsoredPoll, SponsoredPrompt, UnknownAd,
};
use crate::json::members::{read_members, read_plain};
use crate::json::read::{Read, Reader, Span, Value};
use crate::json::text::Text;
use crate::target::{Target, keeps_rule};

/// Where an ad's members stand.
pub(super) type Members = [Value; NAMES.len()];

/// `data` of an answer to a bid request.
#[derive(Clone, Copy, Default)]
struct Bids {
    bid: Slot,
    bids: Slot,
}

/// What a place for ads holds.
#[derive(Clone, Copy, Default)]
enum Slot {
    #[default]
    Nothing,
    One(Span, Result<(), Diagnostic>),
    List(Span),
    Odd,
}

/// What differs in answers to bid requests.
pub(super) static SHAPE: Shape = Shape {
    survey: Some(|_, reader| Ok(Bids::read(reader)?.survey(reader.document()))),
    take: |start, bytes, rest| {
        let mut members = NO_MEMBERS;
        let mut reader = Reader::new(bytes);
        reader.seek(start);
        reader.enter(b'{').ok()?;
        read(&mut reader, &mut members).ok()?;
        make(&members, start, cut(bytes, reader.end(), rest)?)
    },
    has_ad_status: false,
    poll: None,
};

impl Bids {
    /// Reads the members of the `data` object that `reader` has entered.
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut slots = [Slot::Nothing; 2];
        read_members(reader, &["bid", "bids"], &mut [], &mut |index, reader| {
            let slot = Slot::read(reader)?;
            if let Some(place) = slots.get_mut(index) {
                *place = slot;
            }
            Ok(true)
        })?;
        let [bid, bids] = slots;
        // A lone object under the plural name is no shape that the contract knows.
        let bids = if let Slot::One(..) = bids { Slot::Odd } else { bids };
        Ok(Self { bid, bids })
    }

    fn survey(&self, body: &[u8]) -> Survey {
        let mut survey = Survey::default();
        for slot in [&self.bid, &self.bids] {
            match slot {
                Slot::Nothing => {}
                Slot::Odd => survey.note(Diagnostic::UnexpectedType),
                Slot::One(span, judged) => {
                    survey.add_source(*span);
                    survey.count(*judged);
                }
                Slot::List(inside) => {
                    survey.add_source(*inside);
                    survey_list(*inside, body, &mut survey);
                }
            }
        }
        survey
    }
}

impl Slot {
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let start = reader.at();
        if reader.enter(b'{')? {
            let mut members = NO_MEMBERS;
            read(reader, &mut members)?;
            return Ok(match field(&members, PROMPTS) {
                Value::Array(span) => Self::List(span.inside()),
                _ => Self::One(
                    Span { start, end: reader.end() },
                    judge(&members, reader.document()).map(drop),
                ),
            });
        }
        Ok(match reader.value()? {
            Value::Null => Self::Nothing,
            Value::Array(span) => Self::List(span.inside()),
            _ => Self::Odd,
        })
    }
}

/// The list was read once already, so that its errors here can only be its end.
fn survey_list(inside: Span, body: &[u8], survey: &mut Survey) {
    let list = inside.of(body);
    let mut reader = Reader::new(list);
    while reader.peek().is_some() {
        reader.skip_comma();
        let judged = match reader.enter(b'{') {
            Ok(true) => {
                let mut members = NO_MEMBERS;
                read(&mut reader, &mut members).map(|()| judge(&members, list).map(drop))
            }
            _ => reader.value().map(|_| Err(Diagnostic::UnexpectedType)),
        };
        let Ok(judged) = judged else { return };
        survey.count(judged);
    }
}

/// Reads the members of the ad that `reader` has entered.
fn read(reader: &mut Reader<'_>, members: &mut Members) -> Read<()> {
    read_plain(reader, &NAMES, members)
}

#[derive(Clone, Copy)]
enum Format {
    Message,
    Prompt,
    Poll,
    Unknown,
}

/// The ad's format, or why it cannot be shown. Reads escapes without undoing them.
fn judge(members: &Members, document: &[u8]) -> Result<Format, Diagnostic> {
    let has = |index| filled(members, index, document).is_some();
    let format = format(members, document);
    let has_text = match format {
        Format::Message => has(HEADLINE) || has(DESCRIPTION),
        Format::Prompt => has(PROMPT),
        Format::Poll => has(QUESTION),
        Format::Unknown => return Ok(format),
    };
    for target in targets(members, format, document).into_iter().flatten() {
        let target = target.ok_or(Diagnostic::NoTarget)?;
        if !is_target(target, document) {
            return Err(Diagnostic::RefusedTarget);
        }
    }
    if !has_text {
        return Err(Diagnostic::NoText);
    }
    if matches!(format, Format::Poll) && !options::has_any(field(members, OPTIONS), document) {
        return Err(Diagnostic::NoOptions);
    }
    Ok(format)
}

/// The targets that an ad must have: one to click, or of a poll those to vote at and to see the results.
fn targets(members: &Members, format: Format, document: &[u8]) -> [Option<Option<Text>>; 2] {
    match format {
        Format::Poll => [VOTE_URL, RESULTS_URL].map(|index| Some(filled(members, index, document))),
        _ => [Some(target(members, format, document)), None],
    }
}

fn format(members: &Members, document: &[u8]) -> Format {
    if let Some(name) = filled(members, AD_FORMAT, document) {
        let is = |expected: &str| name.chars(document).eq(expected.chars());
        return match () {
            () if is("sponsored_message") => Format::Message,
            () if is("sponsored_prompt") => Format::Prompt,
            () if is("sponsored_poll") => Format::Poll,
            () => Format::Unknown,
        };
    }
    let is_prompt = |placement: Text| placement.chars(document).eq("sponsored_prompt".chars());
    if filled(members, PROMPT, document).is_some()
        || field(members, PLACEMENT).text().is_some_and(is_prompt)
    {
        return Format::Prompt;
    }
    Format::Message
}

/// The click target: one draft of the prompt calls it `cta_url`.
fn target(members: &Members, format: Format, document: &[u8]) -> Option<Text> {
    let url = filled(members, URL, document);
    match format {
        Format::Prompt => url.or_else(|| filled(members, CTA_URL, document)),
        _ => url,
    }
}

pub(super) fn is_target(url: Text, document: &[u8]) -> bool {
    if url.escaped {
        return keeps_rule(url.chars(document));
    }
    core::str::from_utf8(url.span.of(document)).is_ok_and(|url| Target::parse(url).is_some())
}

/// Makes the ad whose members stand in `document` and which begins at `start` and ends with it.
fn make<'b>(members: &Members, start: usize, document: &'b mut [u8]) -> Option<Ad<&'b str>> {
    let format = judge(members, document).ok()?;
    let target = target(members, format, document);
    let is_usable =
        |index| filled(members, index, document).is_some_and(|url| is_target(url, document));
    let (has_click_url, has_cta_url) = (is_usable(CLICK_URL), is_usable(CTA_URL));
    let cpm = number::scaled(field(members, PRICE), 6, document).map(Cpm);
    if let Format::Unknown = format {
        let document: &'b [u8] = document;
        let raw = core::str::from_utf8(document.get(start..)?).ok()?;
        return Some(Ad::Unknown(UnknownAd { raw }));
    }
    let spans: [Option<Span>; NAMES.len()] = core::array::from_fn(|index| {
        filled(members, index, document).map(|text| text.unescape(document))
    });
    let options = match field(members, OPTIONS) {
        Value::Array(span) => options::pack_all(span, document),
        _ => Span::default(),
    };
    let document: &'b [u8] = document;
    let text = |span: Span| core::str::from_utf8(span.of(document)).ok();
    let get = |index: usize| spans.get(index).copied().flatten().and_then(text);
    let url = get(if target == field(members, URL).text() { URL } else { CTA_URL });
    Some(match format {
        Format::Message => Ad::SponsoredMessage(SponsoredMessage {
            placement: if get(PLACEMENT) == Some("image") {
                Placement::Image
            } else {
                Placement::Text
            },
            cpm,
            advertiser: get(ADVERTISER),
            domain: get(DOMAIN),
            headline: get(HEADLINE),
            description: get(DESCRIPTION),
            cta_text: get(CTA_TEXT),
            url: url?,
            image_url: get(IMAGE_URL),
            logo_url: get(LOGO_URL),
            dsp: get(DSP),
            bid_id: get(BID_ID),
            view_url: get(VIEW_URL),
        }),
        Format::Prompt => Ad::SponsoredPrompt(SponsoredPrompt {
            prompt: get(PROMPT)?,
            append_message: get(APPEND_MESSAGE),
            cta_text: get(CTA_TEXT),
            url: url?,
            click_url: get(CLICK_URL).filter(|_| has_click_url),
            logo_url: get(LOGO_URL),
            image_url: get(IMAGE_URL),
            advertiser: get(ADVERTISER),
            cpm,
            bid_id: get(BID_ID),
            view_url: get(VIEW_URL),
        }),
        Format::Poll => Ad::SponsoredPoll(SponsoredPoll {
            question: get(QUESTION)?,
            options: PollOptions(text(options)?),
            vote_url: get(VOTE_URL)?,
            results_url: get(RESULTS_URL)?,
            cta_url: get(CTA_URL).filter(|_| has_cta_url),
            cta_text: get(CTA_TEXT),
            advertiser: get(ADVERTISER),
            domain: get(DOMAIN),
            logo_url: get(LOGO_URL),
            cpm,
            dsp: get(DSP),
            bid_id: get(BID_ID),
            url: get(URL),
            view_url: get(VIEW_URL),
        }),
        Format::Unknown => return None,
    })
}

fn field(members: &Members, index: usize) -> Value {
    members.get(index).copied().unwrap_or_default()
}

/// A member that is text and more than white space; all else counts as absent (T77).
fn filled(members: &Members, index: usize, document: &[u8]) -> Option<Text> {
    field(members, index).text().filter(|text| !text.is_blank(document))
}

const NO_MEMBERS: Members = [Value::Absent; NAMES.len()];

const NAMES: [&str; 23] = [
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
];
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
