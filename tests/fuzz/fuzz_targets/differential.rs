//! Endpoint (1 byte) and a body, read by serde_json and a model of the wire contract beside `decode`.
//!
//! Sections 3.7 to 3.9 and 2.2 give the model. Where the two readers may differ:
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
    Ad, Answer, ApiError, ChatbotPrompt, Cpm, Diagnostic, Endpoint, Envelope, Head, MAX_ADS,
    Placement, SponsoredMessage, SponsoredPrompt, decode,
};
use thrads_fuzz::{head_len, is_target};

fuzz_target!(|data: &[u8]| {
    let Some((&endpoint, body)) = data.split_first() else { return };
    let endpoint = if endpoint & 1 == 0 { Endpoint::Bid } else { Endpoint::Prompt };
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let read = match serde_json::from_slice::<Value>(body) {
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
    let expected = Expected::read(endpoint, &envelope["data"]);
    match answer {
        Answer::Ads(served) => {
            compare_envelope(envelope, served.envelope, served.request_id, served.message);
            assert_eq!(served.diagnostic, expected.diagnostic);
            let mut ads = expected.ads.iter();
            for ad in served.ads {
                ads.next().expect("no more ads than expected").compare(ad);
            }
            assert_eq!(ads.count(), 0, "fewer ads than expected");
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
    let Envelope { api_version, timestamp, docs_url, total_time } = read;
    for (name, raw) in [
        ("apiVersion", api_version),
        ("timestamp", timestamp),
        ("docsUrl", docs_url),
        ("totalTime", total_time),
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
    Chatbot,
    Unknown,
}

impl<'v> Expected<'v> {
    fn read(endpoint: Endpoint, data: &'v Value) -> Self {
        let mut expected = Self::default();
        match (data, endpoint) {
            (Value::Null, _) => {}
            (Value::Array(_), _) => expected.note(Diagnostic::UnexpectedType),
            (Value::Object(_), Endpoint::Bid) => expected.read_bids(data),
            (Value::Object(_), _) if text(&data["prompt"]).is_none() => {}
            (Value::Object(_), _) => expected.judge(Format::Chatbot, data),
            _ => expected.is_malformed = true,
        }
        expected.ads.truncate(MAX_ADS);
        expected
    }

    fn read_bids(&mut self, data: &'v Value) {
        for (name, place) in [("bid", &data["bid"]), ("bids", &data["bids"])] {
            match (place, &place["prompts"]) {
                (Value::Null, _) => {}
                (Value::Array(list), _) | (_, Value::Array(list)) => {
                    list.iter().for_each(|bid| self.read_bid(bid));
                }
                (Value::Object(_), _) if name == "bid" => self.read_bid(place),
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
            Some(_) => Format::Unknown,
            None if text(&bid["sponsored_prompt"]).is_some() => Format::Prompt,
            None if bid["placement"] == "sponsored_prompt" => Format::Prompt,
            None => Format::Message,
        };
        self.judge(format, bid);
    }

    fn judge(&mut self, format: Format, members: &'v Value) {
        let candidate = Candidate { format, members };
        match (candidate.click_url(), candidate.has_text()) {
            _ if format == Format::Unknown => self.ads.push(candidate),
            (None, _) => self.note(Diagnostic::NoTarget),
            (Some(url), _) if !is_target(url) => self.note(Diagnostic::RefusedTarget),
            (_, false) => self.note(Diagnostic::NoText),
            _ if self.is_repeated(&candidate) => {}
            _ => self.ads.push(candidate),
        }
    }

    fn is_repeated(&self, candidate: &Candidate<'_>) -> bool {
        candidate.id().is_some() && self.ads.iter().any(|ad| ad.id() == candidate.id())
    }

    fn note(&mut self, diagnostic: Diagnostic) {
        self.diagnostic.get_or_insert(diagnostic);
    }
}

impl<'v> Candidate<'v> {
    fn get(&self, name: &str) -> Option<&'v str> {
        text(&self.members[name])
    }

    fn id(&self) -> Option<&'v str> {
        if self.format == Format::Unknown { None } else { self.get("bidId") }
    }

    fn click_url(&self) -> Option<&'v str> {
        match self.format {
            Format::Chatbot => self.get("link"),
            Format::Prompt => self.get("url").or_else(|| self.get("cta_url")),
            _ => self.get("url"),
        }
    }

    fn has_text(&self) -> bool {
        match self.format {
            Format::Message => self.get("headline").or(self.get("description")).is_some(),
            Format::Prompt => self.get("sponsored_prompt").is_some(),
            _ => true,
        }
    }

    fn compare(&self, ad: Ad<&str>) {
        if let Ad::Unknown(unknown) = &ad {
            assert!(self.format == Format::Unknown);
            let raw: Value = serde_json::from_str(unknown.raw).expect("the ad's JSON");
            assert_eq!(raw, *self.members);
            return assert_eq!(Some(&*unknown.format().collect::<String>()), self.get("ad_format"));
        }
        let price = match self.format {
            Format::Chatbot => &Value::Null,
            _ => &self.members["price"],
        };
        assert_price(price, ad.cpm());
        assert_eq!(Some(ad), self.make(ad.cpm()));
    }

    fn make(&self, cpm: Option<Cpm>) -> Option<Ad<&'v str>> {
        let url = self.click_url()?;
        Some(match self.format {
            Format::Unknown => return None,
            Format::Chatbot => Ad::ChatbotPrompt(ChatbotPrompt {
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

/// Text that is more than white space; all else counts as absent (T77).
fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

/// Case T78, as exactly as an `f64` can tell. A text of more than 32 characters may be refused for its length.
fn assert_price(price: &Value, cpm: Option<Cpm>) {
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
    match (micros, cpm) {
        (None, cpm) => assert_eq!(cpm, None),
        // Between these two, and at zero, it depends on digits that an `f64` does not hold.
        (Some(micros), None) => assert!(micros < 0.0 || micros > 1.8e19, "{micros} is lost"),
        (Some(micros), Some(Cpm(read))) => {
            let slack = 0.501 + micros * 1e-9;
            assert!((micros - read as f64).abs() <= slack, "{micros} is read as {read}");
        }
    }
}
