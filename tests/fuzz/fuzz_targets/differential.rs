//! Endpoint (1 byte) and a body, read by serde_json and a model of the wire contract beside `decode`.
//!
//! Sections 3.7 to 3.10, 2.2 and 2.3 give the model. Where the two readers may differ:
//!
//! - a byte order mark, which only the core takes (T70);
//! - unpaired surrogates, which serde_json refuses (T68);
//! - numbers that no `f64` holds, which serde_json refuses (T78);
//! - nesting: serde_json ends at 127 containers inside each other, the core at 128 (T74);
//! - prices, which serde_json rounds to an `f64`;
//! - hosts of more than 280 bytes, which the core refuses only in a URL with escapes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::borrow::Cow;
use thrads_core::{
    Ad, Answer, ApiError, ChatbotMessage, ChatbotPrompt, Cpm, Diagnostic, Endpoint, Envelope, Head,
    MAX_ADS, Placement, SponsoredMessage, SponsoredPoll, SponsoredPrompt, decode,
};
use thrads_fuzz::{head_len, is_target};

fuzz_target!(|data: &[u8]| {
    let Some((&endpoint, body)) = data.split_first() else { return };
    let endpoint = [Endpoint::Bid, Endpoint::Prompt, Endpoint::Message][usize::from(endpoint % 3)];
    let unmarked = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let read = match serde_json::from_slice::<Value>(unmarked) {
        Ok(Value::Object(_)) if has_long_host(body) => return,
        Err(error) if is_allowed(&error.to_string()) => return,
        read => read.ok(),
    };
    let mut body = Box::<[u8]>::from(body);
    let answer = decode(endpoint, &Head::new(200), &mut body);
    match read.filter(Value::is_object) {
        None => assert!(matches!(answer, Answer::Malformed(_)), "{answer:?}"),
        Some(envelope) => compare(endpoint, &envelope, answer),
    }
});

/// What only serde_json refuses.
fn is_allowed(error: &str) -> bool {
    ["surrogate", "end of hex escape", "recursion limit", "number out of range"]
        .into_iter()
        .any(|allowed| error.contains(allowed))
}

fn has_long_host(body: &[u8]) -> bool {
    body.len() > 280 && find_urls(body).any(|url| head_len(&url) > 280)
}

/// What may be a URL with more in its head than the core takes with escapes: told by its raw length.
fn find_urls(body: &[u8]) -> impl Iterator<Item = Cow<'_, str>> {
    body.split(|&byte| byte == b'"').filter(|text| text.len() > 280).map(String::from_utf8_lossy)
}

fn compare(endpoint: Endpoint, envelope: &Value, answer: Answer<'_>) {
    if text(&envelope["status"]).is_some_and(|status| status.eq_ignore_ascii_case("error")) {
        let Answer::ApiError(error) = answer else { panic!("an error became {answer:?}") };
        return compare_error(envelope, &error);
    }
    let mut expected = Expected::read(endpoint, &envelope["data"]);
    if envelope["adStatus"] == "not_served" && expected.is_of_v1 {
        expected = Expected::default();
    }
    match answer {
        Answer::Ads(mut served) => {
            compare_envelope(envelope, served.envelope, served.request_id, served.message);
            let mut ads = expected.ads.iter();
            for ad in served.ads.by_ref() {
                ads.next().expect("no more ads than expected").compare(ad);
            }
            assert_eq!(ads.count(), 0, "fewer ads than expected");
            assert_eq!(served.ads.diagnostic(), expected.diagnostic);
        }
        Answer::NoAd(no_ad) => {
            assert!(expected.ads.is_empty() && !expected.is_malformed, "an ad is lost");
            compare_envelope(envelope, no_ad.envelope, no_ad.request_id, no_ad.message);
            assert_eq!(no_ad.diagnostic, expected.diagnostic);
        }
        Answer::Malformed(_) => assert!(expected.is_malformed),
        other => panic!("unexpected: {other:?}"),
    }
}

