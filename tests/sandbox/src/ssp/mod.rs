//! E10, `POST /api/v1/ssp/bid-request`: one auction (wire contract 3).

mod ad;
mod messages;
mod request;

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};

use crate::config::Config;
use crate::cors;
use crate::headers::{Key, ads_url, check_end_user, check_geo, key, text};
use crate::inventory::{Creative, Exchange, Matching, Question, choose, inventory};
use crate::issuer::Issuer;
use crate::json::Style;
use crate::pacing::SspRule;
use crate::reply::{self, Family, Served};
use crate::switches::{ProductionMember, PromptsIn, Staging};
use crate::validate;
use crate::world::{Shared, World};

pub(crate) use request::is_opener;
use request::{BidRequest, Format};

/// Answers one call.
pub(crate) async fn bid_request(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let since = Instant::now();
    let config = &shared.config;
    let mut world = shared.world();
    let key = match admit(config, &headers) {
        Ok(key) => key,
        Err((code, message)) => {
            let stamp = world.stamp(Family::Ssp, since);
            return reply::error(Family::Ssp, &stamp, code, message);
        }
    };
    if std::str::from_utf8(&body).is_err() {
        return reply::detail(400, "There was an error parsing the body");
    }
    let parsed = validate::object(&body, text(&headers, "content-type"));
    let request = match parsed.and_then(|map| BidRequest::read(&map, config.alternation)) {
        Ok(request) => request,
        Err(issues) => return reply::ssp_invalid(config.invalid_is, &issues),
    };
    let base = ads_url(&headers, &shared);
    let outcome = Auction { request: &request, config, key, base: &base }.run(&mut world);
    let stamp = world.stamp(Family::Ssp, since);
    match outcome {
        Ok((data, style)) => {
            let mut answer = match world.creatives.over(&data) {
                Some(data) => reply::ssp_success(&stamp, "Bid successful", data, style),
                None => reply::ssp_success(&stamp, "Bid successful", data, style),
            };
            answer.extensions_mut().insert(Served);
            answer
        }
        Err((data, reason)) => reply::ssp_success(&stamp, &reason, data, Style::Utf8),
    }
}

fn admit(config: &Config, headers: &HeaderMap) -> Result<Key, (u16, &'static str)> {
    let key = key(config, Family::Ssp, headers).ok_or((401, "Invalid API key"))?;
    if !cors::is_admitted(config, headers) {
        return Err((403, "Origin not allowed"));
    }
    check_end_user(config, headers)
        .and_then(|()| check_geo(config, headers))
        .map_err(|message| (400, message))?;
    Ok(key)
}

struct Auction<'a> {
    request: &'a BidRequest,
    config: &'a Config,
    key: Key,
    base: &'a str,
}

