//! A call becomes bytes: method, target, header fields and a body in pieces.
//!
//! Between `pacing` and the transport. Sections 1.2, 2.2 to 2.5, 3.1 to 3.5, 4.2 and 4.5 to 4.7 of the
//! wire contract.

mod ad_formats;
mod bid;
mod bid_options;
mod body;
mod call;
mod end_user;
mod feedback;
mod ip;
mod message;
mod pieces;
mod prompt;
mod redaction;
mod relay;
mod steps;
mod v1;
mod walk;

pub use ad_formats::{AdFormat, AdFormats};
pub use bid::BidRequest;
pub use bid_options::{
    BidConfig, MAX_EXPERIMENT_TAG_CHARS, MIN_HEADLINE_CHARS, Setting, UserMetadata,
};
pub use body::{Body, BufferTooSmall};
pub use call::Call;
pub use end_user::{CountryCode, Device, EndUser, Geo, HeaderText, Ip, UserAgent};
pub use feedback::Interaction;
pub use message::{MAX_ID_CHARS, MessageRequest};
pub use pieces::Pieces;
pub use prompt::PromptRequest;
pub use relay::RelayTicket;
pub use v1::MAX_WAIT_TURNS;

use crate::config::{ApiKey, Family, Publisher};
use crate::error::ConfigError;
use crate::json::utf8::as_text;
use crate::target::{Target, Url, cut};

/// An HTTP method that this crate uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Method {
    /// GET, without a body.
    Get,
    /// POST.
    Post,
}

impl Method {
    /// The method's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request as a transport sends it. The transport adds `Host`, `Content-Length` and what belongs to the connection, and
/// nothing else: no `Origin`, `Referer`, `Cookie`, and no `User-Agent` of its own (wire contract T19).
/// A POST has `Content-Length` even where there is no body: 0 (wire contract T94).
#[derive(Clone, Copy)]
pub struct Request<'a> {
    method: Method,
    /// The base of an endpoint, or a URL that came in an answer.
    base: Url<'a>,
    path: &'static str,
    /// Name of the field and the key: on calls to an endpoint only.
    key: Option<(&'static str, &'a ApiKey)>,
    /// What may be told of the person.
    end_user: Option<EndUser<'a>>,
    wants_body: bool,
    body: Body<'a>,
}

/// A header field of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'r> {
    /// Lower-case name.
    pub name: &'static str,
    /// Value in visible ASCII, spaces and tabs.
    pub value: &'r str,
    /// Whether it is the key: keep it out of logs.
    pub is_secret: bool,
}

impl<'a> Request<'a> {
    /// The request of `call`, with the publisher's key for its family.
    // Inlined, so that a program holds the bodies of those calls only that it makes.
    #[inline]
    pub fn new(publisher: &'a Publisher, call: Call<'a>) -> Self {
        let base = Url::plain(publisher.endpoints.of(call.family()).as_str());
        let (path, key, end_user) = match &call {
            Call::Prompt(prompt) => {
                ("/api/v1/prompt/get-ad/", "thrads-api-key", prompt.v1.end_user())
            }
            Call::Message(message) => {
                ("/api/v1/message/get-ad/", "thrads-api-key", message.v1.end_user())
            }
            Call::Bid(bid) => ("/api/v1/ssp/bid-request", "thrad-api-key", Some(bid.end_user)),
        };
        Self {
            method: Method::Post,
            base,
            path,
            key: Some((key, &publisher.key)),
            end_user,
            wants_body: true,
            body: Body::of(call, publisher.environment),
        }
    }

    /// A view ping: a GET of a tracker, in the end user's name and without the key (wire contract 4.2).
    ///
    /// [`Client::report`](crate::Client::report) sends them; whoever drives a session without it sends one to each tracker of
    /// an [`Impression`](crate::Impression) that has been seen, and drops the impression.
    pub fn ping(tracker: Url<'a>, end_user: EndUser<'a>) -> Self {
        Self::foreign(Method::Get, tracker, end_user)
    }

