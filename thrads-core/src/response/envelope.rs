//! The envelope around an answer: both families', by one list of names.
//!
//! Sections 2.1.1, 2.9 and 3.6 of the wire contract.

use super::ads::{Ads, Survey};
use super::around::Around;
use super::shape::Shape;
use super::{Answer, Diagnostic, NoAd, Served};
use crate::json::members::read_members;
use crate::json::read::{Malformed, Read, Reader, Span, Value};
use crate::json::text::Text;

/// The envelope's other members, each as the JSON text that stood there; `None` where absent or null.
///
/// Generations disagree on their types and units (`totalTime` is seconds or milliseconds), so nothing is converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Envelope<'b> {
    /// `apiVersion` (v1).
    pub api_version: Option<&'b str>,
    /// When the platform made the answer.
    pub timestamp: Option<&'b str>,
    /// `docsUrl` (v1), or `documentationUrl`, as it was called first.
    pub docs_url: Option<&'b str>,
    /// How long the platform took.
    pub total_time: Option<&'b str>,
}

/// Where everything stands in a body that is a JSON object. Nothing has been changed yet.
pub(super) struct Parsed {
    members: [Value; NAMES.len()],
    data: Data,
}

/// What `data` holds.
#[derive(Clone, Copy)]
enum Data {
    None,
    Ads(Span, Survey),
    /// Where no ads are looked for.
    Object(Span),
    /// A type that holds no ad: an array says so oddly, anything else not at all.
    Array,
    Other,
}

impl Parsed {
    #[inline(never)]
    pub(super) fn read(shape: &'static Shape, body: &[u8]) -> Read<Self> {
        if core::str::from_utf8(body).is_err() {
            return Err(Malformed);
        }
        let mut reader = Reader::new(body);
        if !reader.enter(b'{')? {
            return Err(Malformed);
        }
        let mut members = [Value::Absent; NAMES.len()];
        let mut data = Data::None;
        read_members(&mut reader, &NAMES, &mut members, &mut |index, reader| {
            if index != DATA {
                return Ok(false);
            }
            data = Data::read(shape, reader)?;
            Ok(true)
        })?;
        reader.finish()?;
        Ok(Self { members, data })
    }

    pub(super) fn member(&self, index: usize) -> Value {
        self.members.get(index).copied().unwrap_or_default()
    }

    /// Only `status` in the spelling of "error" makes an answer of success one of failure (T32, T81).
    pub(super) fn is_error(&self, body: &[u8]) -> bool {
        let is_error =
            |text: Text| text.chars(body).map(|c| c.to_ascii_lowercase()).eq("error".chars());
        self.member(STATUS).text().is_some_and(is_error)
    }

    #[inline(never)]
    pub(super) fn to_answer<'b>(
        &self,
        shape: &'static Shape,
        status: u16,
        body: &'b mut [u8],
    ) -> Answer<'b> {
        let survey = match &self.data {
            Data::None | Data::Object(_) => Survey::default(),
            Data::Ads(..) if shape.has_ad_status && self.is_not_served(body) => Survey::default(),
            Data::Ads(_, survey) => *survey,
            _ if shape.survey.is_none() => Survey::default(),
            Data::Array => Survey::odd(Diagnostic::UnexpectedType),
            Data::Other => {
                return Answer::Malformed(super::Malformed {
                    status,
                    snippet: super::snippet(body),
                });
            }
        };
        self.split(shape, survey, body)
    }

    /// `data`, if it is an object in which no ads are looked for.
    pub(super) fn object(&self) -> Option<Span> {
        if let Data::Object(span) = self.data { Some(span) } else { None }
    }

    /// The oldest answers say so beside `data`.
    fn is_not_served(&self, body: &[u8]) -> bool {
        let is_not_served = |text: Text| text.chars(body).eq("not_served".chars());
        self.member(AD_STATUS).text().is_some_and(is_not_served)
    }

    /// Hands the ads their part of the body and freezes the rest.
    fn split<'b>(&self, shape: &'static Shape, survey: Survey, body: &'b mut [u8]) -> Answer<'b> {
        let keep =
            |index, body: &mut [u8]| self.member(index).text().map(|text| text.unescape(body));
        let request_id = keep(REQUEST_ID, body);
        let message = keep(MESSAGE, body);
        let data = match self.data {
            Data::Ads(span, _) => span,
            _ => Span { start: body.len(), end: body.len() },
        };
        let (around, ads) = Around::cut(body, data);
        let text = |span| around.text(span);
        let raw = |index| raw_span(self.member(index)).and_then(text);
        let envelope = Envelope {
            api_version: raw(API_VERSION),
            timestamp: raw(TIMESTAMP),
            docs_url: raw(DOCS_URL).or_else(|| raw(DOCUMENTATION_URL)),
            total_time: raw(TOTAL_TIME),
        };
        let (request_id, message) = (request_id.and_then(text), message.and_then(text));
        let diagnostic = survey.diagnostic;
        if survey.usable == 0 {
            return Answer::NoAd(NoAd { request_id, message, diagnostic, envelope });
        }
        let ads = Ads::new(shape, ads, data.start, &survey);
        Answer::Ads(Served { request_id, message, diagnostic, envelope, ads })
    }
}

impl Data {
    fn read(shape: &'static Shape, reader: &mut Reader<'_>) -> Read<Self> {
        let start = reader.at();
        if let Some(survey) = shape.survey
            && reader.enter(b'{')?
        {
            let survey = survey(start, reader)?;
            return Ok(Self::Ads(Span { start, end: reader.end() }, survey));
        }
        Ok(match reader.value()? {
            Value::Object(span) => Self::Object(span),
            Value::Null => Self::None,
            Value::Array(_) => Self::Array,
            _ => Self::Other,
        })
    }
}

/// The JSON text of a value as it stood, a string with its quotes.
fn raw_span(value: Value) -> Option<Span> {
    match value {
        Value::Number(span) | Value::Array(span) | Value::Object(span) | Value::Bool(span) => {
            Some(span)
        }
        Value::Text(Text { span: Span { start, end }, .. }) => {
            Some(Span { start: start.checked_sub(1)?, end: end.checked_add(1)? })
        }
        Value::Absent | Value::Null => None,
    }
}

const NAMES: [&str; 13] = [
    "apiVersion",
    "requestId",
    "timestamp",
    "docsUrl",
    "totalTime",
    "status",
    "message",
    "data",
    "error",
    "detail",
    "code",
    "documentationUrl",
    "adStatus",
];
const API_VERSION: usize = 0;
pub(super) const REQUEST_ID: usize = 1;
const TIMESTAMP: usize = 2;
const DOCS_URL: usize = 3;
const TOTAL_TIME: usize = 4;
const STATUS: usize = 5;
pub(super) const MESSAGE: usize = 6;
const DATA: usize = 7;
pub(super) const ERROR: usize = 8;
pub(super) const DETAIL: usize = 9;
pub(super) const CODE: usize = 10;
const DOCUMENTATION_URL: usize = 11;
const AD_STATUS: usize = 12;
