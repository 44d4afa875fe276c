//! Votes and results of sponsored polls (wire contract 4.6 and 4.7), in both generations: one vote a
//! token, tallies a poll.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use serde::Serialize;
use serde_json::{Map, Number, Value, json};

use crate::config::Config;
use crate::headers::text;
use crate::inventory::{Poll, inventory};
use crate::json::{self, Style};
use crate::reply;
use crate::switches::{DuplicateVote, PollAnswer, PollToken, VoteToken};
use crate::tracking::{self, Kind, Token};
use crate::validate::{self, Extra, Fields, Issue};
use crate::world::{Shared, World};

/// Votes of every poll by its id, one count an option.
pub(crate) type Tallies = HashMap<u32, Vec<u64>>;

/// `POST vote_url`.
pub(crate) async fn vote(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let config = &shared.config;
    let mut world = shared.world();
    let ballot = match Ballot::read(config, &uri, &headers, &body) {
        Ok(ballot) => ballot,
        Err(refusal) => return *refusal,
    };
    ballot.cast(config, &mut world, &uri).unwrap_or_else(|problem| problem.answer(config))
}

/// `GET results_url`.
pub(crate) async fn results(State(shared): State<Arc<Shared>>, uri: Uri) -> Response<Body> {
    let config = &shared.config;
    if !has_token(&uri) {
        let problem = match config.vote_token {
            VoteToken::Query => return invalid(&[missing_token()]),
            VoteToken::Body => Problem::NoToken,
        };
        return problem.answer(config);
    }
    let mut world = shared.world();
    match tracking::find(&mut world, &uri) {
        Some(Token { kind: Kind::Poll { id }, .. }) => {
            let id = *id;
            tallied(config, &world, id, None)
        }
        _ => Problem::BadToken.answer(config),
    }
}

struct Ballot {
    option: String,
    /// Where the query has none and the switch allows it.
    token: Option<String>,
}

