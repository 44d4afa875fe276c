//! The routes, and what every request goes through: recording, the rate limit, faults, counting.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, Method, Response, Uri, header};
use axum::middleware::{self, Next};
use axum::routing::{MethodRouter, any, get, post};
use serde_json::Value;

use crate::control;
use crate::fault::Fault;
use crate::faulty::{Course, Outcome};
use crate::gate::Order;
use crate::headers::{Key, base_url, key, text};
use crate::limit::Quota;
use crate::listener::Via;
use crate::reply::{self, Family, Served};
use crate::wire::Link;
use crate::world::{Recorded, Shared};
use crate::{clock, cors, poll, ssp, tracking, v1};

/// Everything the sandbox answers.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let platform = Router::new()
        .route("/", get_only(health))
        .route("/health", get_only(health))
        .route(E10, post(ssp::bid_request).options(cors::preflight).fallback(only_post))
        .route(&format!("{E10}/"), any(without_slash))
        .route(tracking::VIEW, get_only(tracking::view))
        .route(tracking::DSP_VIEW, get_only(tracking::view))
        .route(tracking::REDIRECT, get_only(tracking::click))
        .route(
            &format!("{}{{token}}", tracking::MESSAGE_REDIRECT),
            get_only(tracking::message_click),
        )
        .route(poll::VOTE, post(poll::vote).fallback(only_post))
        .route(poll::RESULTS, get_only(poll::results))
        .route(tracking::PROMPT_CLICK, any(tracking::prompt_click));
    let platform = with_slash(platform, E1, post(v1::prompt));
    let platform = with_slash(platform, E2, post(v1::message));
    let platform = with_slash(platform, E3, post(v1::click));
    let platform = with_slash(platform, E4, post(v1::feedback));
    let platform = platform
        .fallback(async || reply::detail(404, "Not Found"))
        .layer(middleware::from_fn_with_state(shared.clone(), intake));
    control::router()
        .merge(platform)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(shared.clone(), watch))
        .with_state(shared.clone())
}

// A connection on which an answer is under way outlives the closing of the port by that answer.
async fn watch(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(Via(link)): ConnectInfo<Via>,
    request: Request,
    next: Next,
) -> Response<Body> {
    link.set_busy(true);
    let mut response = next.run(request).await;
    link.set_busy(false);
    if shared.gate.order() != Order::Open {
        response
            .headers_mut()
            .insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    response
}

async fn intake(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(Via(link)): ConnectInfo<Via>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY).await else {
        return reply::detail(413, "Request Entity Too Large");
    };
    record(&shared, &parts.method, &parts.uri, &parts.headers, &body);
    let ordered = match text(&parts.headers, FAULT_HEADER).map(str::parse) {
        None => None,
        Some(Ok(fault)) => Some(fault),
        Some(Err(error)) => return reply::detail(400, &format!("{FAULT_HEADER}: {error}")),
    };
    let call = Call::of(&parts.method, &parts.uri, &body);
    let request = Request::from_parts(parts, body.into());
    match call {
        Some(call) => call.answer(shared, link, ordered, request, next).await,
        None => {
            let fault = ordered.or_else(|| {
                tracking::is_ping(request.uri().path())
                    .then(|| shared.world().ping_faults.take())?
            });
            let base = base_url(request.headers(), &shared);
            let course = Course { shared: &shared, link: &link, base, family: Family::Ssp };
            course.run(fault, next.run(request)).await.finish(&link, || {})
        }
    }
}

/// A request to E1, E2 or E10.
#[derive(Clone, Copy)]
struct Call {
    family: Family,
    opener: bool,
}

impl Call {
    fn of(method: &Method, uri: &Uri, body: &[u8]) -> Option<Self> {
        let family = match (method, uri.path()) {
            (&Method::POST, E1 | E2) => Family::V1,
            (&Method::POST, E10) => Family::Ssp,
            _ => return None,
        };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let opener = match family {
            Family::V1 => uri.path() == E1 && v1::is_opener(&body),
            Family::Ssp => ssp::is_opener(&body),
        };
        Some(Self { family, opener })
    }