/// The order of 3.13: `message`, `detail`, `error.message`, `error`, then the lists.
fn compare_error(envelope: &Value, error: &ApiError<'_>) {
    let direct = [
        &envelope["message"],
        &envelope["detail"],
        &envelope["error"]["message"],
        &envelope["error"],
    ];
    if let Some(message) = direct.into_iter().find_map(text) {
        assert_eq!(error.message, Some(message));
    }
    assert_eq!(error.request_id, envelope["requestId"].as_str());
}

fn compare_envelope(
    envelope: &Value,
    read: Envelope<'_>,
    request_id: Option<&str>,
    message: Option<&str>,
) {
    assert_eq!(request_id, envelope["requestId"].as_str());
    assert_eq!(message, envelope["message"].as_str());
    // It was called so first (T28).
    let docs_name = if envelope["docsUrl"].is_null() { "documentationUrl" } else { "docsUrl" };
    for (name, raw) in [
        ("apiVersion", read.api_version()),
        ("timestamp", read.timestamp()),
        (docs_name, read.docs_url()),
        ("totalTime", read.total_time()),
    ] {
        let read = raw.map_or(Value::Null, |raw| serde_json::from_str(raw).expect("JSON text"));
        assert_eq!(read, envelope[name], "{name}");
    }
}

/// What the contract says of an answer's `data`.
#[derive(Default)]
struct Expected<'v> {
    ads: Vec<Candidate<'v>>,
    diagnostic: Option<Diagnostic>,
    is_malformed: bool,
    /// An object of a v1 answer, which `adStatus` may take back (T28).
    is_of_v1: bool,
}

/// An ad that can be shown.
struct Candidate<'v> {
    format: Format,
    members: &'v Value,
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Message,
    Prompt,
    Poll,
    ChatbotPrompt,
    ChatbotMessage,
    Unknown,
}

impl<'v> Expected<'v> {
    fn read(endpoint: Endpoint, data: &'v Value) -> Self {
        let mut expected = Self::default();
        match (data, endpoint) {
            (Value::Null, _) => {}
            (Value::Array(_), _) => expected.note(Diagnostic::UnexpectedType),
            (Value::Object(_), Endpoint::Bid) => expected.read_bids(data),
            (Value::Object(_), Endpoint::Prompt) => expected.read_one(Format::ChatbotPrompt, data),
            (Value::Object(_), _) => expected.read_one(Format::ChatbotMessage, data),
            _ => expected.is_malformed = true,
        }
        expected.ads.truncate(MAX_ADS);
        expected
    }

    /// Only data with the ad's text is an ad, or would be one.
    fn read_one(&mut self, format: Format, data: &'v Value) {
        let candidate = Candidate { format, members: data };
        self.is_of_v1 = true;
        if candidate.has_text() {
            self.judge(format, data);
        }
    }

    fn read_bids(&mut self, data: &'v Value) {
        for (name, place) in [("bid", &data["bid"]), ("bids", &data["bids"])] {
            match (place, &place["prompts"]) {
                (Value::Null, _) => {}
                (Value::Object(_), _) if name == "bids" => self.note(Diagnostic::UnexpectedType),
                (Value::Array(list), _) | (_, Value::Array(list)) => {
                    list.iter().for_each(|bid| self.read_bid(bid));
                }
                (Value::Object(_), _) => self.read_bid(place),
                _ => self.note(Diagnostic::UnexpectedType),
            }
        }
    }

    fn read_bid(&mut self, bid: &'v Value) {
        if !bid.is_object() {
            return self.note(Diagnostic::UnexpectedType);
        }
        let format = match text(&bid["ad_format"]) {
            Some("sponsored_message") => Format::Message,
            Some("sponsored_prompt") => Format::Prompt,
            Some("sponsored_poll") => Format::Poll,
            Some(_) => Format::Unknown,
            None if text(&bid["sponsored_prompt"]).is_some() => Format::Prompt,
            None if bid["placement"] == "sponsored_prompt" => Format::Prompt,
            None => Format::Message,
        };
        self.judge(format, bid);
    }

    fn judge(&mut self, format: Format, members: &'v Value) {
        let candidate = Candidate { format, members };
        match candidate.oddity() {
            Some(diagnostic) => self.note(diagnostic),
            None if self.is_repeated(&candidate) => {}
            None => self.ads.push(candidate),
        }
    }

