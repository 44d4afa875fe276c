//! Any values as a request: what is accepted is written the same way by all three writers and reads back as given.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use thrads_core::{
    Ad, AdFormat, AdFormats, ApiKey, BidConfig, BidRequest, Body, Call, ConfigError, Conversation,
    CountryCode, EndUser, Engagement, Environment, Family, Feedback, Head, History, Instant,
    Interaction, Message, MessageRequest, Millis, Outcome, Policy, PromptRequest, Publisher, Rate,
    Request, Role, Session, Setting, Timestamp, UnixMillis, UserMetadata,
};
use thrads_fuzz::{Json, object, rfc3339};

fuzz_target!(|input: Input<'_>| {
    let publisher = PUBLISHER.with(Clone::clone);
    let publisher = Publisher { environment: environment(input.production), ..publisher };
    match input.call {
        Given::Prompt(given) => {
            if let Ok(call) = given.call() {
                let expected = given.expected(input.production, input.pacing);
                let call = paced(Call::Prompt(call), input.pacing);
                assert_written(&Request::new(&publisher, call), &expected, input.drip);
            }
        }
        Given::Message(given) => {
            if let Ok(call) = given.call() {
                let expected = given.expected(input.production, input.pacing);
                let call = paced(Call::Message(call), input.pacing);
                assert_written(&Request::new(&publisher, call), &expected, input.drip);
            }
        }
        Given::Bid(given) => {
            let messages = given.messages();
            let history = given.history();
            let conversation = if given.by_history {
                history.conversation()
            } else {
                Conversation::new(&messages).ok()
            };
            if let Ok(Some(call)) = given.call(conversation) {
                let expected = given.expected(conversation, input.pacing);
                let call = paced(Call::Bid(call), input.pacing);
                assert_written(&Request::new(&publisher, call), &expected, input.drip);
            }
        }
        Given::Feedback(given) => {
            let by_token = Feedback::Token(given.id);
            let told = if given.by_token { by_token } else { Feedback::Id(given.id) };
            let request = told.request(&publisher, given.interaction());
            assert_eq!(request.is_some(), given.clicked || !given.by_token);
            if let Some(request) = request {
                assert_written(&request, &given.expected(), input.drip);
            }
        }
        Given::Vote(id) => assert_vote(&publisher, id, input.drip),
    }
});

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    production: bool,
    pacing: Option<Pacing>,
    /// How many bytes the writer takes at a time, in turn.
    drip: &'a [u8],
    call: Given<'a>,
}

type Pacing = (Option<u8>, Option<u8>, Option<u32>);

#[derive(Arbitrary, Debug)]
enum Given<'a> {
    Prompt(GivenPrompt<'a>),
    Bid(GivenBid<'a>),
    Message(GivenMessage<'a>),
    Feedback(GivenFeedback<'a>),
    /// For the option with this id.
    Vote(&'a str),
}

#[derive(Arbitrary, Debug)]
struct GivenPrompt<'a> {
    country_code: [u8; 2],
    user_id: Option<&'a str>,
    chat_id: Option<&'a str>,
    content: Option<(&'a str, &'a str)>,
    region: Option<&'a str>,
    city: Option<&'a str>,
    os: Option<&'a str>,
    force: Option<bool>,
    offset: Option<u8>,
    frequency: Option<u8>,
}

#[derive(Arbitrary, Debug)]
struct GivenMessage<'a> {
    user_id: &'a str,
    chat_id: &'a str,
    content: (&'a str, &'a str),
    user_region: Option<[u8; 2]>,
    meta_data: Option<Vec<(&'a str, &'a str)>>,
    force: Option<bool>,
    offset: Option<u8>,
    frequency: Option<u8>,
}

#[derive(Arbitrary, Debug)]
struct GivenFeedback<'a> {
    id: &'a str,
    by_token: bool,
    clicked: bool,
    number_follow_ups: u32,
    is_sponsor_mentioned: bool,
    summary: &'a str,
}

#[derive(Arbitrary, Debug)]
struct GivenBid<'a> {
    user_id: &'a str,
    /// None makes an opener.
    chat_id: Option<&'a str>,
    by_history: bool,
    alternate: bool,
    messages: Vec<(bool, &'a str, Option<GivenTime<'a>>)>,
    summary: Option<&'a str>,
    ad_formats: Option<Vec<u8>>,
    config: Option<GivenConfig<'a>>,
    metadata: Option<GivenMetadata<'a>>,
    turn_number: Option<u32>,
    force: Option<bool>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum GivenTime<'a> {
    Text(&'a str),
    UnixSeconds(u64),
    Utc(u64),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct GivenConfig<'a> {
    ad_offset: GivenSetting,
    max_frequency: GivenSetting,
    image_enabled: Option<bool>,
    restricted_click_area: Option<bool>,
    max_headline_chars: Option<u32>,
    experiment_tag: Option<&'a str>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum GivenSetting {
    Omitted,
    Dashboard,
    Value(u32),
}

#[derive(Arbitrary, Debug)]
struct GivenMetadata<'a> {
    age_range: Option<&'a str>,
    tcf_consent: Option<&'a str>,
    us_privacy: Option<&'a str>,
    other: Vec<(&'a str, &'a str)>,
}

