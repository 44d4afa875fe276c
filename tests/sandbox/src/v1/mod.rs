//! v1 (wire contract 2): two calls for an ad, E1 and E2, and two reports about a prompt, E3 and E4.

mod call;
mod message;
mod prompt;
mod report;

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::headers::{ads_url, key, text};
use crate::inventory::Common;
use crate::issuer::Issuer;
use crate::json::Style;
use crate::reply::{self, Family, Served, Stamp};
use crate::switches::NoAdData;
use crate::validate::{self, Issue};
use crate::world::{Shared, World};

use call::Call;
pub(crate) use message::get_ad as message;
pub(crate) use prompt::{get_ad as prompt, is_opener};
pub(crate) use report::{click, feedback};

/// What a body says, or everything that is wrong with it.
type Read<T> = Result<T, Vec<Issue>>;

/// One of the two calls for an ad.
struct Endpoint<T: 'static> {
    /// Keeps conversations about one kind of ad from advancing those about the other.
    name: &'static str,
    ads: &'static [T],
    common: fn(&T) -> &Common,
    read: fn(&Map<String, Value>, &Config) -> Read<Call>,
}

impl<T> Endpoint<T> {
    fn answer<D: Serialize>(
        &self,
        shared: &Arc<Shared>,
        headers: &HeaderMap,
        body: &Bytes,
        data: impl FnOnce(&'static T, &mut Issuer<'_>) -> D,
    ) -> Response<Body> {
        let since = Instant::now();
        let config = &shared.config;
        let mut world = shared.world();
        let Some(key) = key(config, Family::V1, headers) else {
            return reply::error(
                Family::V1,
                &world.stamp(Family::V1, since),
                401,
                "Invalid API key",
            );
        };
        let call = match read(&mut world, headers, body, |map| (self.read)(map, config)) {
            Ok(call) => call,
            Err(refusal) => return *refusal,
        };
        let found = call.decide(&mut world, config, key, self);
        let stamp = world.stamp(Family::V1, since);
        match found {
            Ok(ad) => {
                let base = &ads_url(headers, shared);
                let data = data(ad, &mut Issuer { world: &mut world, base, billable: false });
                served(&stamp, &data, (self.common)(ad).style())
            }
            Err(reason) => no_ad(&stamp, reason, config.no_ad_data),
        }
    }
}

/// A body as `read` understands it, or the answer that says why it does not.
fn read<T>(
    world: &mut World,
    headers: &HeaderMap,
    body: &[u8],
    read: impl FnOnce(&Map<String, Value>) -> Read<T>,
) -> Result<T, Box<Response<Body>>> {
    let since = Instant::now();
    if std::str::from_utf8(body).is_err() {
        return Err(Box::new(reply::detail(400, "There was an error parsing the body")));
    }
    let parsed = validate::object(body, text(headers, "content-type"));
    parsed
        .and_then(|map| read(&map))
        .map_err(|issues| Box::new(reply::v1_invalid(&world.stamp(Family::V1, since), &issues)))
}

fn served(stamp: &Stamp, data: &impl Serialize, style: Style) -> Response<Body> {
    let mut answer = reply::v1_success(stamp, "Ad served successfully", data, style);
    answer.extensions_mut().insert(Served);
    answer
}

fn no_ad(stamp: &Stamp, reason: &str, how: NoAdData) -> Response<Body> {
    let data = match how {
        NoAdData::Empty => json!({}),
        NoAdData::Null => Value::Null,
    };
    reply::v1_success(stamp, reason, data, Style::Utf8)
}
