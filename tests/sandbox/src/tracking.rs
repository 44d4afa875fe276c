//! Trackers: what happens when the URLs of an ad are called (wire contract 4).
//!
//! Every URL must come back byte for byte as it was given out. A client that decodes it twice, or
//! drops a parameter, finds its token unknown.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};

use crate::app::{E3, E4};
use crate::headers::{base_url, check_end_user};
use crate::issuer::escape;
use crate::poll::{RESULTS, VOTE};
use crate::reply::{self, Family};
use crate::switches::PromptClick;
use crate::world::{Shared, World};

/// What a token in a URL stands for.
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Empty for what does not stand in a query.
    pub(crate) query: String,
    pub(crate) seen: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The SSP's own view tracker: what a counted impression earns, in millionths of a dollar.
    View { earns: u64 },
    /// The demand partner's view tracker.
    PartnerView,
    /// The click redirect, and whose page it ends on.
    Click { domain: String },
    /// The tap on a sponsored prompt.
    PromptClick,
    /// E5, and whose page it ends on; the token is in the path.
    MessageClick { domain: String },
    /// E3's token; in a body.
    V1Click,
    /// E4's `sponsored_prompt_id`; in a body.
    Feedback,
    /// One vote in the poll with this id.
    Poll { id: u32 },
}

/// `GET` of either view tracker.
pub(crate) async fn view(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    if let Err(message) = check_end_user(&shared.config, &headers) {
        return reply::detail(400, message);
    }
    let mut world = shared.world();
    let world = &mut *world;
    let Some(token) = find(world, &uri) else { return unknown() };
    let earned = match (&token.kind, uri.path()) {
        (Kind::View { earns }, VIEW) => Some(*earns).filter(|_| !token.seen),
        (Kind::PartnerView, DSP_VIEW) => None,
        _ => return unknown(),
    };
    token.seen = true;
    world.stats.pings += 1;
    if let Some(micros) = earned {
        world.stats.impressions += 1;
        world.stats.revenue_micros += micros;
    }
    reply::with_json(200, br#"{"status":"success"}"#.to_vec())
}

/// `GET` of a click URL: counts, and sends the browser on to a page of the sandbox.
pub(crate) async fn click(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mut world = shared.world();
    let Some(Token { kind: Kind::Click { domain }, .. }) = find(&mut world, &uri) else {
        return unknown();
    };
    let location = landing(domain, &base_url(&headers, &shared));
    world.stats.clicks += 1;
    reply::redirect(302, &location)
}

/// E5: counts a click of either family.
pub(crate) async fn message_click(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let mut world = shared.world();
    let name = uri.path().strip_prefix(MESSAGE_REDIRECT).unwrap_or_default();
    let Some(Token { kind: Kind::MessageClick { domain }, .. }) = world.tokens.get(name) else {
        let stamp = world.stamp(Family::V1, Instant::now());
        return reply::error(Family::V1, &stamp, 404, "Link expired or not found");
    };
    let location = landing(domain, &base_url(&headers, &shared));
    world.stats.clicks += 1;
    reply::redirect(302, &location)
}

/// `POST` or `GET` (C9) of a prompt's click URL.
pub(crate) async fn prompt_click(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
) -> Response<Body> {
    let allowed = match shared.config.prompt_click {
        PromptClick::Both => "POST, GET",
        PromptClick::Post => "POST",
        PromptClick::Get => "GET",
    };
    if !allowed.split(", ").any(|allowed| allowed == method.as_str()) {
        return reply::not_allowed(allowed);
    }
    let mut world = shared.world();
    let world = &mut *world;
    let Some(token) = find(world, &uri).filter(|token| token.kind == Kind::PromptClick) else {
        return unknown();
    };
    if !std::mem::replace(&mut token.seen, true) {
        world.stats.prompt_clicks += 1;
    }
    reply::with_json(200, br#"{"status":"success"}"#.to_vec())
}

/// Whether a path is one that a client reports to.
pub(crate) fn is_ping(path: &str) -> bool {
    [VIEW, DSP_VIEW, PROMPT_CLICK, E3, E4, VOTE, RESULTS].contains(&path)
}

/// Marks what was given out as `name` as used, and says whether that is the first time.
pub(crate) fn used(world: &mut World, name: &str, kind: &Kind) -> Option<bool> {
    let token = world.tokens.get_mut(name).filter(|token| token.kind == *kind)?;
    Some(!std::mem::replace(&mut token.seen, true))
}

fn landing(domain: &str, base: &str) -> String {
    format!("{base}/sandbox/landing?advertiser={}", escape(domain))
}

/// What the URL was given out for.
pub(crate) fn find<'a>(world: &'a mut World, uri: &Uri) -> Option<&'a mut Token> {
    let query = uri.query()?;
    let name = query.strip_prefix("token=")?.split('&').next()?;
    world.tokens.get_mut(name).filter(|token| token.query == query)
}

fn unknown() -> Response<Body> {
    reply::detail(404, "Link expired or not found")
}

pub(crate) const VIEW: &str = "/api/v1/tracking/view";
pub(crate) const DSP_VIEW: &str = "/api/v1/dsp/view";
pub(crate) const REDIRECT: &str = "/api/v1/tracking/redirect";
pub(crate) const MESSAGE_REDIRECT: &str = "/api/v1/message/redirect/";
pub(crate) const PROMPT_CLICK: &str = "/api/v1/tracking/sponsored-prompt-click";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::issuer::Issuer;
    use crate::switches::TrackersIn;

    #[test]
    fn knows_a_url_only_as_it_was_given_out() {
        let shared = Shared::new(Config::default(), "127.0.0.1:1".to_owned());
        let urls = Issuer { world: &mut shared.world(), base: "http://h:1", billable: true }
            .message("shop.example", 2_350_000, TrackersIn::Query);
        let uri: Uri = urls.url.parse().unwrap();
        assert!(find(&mut shared.world(), &uri).is_some());
        let stripped: Uri = urls.url.split('&').next().unwrap().parse().unwrap();
        assert!(find(&mut shared.world(), &stripped).is_none());
    }
}