impl Ballot {
    fn read(
        config: &Config,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Box<Response<Body>>> {
        if std::str::from_utf8(body).is_err() {
            return Err(Box::new(reply::detail(400, "There was an error parsing the body")));
        }
        let in_query = has_token(uri);
        let mut issues = Vec::new();
        if !in_query && config.vote_token == VoteToken::Query {
            issues.push(missing_token());
        }
        let parsed = validate::object(body, text(headers, "content-type"))
            .and_then(|map| read_option(&map).map(|option| (option, map)));
        let (option, map) = match parsed {
            Ok(read) if issues.is_empty() => read,
            Ok(_) => return Err(Box::new(invalid(&issues))),
            Err(more) => return Err(Box::new(invalid(&[issues, more].concat()))),
        };
        let sent = map.get("token").and_then(Value::as_str).filter(|_| !in_query);
        if !in_query && sent.is_none() {
            return Err(Box::new(Problem::NoToken.answer(config)));
        }
        Ok(Self { option, token: sent.map(str::to_owned) })
    }

    fn cast(
        &self,
        config: &Config,
        world: &mut World,
        uri: &Uri,
    ) -> Result<Response<Body>, Problem> {
        let token = match &self.token {
            Some(name) => world.tokens.get_mut(name),
            None => tracking::find(world, uri),
        };
        let Some(Token { kind: Kind::Poll { id }, seen, .. }) = token else {
            return Err(Problem::BadToken);
        };
        let (id, poll) = (*id, poll(*id).ok_or(Problem::BadToken)?);
        let at = poll.place(&self.option).ok_or(Problem::BadOption)?;
        if std::mem::replace(seen, true) {
            if config.duplicate_vote == DuplicateVote::Conflict {
                return Err(Problem::Duplicate);
            }
        } else {
            world.tallies.entry(id).or_insert_with(|| vec![0; poll.options.len()])[at] += 1;
            world.stats.votes += 1;
        }
        Ok(tallied(config, world, id, Some(&self.option)))
    }
}

/// Why a vote does not count, or results are not shown.
#[derive(Clone, Copy)]
enum Problem {
    NoToken,
    BadToken,
    BadOption,
    Duplicate,
}

impl Problem {
    fn answer(self, config: &Config) -> Response<Body> {
        let bare = config.poll_answer == PollAnswer::Bare;
        match self {
            Self::NoToken => coded(400, "missing_token", "Missing poll token"),
            Self::BadToken if config.poll_token == PollToken::Unauthorized => {
                coded(401, "invalid_token", "Invalid or expired poll token")
            }
            Self::BadToken => reply::detail(404, "Link expired or not found"),
            Self::BadOption if bare => coded(400, "invalid_option", "Invalid poll option"),
            Self::BadOption => reply::detail(400, "Invalid poll option"),
            Self::Duplicate => coded(409, "duplicate_vote", "This vote was already counted"),
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    status: &'static str,
    data: Aggregates<'a>,
}

#[derive(Serialize)]
struct Aggregates<'a> {
    sponsored_poll_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected_option_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<&'a str>,
    total_votes: u64,
    options: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: String,
    text: &'a str,
    votes: u64,
    percentage: Number,
}

fn tallied(config: &Config, world: &World, id: u32, selected: Option<&str>) -> Response<Body> {
    let Some(poll) = poll(id) else { return Problem::BadToken.answer(config) };
    let bare = config.poll_answer == PollAnswer::Bare;
    let counts = world.tallies.get(&id).map(Vec::as_slice).unwrap_or_default();
    let total_votes = counts.iter().sum();
    let row = |(at, text)| {
        let votes = counts.get(at).copied().unwrap_or_default();
        Row { id: Poll::option_id(at), text, votes, percentage: percentage(votes, total_votes) }
    };
    let aggregates = Aggregates {
        sponsored_poll_id: id,
        selected_option_id: selected.filter(|_| bare),
        question: Some(poll.question.as_str()).filter(|_| !bare),
        total_votes,
        options: poll.options.iter().map(String::as_str).enumerate().map(row).collect(),
    };
    let style = poll.common.style();
    reply::with_json(
        200,
        if bare {
            json::to_vec(&aggregates, style)
        } else {
            json::to_vec(&Envelope { status: "success", data: aggregates }, style)
        },
    )
}

// One decimal, and none where it is nought.
fn percentage(votes: u64, total: u64) -> Number {
    let tenths = (votes * 1000 + total / 2).checked_div(total).unwrap_or_default();
    match tenths % 10 {
        0 => Number::from(tenths / 10),
        _ => Number::from_f64(tenths as f64 / 10.0).unwrap_or_else(|| Number::from(tenths / 10)),
    }
}

fn read_option(map: &Map<String, Value>) -> Result<String, Vec<Issue>> {
    let mut fields = Fields::new(map, &[json!("body")]);
    let option = fields.text("option_id", 0, usize::MAX).map(str::to_owned);
    let issues = fields.finish(Extra::Ignored);
    option.ok_or(issues)
}

fn poll(id: u32) -> Option<&'static Poll> {
    inventory().polls.iter().find(|poll| poll.id == id)
}

fn has_token(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("token=")))
}

fn missing_token() -> Issue {
    Issue::new("missing", &[json!("query"), json!("token")], "Field required", &Value::Null)
}

fn invalid(issues: &[Issue]) -> Response<Body> {
    reply::with_json(422, json::to_vec(&json!({ "detail": issues }), Style::Utf8))
}

fn coded(status: u16, code: &str, message: &str) -> Response<Body> {
    let body = json!({"code": code, "message": message});
    reply::with_json(status, json::to_vec(&body, Style::Utf8))
}

pub(crate) const VOTE: &str = "/api/v1/tracking/sponsored-polls/vote";
pub(crate) const RESULTS: &str = "/api/v1/tracking/sponsored-polls/results";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_percentages_to_one_decimal() {
        let text = |votes, total| percentage(votes, total).to_string();
        assert_eq!([text(1, 3), text(2, 3), text(0, 3)], ["33.3", "66.7", "0"]);
        assert_eq!([text(3, 3), text(1, 2), text(0, 0), text(1, 16)], ["100", "50", "0", "6.3"]);
    }
}
