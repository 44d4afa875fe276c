//! A call becomes bytes: method, target, header fields and a body in pieces.
//!
//! Between `pacing` and the transport. Sections 1.2, 2.2 to 2.5, 3.1 to 3.5, 4.2 and 4.5 to 4.7 of the
//! wire contract.

mod bid;
mod body;
mod end_user;
mod feedback;
mod ip;
mod message;
mod pieces;
mod prompt;
mod tree;

pub use bid::{
    AdFormat, AdFormats, BidConfig, BidRequest, MAX_EXPERIMENT_TAG_CHARS, MIN_HEADLINE_CHARS,
    Setting, UserMetadata,
};
pub use body::{Body, BufferTooSmall};
pub use end_user::{CountryCode, Device, EndUser, Geo, HeaderText, Ip, UserAgent};
pub use feedback::Interaction;
pub use message::{MAX_ID_CHARS, MessageRequest};
pub use pieces::Pieces;
pub use prompt::{MAX_WAIT_TURNS, PromptRequest};

use crate::config::{ApiKey, BaseUrl, Family, Publisher};
use crate::error::ConfigError;
use crate::target::{Target, Url, split_before};
use tree::Content;

/// A call that asks for an ad.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Call<'a> {
    /// E1, a sponsored chatbot prompt of the v1 API.
    Prompt(PromptRequest<'a>),
    /// E2, a sponsored message of the v1 API.
    Message(MessageRequest<'a>),
    /// E10, a bid request to the SSP.
    Bid(BidRequest<'a>),
}

impl Call<'_> {
    /// The API that this call belongs to.
    pub fn family(&self) -> Family {
        match self {
            Self::Prompt(_) | Self::Message(_) => Family::V1,
            Self::Bid(_) => Family::Ssp,
        }
    }

    /// Whether this is a call before the first word.
    pub fn is_opener(&self) -> bool {
        match self {
            Self::Prompt(prompt) => prompt.is_opener(),
            Self::Message(_) => false,
            Self::Bid(bid) => bid.is_opener(),
        }
    }

    /// Whether the caller forces (`true`) or inhibits (`false`) an ad.
    pub fn forced(&self) -> Option<bool> {
        match self {
            Self::Prompt(prompt) => prompt.force,
            Self::Message(message) => message.force,
            Self::Bid(bid) => bid.force,
        }
    }

    /// The same call with the platform's own pacing switched off, because the caller counts: wire contract 3.4, *Who
    /// counts*. An opener has no pacing and stays as it is.
    #[must_use]
    pub fn unpaced(self, turn: u32) -> Self {
        self.paced(Some(0), Some(0), Some(turn))
    }

    /// The same call with offset and frequency for the platform to count by; what is `None` stays as it is.
    #[must_use]
    pub fn paced(self, offset: Option<u8>, frequency: Option<u8>, turn: Option<u32>) -> Self {
        if self.is_opener() {
            return self;
        }
        match self {
            Self::Prompt(prompt) => Self::Prompt(prompt.paced(offset, frequency)),
            Self::Message(message) => Self::Message(message.paced(offset, frequency)),
            Self::Bid(bid) => Self::Bid(bid.paced(offset, frequency, turn)),
        }
    }
}

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
    place: Place<'a>,
    end_user: Option<EndUser<'a>>,
    body: Body<'a>,
}

