//! E2, `POST /api/v1/message/get-ad/`: the sponsored message of wire contract 2.3, and E5, the
//! redirect that its `prod_url` is (2.6).

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::call::{Call, Pace, read_content};
use super::{Endpoint, Read};
use crate::config::Config;
use crate::inventory::{Cost, Creative, inventory};
use crate::issuer::Issuer;
use crate::switches::CreativeIs;
use crate::validate::{Extra, Fields, Issue};
use crate::world::Shared;

/// Answers one call.
pub(crate) async fn get_ad(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let messages = Endpoint {
        name: "message",
        ads: &inventory().messages,
        common: |ad: &Creative| &ad.common,
        read: read_call,
    };
    let how = shared.config.creative_is;
    messages.answer(&shared, &headers, &body, |ad, issuer| Data::new(ad, issuer, how))
}

#[derive(Serialize)]
struct Data<'a> {
    creative: Value,
    prod_name: &'a str,
    img_url: String,
    prod_url: String,
    #[serde(flatten)]
    cost: Option<&'a Cost>,
}

impl<'a> Data<'a> {
    fn new(ad: &'a Creative, issuer: &mut Issuer<'_>, how: CreativeIs) -> Self {
        let text = match &ad.description {
            Some(more) => format!("{} {more}", ad.headline),
            None => ad.headline.clone(),
        };
        let product = &ad.product;
        Self {
            creative: match how {
                CreativeIs::Text => json!(text),
                CreativeIs::Object => json!({ "creative": text }),
            },
            prod_name: &product.name,
            img_url: format!("https://cdn.example/224/{}.png", ad.common.domain),
            prod_url: issuer.message_click(&ad.common.domain),
            cost: product.cost.as_ref(),
        }
    }
}

fn read_call(map: &Map<String, Value>, config: &Config) -> Read<Call> {
    let mut fields = Fields::new(map, &[json!("body")]);
    let user = fields.text("userId", 0, ID).map(str::to_owned);
    let chat = fields.text("chatId", 0, ID).map(str::to_owned);
    let content = read_content(&mut fields, true);
    fields.optional_text("userRegion", usize::MAX);
    read_meta(&mut fields);
    let pace = Pace::read(&mut fields, config.offset_mode);
    let issues = fields.finish(Extra::Forbidden);
    if issues.is_empty() { Ok(Call { user, chat, content, pace }) } else { Err(issues) }
}

fn read_meta(fields: &mut Fields<'_>) {
    let Some(value) = fields.optional("metaData") else { return };
    let Some(map) = value.as_object() else {
        fields.note("dict_type", "metaData", "Input should be a valid dictionary");
        return;
    };
    let at = fields.path("metaData");
    let bad = map.iter().filter(|(_, value)| !value.is_string()).map(|(name, value)| {
        let at = [at.as_slice(), &[json!(name)]].concat();
        Issue::new("string_type", &at, "Input should be a valid string", value)
    });
    fields.append(bad.collect());
}

/// Characters of `userId` and of `chatId`; a longer one is refused.
const ID: usize = 100;

#[cfg(test)]
mod tests {
    use super::super::call::issues;
    use super::*;

    fn kinds(more: Value) -> Vec<(&'static str, Value)> {
        let mut body = json!({
            "userId": "u", "chatId": "c", "content": {"user": "a", "chatbot": "b"}
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let found = issues(&body.to_string(), |map| read_call(map, &Config::default()));
        found.into_iter().map(|(kind, at, _)| (kind, at)).collect()
    }

    #[test]
    fn wants_both_ids_and_the_exchange() {
        let found = issues("{}", |map| read_call(map, &Config::default()));
        let places: Vec<_> = found.iter().map(|(kind, at, _)| (*kind, at[1].clone())).collect();
        let missing = |name: &str| ("missing", json!(name));
        assert_eq!(places, [missing("userId"), missing("chatId"), missing("content")]);
        let long = kinds(json!({"userId": "é".repeat(101), "chatId": "é".repeat(100)}));
        assert_eq!(long, [("string_too_long", json!(["body", "userId"]))]);
    }

    #[test]
    fn takes_the_members_of_this_call_only() {
        assert_eq!(
            kinds(json!({"country_code": "US", "userRegion": 5, "content": null})),
            [
                ("model_attributes_type", json!(["body", "content"])),
                ("string_type", json!(["body", "userRegion"])),
                ("extra_forbidden", json!(["body", "country_code"])),
            ]
        );
        let meta = json!({"metaData": {"topic": "outdoor", "age": 7}});
        assert_eq!(kinds(meta), [("string_type", json!(["body", "metaData", "age"]))]);
    }
}