impl<'a> GivenPrompt<'a> {
    fn call(&self) -> Result<PromptRequest<'a>, ConfigError> {
        let mut call = PromptRequest::new(CountryCode::new(&country(self.country_code))?);
        if let Some(id) = self.user_id {
            call = call.user_id(id)?;
        }
        if let Some((user, chatbot)) = self.content {
            call = call.content(user, chatbot)?;
        }
        if let Some(turns) = self.offset {
            call = call.conversation_offset(turns)?;
        }
        if let Some(turns) = self.frequency {
            call = call.ad_frequency_limit(turns)?;
        }
        call = self.chat_id.into_iter().fold(call, PromptRequest::chat_id);
        call = self.region.into_iter().fold(call, PromptRequest::region);
        call = self.city.into_iter().fold(call, PromptRequest::city);
        call = self.os.into_iter().fold(call, PromptRequest::os);
        Ok(self.force.into_iter().fold(call, PromptRequest::force))
    }

    fn expected(&self, production: bool, pacing: Option<Pacing>) -> Json {
        let (offset, frequency, _) = pacing.filter(|_| self.content.is_some()).unwrap_or_default();
        object([
            ("country_code", Some((*country(self.country_code)).into())),
            ("userId", self.user_id.map(Json::from)),
            ("chatId", self.chat_id.map(Json::from)),
            ("content", self.content.map(exchange)),
            ("region", self.region.map(Json::from)),
            ("city", self.city.map(Json::from)),
            ("os", self.os.map(Json::from)),
            ("force", self.force.map(Json::Bool)),
            ("conversationOffset", limited(offset).or(self.offset).map(Json::from)),
            ("adFrequencyLimit", limited(frequency).or(self.frequency).map(Json::from)),
            ("production", Some(Json::Bool(production))),
        ])
    }
}

impl GivenMessage<'_> {
    fn call(&self) -> Result<MessageRequest<'_>, ConfigError> {
        let mut call = MessageRequest::new(self.user_id, self.chat_id, self.content)?;
        if let Some(region) = self.user_region {
            call = call.user_region(CountryCode::new(&country(region))?);
        }
        if let Some(turns) = self.offset {
            call = call.conversation_offset(turns)?;
        }
        if let Some(turns) = self.frequency {
            call = call.ad_frequency_limit(turns)?;
        }
        call = self.meta_data.iter().map(Vec::as_slice).fold(call, MessageRequest::meta_data);
        Ok(self.force.into_iter().fold(call, MessageRequest::force))
    }

    fn expected(&self, production: bool, pacing: Option<Pacing>) -> Json {
        let (offset, frequency, _) = pacing.unwrap_or_default();
        let hints = |hints: &Vec<(&str, &str)>| {
            object(hints.iter().map(|&(name, value)| (name, Some(value.into()))))
        };
        object([
            ("userId", Some(self.user_id.into())),
            ("chatId", Some(self.chat_id.into())),
            ("content", Some(exchange(self.content))),
            ("userRegion", self.user_region.map(|region| (*country(region)).into())),
            ("metaData", self.meta_data.as_ref().map(hints)),
            ("force", self.force.map(Json::Bool)),
            ("conversationOffset", limited(offset).or(self.offset).map(Json::from)),
            ("adFrequencyLimit", limited(frequency).or(self.frequency).map(Json::from)),
            ("production", Some(Json::Bool(production))),
        ])
    }
}