    async fn answer(
        self,
        shared: Arc<Shared>,
        link: Arc<Link>,
        ordered: Option<Fault>,
        request: Request,
        next: Next,
    ) -> Response<Body> {
        let (quota, admitted) = self.arrives(&shared, request.headers(), ordered);
        let base = base_url(request.headers(), &shared);
        let allowed_origin = cors::allowed_origin(&shared.config, request.headers());
        let course = Course { shared: &shared, link: &link, base, family: self.family };
        let mut outcome = match admitted {
            Ok(fault) => course.run(fault, next.run(request)).await,
            Err(refusal) => Outcome::plain(refusal),
        };
        let status = outcome.response.status();
        outcome.response.headers_mut().extend(quota.fields(status));
        if self.family == Family::Ssp {
            outcome.response.headers_mut().extend(allowed_origin);
        }
        if !outcome.is_silent() {
            shared.world().stats.count_status(status.as_u16());
        }
        let served = outcome.response.extensions().get::<Served>().is_some();
        let counter = shared.clone();
        outcome.finish(&link, move || {
            if served {
                counter.world().stats.count_ad(self.opener);
            }
        })
    }

    // The fault the call is to meet, or the answer to one call too many.
    fn arrives(
        self,
        shared: &Shared,
        headers: &HeaderMap,
        ordered: Option<Fault>,
    ) -> (Quota, Result<Option<Fault>, Response<Body>>) {
        let key = key(&shared.config, self.family, headers).map(Key::name);
        let mut world = shared.world();
        world.stats.count_request(self.opener);
        let quota = world.limiter.take(key, clock::since_epoch().as_secs());
        if quota.allowed {
            return (quota, Ok(ordered.or_else(|| world.call_faults.take())));
        }
        world.stats.refused += 1;
        let stamp = world.stamp(self.family, Instant::now());
        (quota, Err(reply::error(self.family, &stamp, 429, "Rate limit exceeded")))
    }
}

type Routes = MethodRouter<Arc<Shared>>;

// A HEAD would otherwise be taken for a GET, and count.
fn get_only<T: 'static>(handler: impl Handler<T, Arc<Shared>>) -> Routes {
    async fn refuse() -> Response<Body> {
        reply::not_allowed("GET")
    }
    get(handler).head(refuse).fallback(refuse)
}

async fn only_post() -> Response<Body> {
    reply::not_allowed("POST")
}

async fn health(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let stamp = shared.world().stamp(Family::V1, Instant::now());
    reply::v1_success(&stamp, "Healthy", serde_json::json!({}), crate::json::Style::Utf8)
}

// The platform's stack sends a path with the wrong ending on to the right one.
fn with_slash(
    router: Router<Arc<Shared>>,
    path: &'static str,
    routes: Routes,
) -> Router<Arc<Shared>> {
    let on = async move |State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap| {
        moved(&shared, &uri, &headers, path)
    };
    router.route(path, routes.fallback(only_post)).route(path.trim_end_matches('/'), any(on))
}

async fn without_slash(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    moved(&shared, &uri, &headers, E10)
}

fn moved(shared: &Shared, uri: &Uri, headers: &HeaderMap, to: &str) -> Response<Body> {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    reply::redirect(307, &format!("{}{to}{query}", base_url(headers, shared)))
}

fn record(shared: &Shared, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) {
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    shared.world().record(Recorded {
        method: method.to_string(),
        target: uri.to_string(),
        headers,
        body: body.to_vec(),
    });
}

pub(crate) const E1: &str = "/api/v1/prompt/get-ad/";
pub(crate) const E2: &str = "/api/v1/message/get-ad/";
pub(crate) const E3: &str = "/api/v1/prompt/click/";
pub(crate) const E4: &str = "/api/v1/prompt/feedback/";
pub(crate) const E10: &str = "/api/v1/ssp/bid-request";
/// Names the fault of the request that carries it.
const FAULT_HEADER: &str = "x-sandbox-fault";
/// Bytes of a request body; a longer one is answered 413.
pub(crate) const BODY: usize = 1024 * 1024;