    fn is_repeated(&self, candidate: &Candidate<'_>) -> bool {
        candidate.id().is_some() && self.ads.iter().any(|ad| ad.id() == candidate.id())
    }

    /// Behind the last ad that is handed out nothing is judged.
    fn note(&mut self, diagnostic: Diagnostic) {
        if self.ads.len() < MAX_ADS {
            self.diagnostic.get_or_insert(diagnostic);
        }
    }
}

impl<'v> Candidate<'v> {
    fn get(&self, name: &str) -> Option<&'v str> {
        text(&self.members[name])
    }

    fn id(&self) -> Option<&'v str> {
        match self.format {
            Format::Message | Format::Prompt | Format::Poll => self.get("bidId"),
            _ => None,
        }
    }

    /// Why it cannot be shown, the first reason.
    fn oddity(&self) -> Option<Diagnostic> {
        let targets = match self.format {
            Format::Unknown => return None,
            Format::Poll => vec![self.get("vote_url"), self.get("results_url")],
            _ => vec![self.click_url()],
        };
        for target in targets {
            match target {
                None => return Some(Diagnostic::NoTarget),
                Some(url) if !is_target(url) => return Some(Diagnostic::RefusedTarget),
                Some(_) => {}
            }
        }
        let lacks_options = self.format == Format::Poll && self.options().is_empty();
        match self.has_text() {
            false => Some(Diagnostic::NoText),
            true => lacks_options.then_some(Diagnostic::NoOptions),
        }
    }

    /// Those with an id and a text.
    fn options(&self) -> Vec<(Id<'v>, &'v str)> {
        let option = |option: &'v Value| {
            let id = match &option["id"] {
                Value::Number(number) => Id::Number(number.as_f64()),
                id => Id::Text(text(id)?),
            };
            Some((id, text(&option["text"])?))
        };
        self.members["options"].as_array().into_iter().flatten().filter_map(option).collect()
    }

    fn click_url(&self) -> Option<&'v str> {
        match self.format {
            Format::ChatbotPrompt => self.get("link"),
            Format::ChatbotMessage => self.get("prod_url"),
            Format::Prompt => self.get("url").or_else(|| self.get("cta_url")),
            _ => self.get("url"),
        }
    }

    /// Plain, or inside an object (C26).
    fn creative(&self) -> Option<&'v str> {
        let creative = &self.members["creative"];
        text(if creative.is_object() { &creative["creative"] } else { creative })
    }

    fn has_text(&self) -> bool {
        match self.format {
            Format::Message => self.get("headline").or(self.get("description")).is_some(),
            Format::Prompt => self.get("sponsored_prompt").is_some(),
            Format::Poll => self.get("question").is_some(),
            Format::ChatbotPrompt => self.get("prompt").is_some(),
            Format::ChatbotMessage => self.creative().is_some(),
            Format::Unknown => true,
        }
    }

    fn compare(&self, ad: Ad<&str>) {
        if let Ad::Unknown(unknown) = &ad {
            assert!(self.format == Format::Unknown);
            let raw: Value = serde_json::from_str(unknown.raw).expect("the ad's JSON");
            assert_eq!(raw, *self.members);
            return assert_eq!(Some(&*unknown.format().collect::<String>()), self.get("ad_format"));
        }
        let price = &self.members["price"];
        match (&ad, self.format) {
            (_, Format::ChatbotPrompt) => {}
            (Ad::Message(message), _) => assert_price(price, message.price_micros),
            _ => assert_price(price, ad.cpm().map(|Cpm(micros)| micros)),
        }
        if let Ad::SponsoredPoll(poll) = &ad {
            return self.compare_poll(poll);
        }
        let micros = if let Ad::Message(message) = &ad { message.price_micros } else { None };
        assert_eq!(Some(ad), self.make(ad.cpm(), micros));
    }

    fn compare_poll(&self, poll: &SponsoredPoll<&str>) {
        assert!(self.format == Format::Poll);
        let cta_url = self.get("cta_url").filter(|url| is_target(url));
        for (read, expected) in [
            (Some(poll.question), self.get("question")),
            (Some(poll.vote_url), self.get("vote_url")),
            (Some(poll.results_url), self.get("results_url")),
            (poll.cta_url, cta_url),
            (poll.cta_text, self.get("cta_text")),
            (poll.advertiser, self.get("advertiser")),
            (poll.domain, self.get("domain")),
            (poll.logo_url, self.get("logo_url")),
            (poll.dsp, self.get("dsp")),
            (poll.bid_id, self.get("bidId")),
            (poll.url, self.get("url")),
            (poll.view_url, self.get("view_url")),
        ] {
            assert_eq!(read, expected);
        }
        let options = self.options();
        assert_eq!(poll.options.iter().count(), options.len());
        for (read, (id, text)) in poll.options.iter().zip(options) {
            assert_eq!(read.text(), text);
            match id {
                Id::Text(id) => assert_eq!(read.id(), id),
                Id::Number(number) => assert_eq!(read.id().parse().ok(), number),
            }
        }
    }

    fn make(&self, cpm: Option<Cpm>, price_micros: Option<u64>) -> Option<Ad<&'v str>> {
        let url = self.click_url()?;
        Some(match self.format {
            Format::Unknown | Format::Poll => return None,
            Format::ChatbotMessage => Ad::Message(ChatbotMessage {
                creative: self.creative()?,
                prod_name: self.get("prod_name"),
                img_url: self.get("img_url"),
                prod_url: url,
                price_micros,
                currency: self.get("currency"),
            }),
            Format::ChatbotPrompt => Ad::ChatbotPrompt(ChatbotPrompt {
                prompt: self.get("prompt")?,
                link: url,
                brand: self.get("brand"),
                sponsored_prompt_id: self.get("sponsored_prompt_id"),
                icon: self.get("icon"),
                token: self.get("token"),
            }),
            Format::Message => Ad::SponsoredMessage(SponsoredMessage {
                placement: match self.get("placement") {
                    Some("image") => Placement::Image,
                    _ => Placement::Text,
                },
                cpm,
                advertiser: self.get("advertiser"),
                domain: self.get("domain"),
                headline: self.get("headline"),
                description: self.get("description"),
                cta_text: self.get("cta_text"),
                url,
                image_url: self.get("image_url"),
                logo_url: self.get("logo_url"),
                dsp: self.get("dsp"),
                bid_id: self.get("bidId"),
                view_url: self.get("view_url"),
            }),
            Format::Prompt => Ad::SponsoredPrompt(SponsoredPrompt {
                prompt: self.get("sponsored_prompt")?,
                append_message: self.get("append_message"),
                cta_text: self.get("cta_text"),
                url,
                click_url: self.get("sponsored_prompt_click_url").filter(|url| is_target(url)),
                logo_url: self.get("logo_url"),
                image_url: self.get("image_url"),
                advertiser: self.get("advertiser"),
                cpm,
                bid_id: self.get("bidId"),
                view_url: self.get("view_url"),
            }),
        })
    }
}

/// The id of a poll's option: a number is kept as it is written.
enum Id<'v> {
    Text(&'v str),
    Number(Option<f64>),
}

/// Text that is more than white space; all else counts as absent (T77).
fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

/// Case T78, as exactly as an `f64` can tell. A text of more than 32 characters may be refused for its length.
fn assert_price(price: &Value, micros_read: Option<u64>) {
    let number = match price {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.len() > 32 => return,
        Value::String(text) => match serde_json::from_str(text.trim_ascii()) {
            Ok(Value::Number(number)) => number.as_f64(),
            Err(error) if is_allowed(&error.to_string()) => return,
            _ => None,
        },
        _ => None,
    };
    let micros = number.map(|number| number * 1e6);
    match (micros, micros_read) {
        (None, read) => assert_eq!(read, None),
        // Between these two, and below zero by ever so little, it depends on digits that an `f64` does not hold.
        (Some(micros), None) => {
            assert!(micros.is_sign_negative() || micros > 1.8e19, "{micros} is lost");
        }
        (Some(micros), Some(read)) => {
            let slack = 0.501 + micros * 1e-9;
            assert!((micros - read as f64).abs() <= slack, "{micros} is read as {read}");
        }
    }
}
