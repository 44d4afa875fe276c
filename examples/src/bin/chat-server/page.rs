//! The page itself: files without a build step, and the headers that keep it from doing anything else.

use crate::app::App;
use crate::person::{set_cookie, visitor};
use crate::seal::Visitor;
use axum::Router;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use axum::response::{AppendHeaders, Html, IntoResponse};
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;

/// What the operator sees.
pub(crate) const OPERATOR: Html<&str> = Html(include_str!("page/operator.html"));

pub(crate) fn router() -> Router<Arc<App>> {
    let scripts = [
        ("/page.js", include_str!("page/page.js")),
        ("/cards.js", include_str!("page/cards.js")),
        ("/view.js", include_str!("page/view.js")),
        ("/operator.js", include_str!("page/operator.js")),
    ];
    let files = scripts.map(|(path, text)| (path, "text/javascript", text)).into_iter().chain([
        ("/page.css", "text/css", include_str!("page/page.css")),
        ("/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ]);
    files.fold(Router::new().route("/", get(page)), |router, (path, kind, text)| {
        router.route(path, get(async move || ([(header::CONTENT_TYPE, kind)], text)))
    })
}

/// `GET /`: the page, and a cookie for whoever has none.
async fn page(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> impl IntoResponse {
    let is_secure = app.proxies.is_secure(peer.ip(), &headers);
    let cookie = visitor(&headers).is_none().then(|| set_cookie(Visitor::new(), is_secure));
    let cookie = cookie.map(|cookie| (header::SET_COOKIE, cookie));
    (AppendHeaders(cookie), Html(include_str!("page/page.html")))
}

/// Puts the rules for browsers on every answer.
pub(crate) async fn guard<B>(mut response: Response<B>) -> Response<B> {
    for (name, value) in RULES {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Nothing but the page's own files, and pictures by https; no markup is ever made from text, which browsers that know
/// trusted types enforce; pictures are fetched without cookies and without saying from where.
const RULES: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "credentialless"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];