impl<'a> GivenFeedback<'a> {
    fn interaction(&self) -> Interaction<'a> {
        let Self { clicked, number_follow_ups, is_sponsor_mentioned, summary, .. } = *self;
        Interaction { clicked, number_follow_ups, is_sponsor_mentioned, summary }
    }

    fn expected(&self) -> Json {
        if self.by_token {
            return object([("token", Some(self.id.into()))]);
        }
        object([
            ("sponsored_prompt_id", Some(self.id.into())),
            ("clicked", Some(Json::Bool(self.clicked))),
            ("number_follow_ups", Some(self.number_follow_ups.into())),
            ("is_sponsor_mentioned", Some(Json::Bool(self.is_sponsor_mentioned))),
            ("summary", Some(self.summary.into())),
        ])
    }
}

/// Only a poll that came gives the right to vote, so one comes first.
fn assert_vote(publisher: &Publisher, id: &str, drip: &[u8]) {
    let answer = serde_json::json!({"data": {"bid": {
        "ad_format": "sponsored_poll", "question": "Q?", "options": [{"id": id, "text": "L"}],
        "vote_url": "https://p.example/v", "results_url": "https://p.example/r",
    }}});
    let mut answer = answer.to_string().into_bytes();
    let end_user = EndUser::this_device("kiosk/1.0").expect("visible ASCII");
    let mut session = Session::new(Family::Ssp, Policy::SERVER);
    let call = Call::Bid(BidRequest::opener("u", end_user).expect("an id"));
    session.poll_request(Instant::from_millis(0), &mut Rate::default(), Millis(0), publisher, call);
    let outcome = session.handle_response(&Head::new(200), &mut answer);
    let Outcome::Ad(mut offers) = outcome else { return assert!(id.trim().is_empty(), "{id:?}") };
    let offer = offers.next().expect("a poll");
    let (Ad::SponsoredPoll(poll), Engagement::Vote(vote)) = (&offer.ad, &offer.engagement) else {
        panic!("{:?}", offer.ad)
    };
    let option = poll.options.iter().next().expect("an option");
    let expected = object([("option_id", Some(id.into()))]);
    assert_written(&vote.request(option, end_user), &expected, drip);
}

fn country(letters: [u8; 2]) -> String {
    letters.map(char::from).into_iter().collect()
}

fn exchange((user, chatbot): (&str, &str)) -> Json {
    object([("user", Some(user.into())), ("chatbot", Some(chatbot.into()))])
}

/// The v1 API takes 20 at most.
fn limited(turns: Option<u8>) -> Option<u8> {
    turns.map(|turns| turns.min(20))
}

impl<'a> GivenBid<'a> {
    fn messages(&self) -> Vec<Message<'a>> {
        let message = |(index, &(is_user, content, time)): (usize, &(bool, &'a str, _))| {
            let is_user =
                if self.alternate { index % 2 == self.messages.len() % 2 } else { is_user };
            let timestamp = match time {
                Some(GivenTime::Text(text)) => Some(Timestamp::Text(text)),
                Some(GivenTime::UnixSeconds(seconds)) => Some(Timestamp::UnixSeconds(seconds)),
                Some(GivenTime::Utc(millis)) => Some(Timestamp::Utc(UnixMillis(millis))),
                None => None,
            };
            Message { role: role(is_user), content, timestamp }
        };
        self.messages.iter().enumerate().map(message).collect()
    }

    fn history(&self) -> History<4, 64> {
        let mut history = History::new();
        for message in self.messages() {
            let at = match message.timestamp {
                Some(Timestamp::Utc(at)) => Some(at),
                _ => None,
            };
            let _ = history.push(message.role, message.content, at);
        }
        history
    }

