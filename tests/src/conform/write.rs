//! `write`: a call becomes the bytes of a request, or is refused before any I/O.

use super::members::Members;
use super::{Answered, Refusal, bid, end_user, message, report};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use thrads_core::{
    ApiKey, BaseUrl, Call, CountryCode, Endpoints, Environment, Method, PromptRequest, Publisher,
    Request,
};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    match line.name("call")? {
        "prompt" => prompt(line),
        "message" => message::answer(line),
        "bid" => bid::answer(line),
        "feedback" => report::feedback(line),
        "prompt_click_token" => report::prompt_click_token(line),
        "view" => report::view(line),
        "prompt_click" => report::prompt_click(line),
        "vote" => report::vote(line),
        "results" => report::results(line),
        _ => Err(Refusal::Unsupported),
    }
}

/// Members that a line for any call of an ad may have.
pub(super) const MEMBERS_OF_ALL: &[&str] = &["id", "op", "call", "key", "base_url", "end_user"];

pub(super) fn publisher(
    line: &Members<'_>,
    environment: Environment,
) -> Result<Publisher, Refusal> {
    with_key(line, line.needed("key")?, environment)
}

/// One of whom only the place is asked, since the call goes out without the key.
pub(super) fn keyless(line: &Members<'_>) -> Result<Publisher, Refusal> {
    with_key(line, line.text("key")?.unwrap_or("-"), Environment::Staging)
}

fn with_key(line: &Members<'_>, key: &str, environment: Environment) -> Result<Publisher, Refusal> {
    let key = line.check("key", ApiKey::new(key))?;
    let mut publisher = Publisher::new(key, environment);
    if let Some(url) = line.text("base_url")? {
        publisher.endpoints = Endpoints::at(line.check("base_url", BaseUrl::new(url))?);
    }
    Ok(publisher)
}

fn prompt(line: &Members<'_>) -> Answered {
    line.only(&[MEMBERS_OF_ALL, &PROMPT_MEMBERS].concat())?;
    let mut publisher = publisher(line, Environment::Staging)?;
    let country = line.check("country_code", CountryCode::new(line.needed("country_code")?))?;
    let prompt = who_and_where(line, PromptRequest::new(country))?;
    let prompt = waits(line, prompt)?;
    if line.bool("production")? == Some(true) {
        publisher.environment = Environment::Production;
    }
    let person = end_user::read(line)?;
    let prompt = person.map_or(prompt, |person| prompt.end_user(person));
    // The platform reads no User-Agent of this call, so cases do not hold clients to one.
    written(&Request::new(&publisher, Call::Prompt(prompt)), &["user-agent"])
}

/// `user_id` to `os`.
fn who_and_where<'a>(
    line: &Members<'a>,
    mut prompt: PromptRequest<'a>,
) -> Result<PromptRequest<'a>, Refusal> {
    if let Some(id) = line.text("user_id")? {
        prompt = line.check("user_id", prompt.user_id(id))?;
    }
    prompt = line.text("chat_id")?.map_or(prompt, |id| prompt.chat_id(id));
    if let Some(content) = line.object("content")? {
        content.only(&["user", "chatbot"])?;
        let (user, chatbot) = (content.needed("user")?, content.needed("chatbot")?);
        prompt = line.check("content", prompt.content(user, chatbot))?;
    }
    prompt = line.text("region")?.map_or(prompt, |region| prompt.region(region));
    prompt = line.text("city")?.map_or(prompt, |city| prompt.city(city));
    Ok(line.text("os")?.map_or(prompt, |os| prompt.os(os)))
}

/// `force` to `ad_frequency_limit`.
fn waits<'a>(
    line: &Members<'a>,
    mut prompt: PromptRequest<'a>,
) -> Result<PromptRequest<'a>, Refusal> {
    prompt = line.bool("force")?.map_or(prompt, |force| prompt.force(force));
    if let Some(turns) = line.number("conversation_offset")? {
        prompt = line.check("conversation_offset", prompt.conversation_offset(turns))?;
    }
    if let Some(turns) = line.number("ad_frequency_limit")? {
        prompt = line.check("ad_frequency_limit", prompt.ad_frequency_limit(turns))?;
    }
    Ok(prompt)
}

thread_local! {
    /// Shown each request before it is written.
    static ON_REQUEST: Cell<fn(&Request<'_>)> = const { Cell::new(|_| {}) };
}

/// Answers a line and shows the requests that it makes to `look`, as they are before they are written.
pub fn with_requests(line: &str, look: fn(&Request<'_>)) {
    ON_REQUEST.set(look);
    super::answer(line);
    ON_REQUEST.set(|_| {});
}

/// The request's bytes, without the header fields that cases do not compare.
pub(super) fn written(request: &Request<'_>, left_out: &[&str]) -> Answered {
    ON_REQUEST.get()(request);
    let mut url = vec![0; request.url_len()];
    let target = request.target(&mut url).map_err(|_| Refusal::Invalid("base_url"))?;
    let (slash, path) = target.origin_form();
    Ok(json!({
        "method": request.method().as_str(),
        "scheme": if target.secure { "https" } else { "http" },
        "host": target.authority,
        "path": format!("{slash}{path}"),
        "headers": headers(request, left_out),
        "body": body(request)?,
    }))
}

/// Type, length and key first, as the protocol's examples have them. A field that is sent twice shows both values.
fn headers(request: &Request<'_>, left_out: &[&str]) -> Map<String, Value> {
    let length = request.body().len().to_string();
    let mut fields: Vec<_> =
        request.fields().map(|field| (rank(&field), field.name, field.value)).collect();
    if request.method() == Method::Post {
        fields.push((1, "content-length", &length));
    }
    fields.sort_by_key(|(rank, ..)| *rank);
    let mut headers = Map::new();
    for (_, name, value) in fields.into_iter().filter(|(_, name, _)| !left_out.contains(name)) {
        let value = match headers.get(name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value.to_owned(),
        };
        headers.insert(name.to_owned(), value.into());
    }
    headers
}

fn rank(field: &thrads_core::Field<'_>) -> u8 {
    match field.name {
        "content-type" => 0,
        _ if field.is_secret => 2,
        _ => 3,
    }
}

fn body(request: &Request<'_>) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    let mut pieces = request.body().pieces();
    while let Some(piece) = pieces.next() {
        bytes.extend_from_slice(piece);
    }
    String::from_utf8(bytes).map_err(|_| Refusal::Unreadable("the body is not UTF-8".to_owned()))
}

const PROMPT_MEMBERS: [&str; 11] = [
    "country_code",
    "user_id",
    "chat_id",
    "content",
    "region",
    "city",
    "os",
    "force",
    "conversation_offset",
    "ad_frequency_limit",
    "production",
];