    /// A request without a body to a URL that came in an answer, whose own answer is its status.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn foreign(method: Method, url: Url<'a>, end_user: EndUser<'a>) -> Self {
        Self {
            method,
            base: url,
            path: "",
            key: None,
            end_user: Some(end_user.without_language_and_geo()),
            wants_body: false,
            body: Body::nothing(),
        }
    }

    /// A vote for an option of a poll (wire contract 4.6).
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn vote(url: Url<'a>, option_id: &'a str, end_user: EndUser<'a>) -> Self {
        Self {
            wants_body: true,
            body: Body::vote(option_id),
            ..Self::foreign(Method::Post, url, end_user)
        }
    }

    /// Asking for the results of a poll (wire contract 4.7).
    pub(crate) fn results(url: Url<'a>, end_user: EndUser<'a>) -> Self {
        Self { wants_body: true, ..Self::foreign(Method::Get, url, end_user) }
    }

    /// E3: a sponsored chatbot prompt was clicked. Sent without the key (wire contract 2.4).
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn click(publisher: &'a Publisher, token: &'a str) -> Self {
        Self::keyless(publisher, "/api/v1/prompt/click/", Body::click(token))
    }

    /// E4: what became of a sponsored chatbot prompt. Sent without the key (wire contract 2.5).
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn feedback(
        publisher: &'a Publisher,
        sponsored_prompt_id: &'a str,
        interaction: Interaction<'a>,
    ) -> Self {
        let body = Body::feedback(sponsored_prompt_id, interaction);
        Self::keyless(publisher, "/api/v1/prompt/feedback/", body)
    }

    #[cfg_attr(target_os = "none", inline(never))]
    fn keyless(publisher: &'a Publisher, path: &'static str, body: Body<'a>) -> Self {
        Self {
            method: Method::Post,
            base: Url::plain(publisher.endpoints.of(Family::V1).as_str()),
            path,
            key: None,
            end_user: None,
            wants_body: true,
            body,
        }
    }

    /// Whether the body of the answer matters. If not, a transport returns as soon as it has the head, with an empty
    /// range.
    pub fn wants_body(&self) -> bool {
        self.wants_body
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The body, which may be empty.
    pub fn body(&self) -> &Body<'a> {
        &self.body
    }

    /// Writes the absolute URL to the front of `buffer` and takes it apart.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`]. What is no target after all, which the types rule out, counts as one that needs nothing.
    pub fn target<'b>(&self, buffer: &'b mut [u8]) -> Result<Target<'b>, BufferTooSmall> {
        let mut length = 0_usize;
        for byte in self.url() {
            if let Some(place) = buffer.get_mut(length) {
                *place = byte;
            }
            length = length.wrapping_add(1);
        }
        let url = buffer.get(..length).ok_or(BufferTooSmall { needed: length })?;
        as_text(url).and_then(Target::parse).ok_or(BufferTooSmall { needed: 0 })
    }

    /// Bytes of the absolute URL.
    pub fn url_len(&self) -> usize {
        self.url().fold(0, |length: usize, _| length.wrapping_add(1))
    }

    fn url(&self) -> impl Iterator<Item = u8> {
        self.base.bytes().chain(self.path.bytes())
    }

    /// The header fields, `Content-Type` among them where there is a body.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        (0..=FIELDS.len()).filter_map(|index| self.field(index))
    }

    /// The field of this place in their order. One at a time: a list of them all would take 160 bytes of stack.
    #[cfg_attr(target_os = "none", inline(never))]
    fn field(&self, index: usize) -> Option<Field<'_>> {
        let Some(&name) = FIELDS.get(index) else {
            let (name, key) = self.key?;
            return Some(Field { name, value: key.expose(), is_secret: true });
        };
        let value = if index == CONTENT_TYPE {
            (!self.body.is_empty()).then_some("application/json")
        } else {
            self.end_user.as_ref()?.field(index)
        };
        Some(Field { name, value: value?, is_secret: false })
    }
}

/// The fields in their order, the key behind them; all but the last tell of the [`EndUser`].
const FIELDS: [&str; 9] = [
    "x-forwarded-for",
    "user-agent",
    "x-user-country",
    "x-user-device",
    "x-user-timezone",
    "x-user-region",
    "x-user-city",
    "accept-language",
    "content-type",
];
const CONTENT_TYPE: usize = 8;

/// An id that does not tell who the person is: the platform asks for no e-mail address (wire contract 5).
fn user_id(id: &str) -> Result<&str, ConfigError> {
    let (name, domain) = cut(id, b'@');
    let has_dot = |domain: &str| domain.bytes().any(|byte| byte == b'.');
    let is_email = !name.is_empty() && domain.is_some_and(has_dot);
    if id.is_empty() || is_email { Err(ConfigError::UserId) } else { Ok(id) }
}

/// Whether `text` has more than so many Unicode scalar values. In place of `str::chars`, which counts them in words, in 350
/// bytes of flash.
#[cfg_attr(target_os = "none", inline(never))]
fn is_longer(text: &str, characters: usize) -> bool {
    text.bytes().filter(|byte| byte & 0xc0 != 0x80).nth(characters).is_some()
}