    fn call<'c>(
        &'c self,
        conversation: Option<Conversation<'c>>,
    ) -> Result<Option<BidRequest<'c>>, ConfigError> {
        let end_user = EndUser::this_device("kiosk/1.0")?;
        let mut call = match (self.chat_id, conversation) {
            (Some(_), None) => return Ok(None),
            (Some(chat_id), Some(conversation)) => {
                BidRequest::contextual(self.user_id, chat_id, conversation, end_user)?
            }
            (None, _) => BidRequest::opener(self.user_id, end_user)?,
        };
        if let Some(formats) = &self.ad_formats {
            call = call.ad_formats(AdFormats::new(
                &formats.iter().copied().map(format).collect::<Vec<_>>(),
            )?)?;
        }
        if let Some(config) = self.config {
            call = call.config(config.make()?);
        }
        call = self.summary.into_iter().fold(call, BidRequest::summary);
        call = self.metadata.iter().map(GivenMetadata::make).fold(call, BidRequest::user_metadata);
        call = self.turn_number.into_iter().fold(call, BidRequest::turn_number);
        Ok(Some(self.force.into_iter().fold(call, BidRequest::force)))
    }

    fn expected(&self, conversation: Option<Conversation<'_>>, pacing: Option<Pacing>) -> Json {
        let is_opener = self.chat_id.is_none();
        let context = conversation.filter(|_| !is_opener);
        let pacing = pacing.filter(|_| !is_opener).unwrap_or_default();
        let told = context.filter(Conversation::is_truncated).map(|context| context.turn());
        let turn = pacing.2.or(self.turn_number.filter(|_| !is_opener)).or(told);
        let usual = vec![if is_opener { 1 } else { 0 }];
        let formats = self.ad_formats.as_ref().unwrap_or(&usual);
        let formats = formats.iter().map(|&index| format(index).as_str().into()).collect();
        object([
            ("userId", Some(self.user_id.into())),
            ("chatId", self.chat_id.map(Json::from)),
            ("messages", context.map(expected_messages)),
            ("summary", self.summary.map(Json::from)),
            ("request_type", Some(if is_opener { "opener" } else { "contextual" }.into())),
            ("ad_formats", Some(Json::Array(formats))),
            ("config", self.expected_config(pacing)),
            ("user_metadata", self.metadata.as_ref().map(GivenMetadata::expected)),
            ("turn_number", turn.map(Json::from)),
            ("force", self.force.map(Json::Bool)),
        ])
    }

    fn expected_config(&self, (offset, frequency, _): Pacing) -> Option<Json> {
        let is_paced = offset.is_some() || frequency.is_some();
        let own = self.config;
        if own.is_none() && !is_paced {
            return None;
        }
        let setting = |paced: Option<u8>, own: Option<GivenSetting>| match (paced, own) {
            (Some(turns), _) => Some(Json::from(turns)),
            (None, Some(GivenSetting::Value(value))) => Some(Json::from(value)),
            (None, Some(GivenSetting::Dashboard)) => Some(Json::Null),
            _ => None,
        };
        Some(object([
            ("ad_offset", setting(offset, own.map(|own| own.ad_offset))),
            ("max_frequency", setting(frequency, own.map(|own| own.max_frequency))),
            ("max_headline_chars", own.and_then(|own| own.max_headline_chars).map(Json::from)),
            ("image_enabled", own.and_then(|own| own.image_enabled).map(Json::Bool)),
            (
                "restricted_click_area",
                own.and_then(|own| own.restricted_click_area).map(Json::Bool),
            ),
            ("experiment_tag", own.and_then(|own| own.experiment_tag).map(Json::from)),
        ]))
    }
}

/// As the contract wants them: in turn, the assistant last, each with text (3.3).
fn expected_messages(conversation: Conversation<'_>) -> Json {
    let messages: Vec<_> =
        (0..conversation.len()).filter_map(|index| conversation.get(index)).collect();
    assert!(messages.len() >= 2 && messages.len() == conversation.len());
    assert!(messages.windows(2).all(|pair| pair[0].role != pair[1].role));
    assert!(messages.last().is_some_and(|last| last.role == Role::Assistant));
    assert!(messages.iter().all(|message| !message.content.is_empty()));
    let message = |message: Message<'_>| {
        let timestamp = message.timestamp.map(|timestamp| match timestamp {
            Timestamp::Text(text) => text.into(),
            Timestamp::UnixSeconds(seconds) => Json::Number(seconds),
            Timestamp::Utc(at) => (*rfc3339(at.0)).into(),
        });
        let role = if message.role == Role::User { "user" } else { "assistant" };
        object([
            ("role", Some(role.into())),
            ("content", Some(message.content.into())),
            ("timestamp", timestamp),
        ])
    };
    Json::Array(messages.into_iter().map(message).collect())
}