impl Auction<'_> {
    fn run(&self, world: &mut World) -> Result<(ad::Data, Style), (Value, String)> {
        let none = |reason: String| (json!({"bid": null}), reason);
        self.pace(world).map_err(none)?;
        let won = self.won(world)?;
        if let Some(name) = self.conversation() {
            let mut chat = world.ssp_chats.get(&name).copied().unwrap_or_default();
            chat.served();
            world.ssp_chats.insert(name, chat);
        }
        Ok(won)
    }

    // The bits of the rotation decide, so that which format is first and which ad is first differ.
    fn won(&self, world: &mut World) -> Result<(ad::Data, Style), (Value, String)> {
        let formats: Vec<_> =
            self.request.formats(u64::from(world.rotation.count_ones())).collect();
        let found = formats.iter().find_map(|format| match format {
            Format::Message => self.message(world),
            Format::Prompt => self.prompts(world),
            Format::Poll => self.poll(world),
        });
        found.ok_or_else(|| match formats.as_slice() {
            [Format::Message] => (json!({"bid": null}), self.no_bid()),
            [Format::Prompt] => (self.no_prompts(), "No bids".to_owned()),
            _ => (json!({"bid": null}), "No bids".to_owned()),
        })
    }

    // Openers are before any conversation, and the staging key is promised an ad on every request.
    fn pace(&self, world: &mut World) -> Result<(), String> {
        let Some(name) = self.conversation() else { return Ok(()) };
        let rule = SspRule {
            turn: self.request.turn,
            offset: self.request.ad_offset.unwrap_or(self.config.ad_offset),
            frequency: self.request.max_frequency.unwrap_or(self.config.max_frequency),
            force: self.request.force || (self.is_test() && self.config.staging == Staging::Serves),
        };
        let mut chat = world.ssp_chats.get(&name).copied().unwrap_or_default();
        let admitted = chat.arrives(rule);
        world.ssp_chats.insert(name, chat);
        admitted
    }

    fn message(&self, world: &mut World) -> Option<(ad::Data, Style)> {
        let fits = |ad: &&Creative| self.request.headline_fits(&ad.headline);
        let rotation = world.rotate();
        let candidates = inventory().messages.iter().filter(fits);
        let creative =
            choose(candidates, |ad| &ad.common, self.exchange(), self.matching(), rotation)?;
        let (images, how) = (self.request.image_enabled, self.config.trackers_in);
        let bid = ad::Message::new(creative, &mut self.issuer(world), images, how);
        Some((ad::Data::Bid { bid: Box::new(ad::Bid::Message(bid)) }, creative.common.style()))
    }

    fn prompts(&self, world: &mut World) -> Option<(ad::Data, Style)> {
        let mut chosen: Vec<&Question> = Vec::new();
        let rotation = world.rotate();
        while chosen.len() < self.config.prompts {
            let left = inventory()
                .prompts
                .iter()
                .filter(|ad| !chosen.iter().any(|had| std::ptr::eq(*had, *ad)));
            let Some(next) =
                choose(left, |ad| &ad.common, self.exchange(), self.matching(), rotation)
            else {
                break;
            };
            chosen.push(next);
        }
        let style = chosen.first()?.common.style();
        let mut issuer = self.issuer(world);
        let bids: Vec<_> =
            chosen.iter().map(|ad| ad::Bid::Prompt(ad::Prompt::new(ad, &mut issuer))).collect();
        Some((ad::Data::of_prompts(bids, self.config.prompts_in)?, style))
    }

    fn poll(&self, world: &mut World) -> Option<(ad::Data, Style)> {
        let rotation = world.rotate();
        let polls = inventory().polls.iter();
        let poll = choose(polls, |ad| &ad.common, self.exchange(), self.matching(), rotation)?;
        let bid = ad::Bid::Poll(Box::new(ad::Poll::new(poll, &mut self.issuer(world))));
        Some((ad::Data::Bid { bid: Box::new(bid) }, poll.common.style()))
    }

    fn issuer<'w>(&'w self, world: &'w mut World) -> Issuer<'w> {
        Issuer { world, base: self.base, billable: !self.is_test() }
    }

    fn exchange(&self) -> &Exchange {
        &self.request.exchange
    }

    fn is_test(&self) -> bool {
        let asked = self.config.production_member == ProductionMember::Legacy
            && self.request.production == Some(false);
        self.key == Key::Staging || asked
    }

    fn matching(&self) -> Matching {
        let any = self.is_test() || self.config.always_match || self.request.opener;
        if any { Matching::Always } else { Matching::Topical }
    }

    fn conversation(&self) -> Option<String> {
        let chat = self.request.chat.as_ref().filter(|_| !self.request.opener)?;
        Some(format!("{} {chat}", self.key.name()))
    }

    fn no_bid(&self) -> String {
        let fits = inventory().messages.iter().any(|ad| self.request.headline_fits(&ad.headline));
        if fits { "No bids" } else { "No creative fits max_headline_chars" }.to_owned()
    }

    fn no_prompts(&self) -> Value {
        match self.config.prompts_in {
            PromptsIn::Bids => json!({"bids": []}),
            PromptsIn::BidArray => json!({"bid": []}),
            PromptsIn::Bid => json!({"bid": null}),
        }
    }
}