#[derive(Clone, Copy)]
enum Place<'a> {
    /// An endpoint of the platform, the only kind of place that the key is sent to.
    Endpoint { base: &'a BaseUrl, path: &'static str, key: Option<(&'static str, &'a ApiKey)> },
    /// A URL that came in an answer.
    Foreign { url: Url<'a>, wants_body: bool },
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
    pub fn new(publisher: &'a Publisher, call: Call<'a>) -> Self {
        let (path, header) = match call {
            Call::Prompt(_) => ("/api/v1/prompt/get-ad/", "thrads-api-key"),
            Call::Message(_) => ("/api/v1/message/get-ad/", "thrads-api-key"),
            Call::Bid(_) => ("/api/v1/ssp/bid-request", "thrad-api-key"),
        };
        let base = publisher.endpoints.of(call.family());
        let (end_user, content) = match call {
            Call::Prompt(prompt) => {
                (prompt.end_user, Content::Prompt(prompt.environment(publisher.environment)))
            }
            Call::Message(message) => {
                (message.end_user, Content::Message(message.environment(publisher.environment)))
            }
            Call::Bid(bid) => (Some(bid.end_user), Content::Bid(bid)),
        };
        let place = Place::Endpoint { base, path, key: Some((header, &publisher.key)) };
        Self { method: Method::Post, place, end_user, body: Body(content) }
    }

    /// A view ping: a GET of a tracker, in the end user's name and without the key (wire contract 4.2).
    ///
    /// [`Client::report`](crate::Client::report) sends them; whoever drives a session without it sends one to each tracker of
    /// an [`Impression`](crate::Impression) that has been seen, and drops the impression.
    pub fn ping(tracker: Url<'a>, end_user: EndUser<'a>) -> Self {
        Self::foreign(Method::Get, tracker, end_user)
    }

    /// A request without a body to a URL that came in an answer, whose own answer is its status.
    pub(crate) fn foreign(method: Method, url: Url<'a>, end_user: EndUser<'a>) -> Self {
        let place = Place::Foreign { url, wants_body: false };
        Self { method, place, end_user: Some(end_user), body: Body(Content::Nothing) }
    }

    /// A vote for an option of a poll (wire contract 4.6).
    pub(crate) fn vote(url: Url<'a>, option_id: &'a str, end_user: EndUser<'a>) -> Self {
        let body = Body(Content::Vote { option_id });
        Self { method: Method::Post, body, ..Self::results(url, end_user) }
    }

    /// Asking for the results of a poll (wire contract 4.7).
    pub(crate) fn results(url: Url<'a>, end_user: EndUser<'a>) -> Self {
        let place = Place::Foreign { url, wants_body: true };
        Self { place, ..Self::foreign(Method::Get, url, end_user) }
    }

    /// E3: a sponsored chatbot prompt was clicked. Sent without the key (wire contract 2.4).
    pub(crate) fn click(publisher: &'a Publisher, token: &'a str) -> Self {
        Self::keyless(publisher, "/api/v1/prompt/click/", Content::Click { token })
    }

    /// E4: what became of a sponsored chatbot prompt. Sent without the key (wire contract 2.5).
    pub(crate) fn feedback(
        publisher: &'a Publisher,
        sponsored_prompt_id: &'a str,
        interaction: Interaction<'a>,
    ) -> Self {
        let content = Content::Feedback { sponsored_prompt_id, interaction };
        Self::keyless(publisher, "/api/v1/prompt/feedback/", content)
    }

    fn keyless(publisher: &'a Publisher, path: &'static str, content: Content<'a>) -> Self {
        let place = Place::Endpoint { base: publisher.endpoints.of(Family::V1), path, key: None };
        Self { method: Method::Post, place, end_user: None, body: Body(content) }
    }

    /// Whether the body of the answer matters. If not, a transport returns as soon as it has the head, with an empty
    /// range.
    pub fn wants_body(&self) -> bool {
        match self.place {
            Place::Endpoint { .. } => true,
            Place::Foreign { wants_body, .. } => wants_body,
        }
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
        let length = self.url_len();
        let place = buffer.get_mut(..length).ok_or(BufferTooSmall { needed: length })?;
        self.copy_url(place);
        core::str::from_utf8(place).ok().and_then(Target::parse).ok_or(BufferTooSmall { needed: 0 })
    }

    /// Bytes of the absolute URL.
    pub fn url_len(&self) -> usize {
        match &self.place {
            Place::Endpoint { base, path, .. } => base.as_str().len().saturating_add(path.len()),
            Place::Foreign { url, .. } => url.bytes().fold(0, |length, _| length.saturating_add(1)),
        }
    }

    fn copy_url(&self, place: &mut [u8]) {
        let copy = |place: &mut [u8], bytes: &mut dyn Iterator<Item = u8>| {
            place.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
        };
        match &self.place {
            Place::Endpoint { base, path, .. } => {
                copy(place, &mut base.as_str().bytes().chain(path.bytes()))
            }
            Place::Foreign { url, .. } => copy(place, &mut url.bytes()),
        }
    }

    /// The header fields, `Content-Type` among them where there is a body.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        let key = match &self.place {
            Place::Endpoint { key: Some((name, key)), .. } => {
                Some(Field { name, value: key.expose(), is_secret: true })
            }
            Place::Endpoint { key: None, .. } | Place::Foreign { .. } => None,
        };
        let json = (!self.body.is_empty()).then_some("application/json");
        let user = self.end_user.as_ref();
        let is_bid = matches!(self.body.0, Content::Bid(_));
        let is_foreign = matches!(self.place, Place::Foreign { .. });
        let forwarded = user.filter(|_| is_bid || is_foreign).and_then(EndUser::forwarded_for);
        let language = user.filter(|_| is_bid).and_then(EndUser::accept_language);
        let geo = self.geo();
        [
            ("x-forwarded-for", forwarded.map(Ip::as_str)),
            ("user-agent", user.map(|user| user.user_agent().as_str())),
            ("x-user-country", geo.map(|geo| geo.country.as_str())),
            ("x-user-device", geo.map(|geo| geo.device.as_str())),
            ("x-user-timezone", geo.map(|geo| geo.timezone.as_str())),
            ("x-user-region", geo.and_then(|geo| geo.region).map(HeaderText::as_str)),
            ("x-user-city", geo.and_then(|geo| geo.city).map(HeaderText::as_str)),
            ("accept-language", language.map(HeaderText::as_str)),
            ("content-type", json),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(Field { name, value: value?, is_secret: false }))
        .chain(key)
    }

    /// Where the person is; the platform reads it on bid requests only.
    fn geo(&self) -> Option<&Geo<'a>> {
        match (&self.body.0, &self.end_user) {
            (Content::Bid(_), Some(EndUser::Forwarded { geo, .. })) => geo.as_ref(),
            _ => None,
        }
    }
}

/// A latest exchange of which both sides hold text (T06).
fn content<'a>(user: &'a str, chatbot: &'a str) -> Result<(&'a str, &'a str), ConfigError> {
    if user.is_empty() || chatbot.is_empty() {
        Err(ConfigError::Content)
    } else {
        Ok((user, chatbot))
    }
}

/// Turns to wait that the v1 API takes, or the error.
fn wait_turns(turns: u8, error: ConfigError) -> Result<Option<u8>, ConfigError> {
    if turns <= MAX_WAIT_TURNS { Ok(Some(turns)) } else { Err(error) }
}

/// An id that does not tell who the person is: the platform asks for no e-mail address (wire contract 5).
fn user_id(id: &str) -> Result<&str, ConfigError> {
    let (name, domain) = split_before(id, b"@");
    let is_email = !name.is_empty() && domain.bytes().any(|byte| byte == b'.');
    if id.is_empty() || is_email { Err(ConfigError::UserId) } else { Ok(id) }
}