impl<'a> GivenConfig<'a> {
    fn make(self) -> Result<BidConfig<'a>, ConfigError> {
        let setting = |given| match given {
            GivenSetting::Omitted => Setting::Omitted,
            GivenSetting::Dashboard => Setting::Dashboard,
            GivenSetting::Value(value) => Setting::Value(value),
        };
        let mut config = BidConfig::default();
        if let Some(characters) = self.max_headline_chars {
            config = config.max_headline_chars(characters)?;
        }
        if let Some(tag) = self.experiment_tag {
            config = config.experiment_tag(tag)?;
        }
        config.ad_offset = setting(self.ad_offset);
        config.max_frequency = setting(self.max_frequency);
        config.image_enabled = self.image_enabled;
        config.restricted_click_area = self.restricted_click_area;
        Ok(config)
    }
}

impl GivenMetadata<'_> {
    fn make(&self) -> UserMetadata<'_> {
        let Self { age_range, tcf_consent, us_privacy, ref other } = *self;
        UserMetadata { age_range, tcf_consent, us_privacy, other }
    }

    fn expected(&self) -> Json {
        let known = [
            ("age_range", self.age_range),
            ("tcf_consent", self.tcf_consent),
            ("us_privacy", self.us_privacy),
        ];
        let others = self.other.iter().map(|&(name, value)| (name, Some(value)));
        object(known.into_iter().chain(others).map(|(name, value)| (name, value.map(Json::from))))
    }
}

fn assert_written(request: &Request<'_>, expected: &Json, drip: &[u8]) {
    let body = request.body();
    let written = encoded(body);
    assert_eq!(*expected, serde_json::from_slice(&written).expect("a body is JSON"));
    let mut pieces = body.pieces();
    let mut pieced = Vec::new();
    while let Some(piece) = pieces.next() {
        pieced.extend_from_slice(piece);
    }
    assert_eq!(pieced, written);
    let mut writer = Dripping { drip, at: 0, is_ready: Cell::new(false), taken: Vec::new() };
    finished(body.write_to(&mut writer)).expect("the writer never fails");
    assert_eq!(writer.taken, written);
    assert_head(request);
}

/// The exact length is enough, and one byte less is not.
fn encoded(body: &Body<'_>) -> Vec<u8> {
    let mut buffer = vec![0; body.len()];
    let short = buffer.len() - 1;
    let refused = body.encode(&mut buffer[..short]).expect_err("a byte is missing");
    assert_eq!(refused.needed, body.len());
    assert_eq!(body.encode(&mut buffer), Ok(body.len()));
    buffer
}

fn assert_head(request: &Request<'_>) {
    let mut url = vec![0; request.url_len()];
    assert!(request.target(&mut url).is_ok());
    for field in request.fields() {
        assert!(field.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        assert!(field.value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
    }
}

/// Takes few bytes at a time, and none on every other poll.
struct Dripping<'d> {
    drip: &'d [u8],
    at: usize,
    is_ready: Cell<bool>,
    taken: Vec<u8>,
}

impl embedded_io_async::ErrorType for Dripping<'_> {
    type Error = std::convert::Infallible;
}

impl embedded_io_async::Write for Dripping<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        std::future::poll_fn(|_| match self.is_ready.replace(!self.is_ready.get()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        let most = self.drip.get(self.at % self.drip.len().max(1)).map_or(1, |&most| most.max(1));
        let length = bytes.len().min(most.into());
        self.at += 1;
        self.taken.extend_from_slice(&bytes[..length]);
        Ok(length)
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

fn finished<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

fn paced(call: Call<'_>, pacing: Option<Pacing>) -> Call<'_> {
    pacing.map_or(call, |(offset, frequency, turn)| call.paced(offset, frequency, turn))
}

fn role(is_user: bool) -> Role {
    if is_user { Role::User } else { Role::Assistant }
}

fn format(index: u8) -> AdFormat {
    match index % 3 {
        0 => AdFormat::SponsoredMessage,
        1 => AdFormat::SponsoredPrompt,
        _ => AdFormat::SponsoredPoll,
    }
}

fn environment(production: bool) -> Environment {
    if production { Environment::Production } else { Environment::Staging }
}

thread_local! {
    static PUBLISHER: Publisher =
        Publisher::new(ApiKey::new("key").expect("a key"), Environment::Staging);
}
