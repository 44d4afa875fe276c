//! Who a request comes from: the cookie, the address and what the browser says of itself.

use crate::app::App;
use crate::seal::Visitor;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use std::net::SocketAddr;
use std::sync::Arc;
use thrads_core::{EndUser, HeaderText, Ip, UserAgent};

/// A person with the page open. Nothing of it is ever logged.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) visitor: Visitor,
    pub(crate) wants_ads: bool,
    /// Empty where it is not known.
    ip: String,
    user_agent: String,
    language: String,
}

impl Person {
    /// As the platform is told of them; `None` where address or browser are not known, since it takes no ad without.
    pub(crate) fn end_user(&self) -> Option<EndUser<'_>> {
        Some(EndUser::Forwarded {
            ip: Ip::new(&self.ip).ok()?,
            user_agent: UserAgent::new(&self.user_agent).ok()?,
            accept_language: HeaderText::new(&self.language).ok().flatten(),
            geo: None,
        })
    }
}

impl FromRequestParts<Arc<App>> for Person {
    type Rejection = (StatusCode, &'static str);

    /// Only the page gives cookies out, so that whoever has none has not opened it.
    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        let headers = &parts.headers;
        let visitor = visitor(headers).ok_or((StatusCode::FORBIDDEN, "open the page first"))?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ip = peer.and_then(|peer| app.proxies.person(peer.0.ip(), headers));
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let owned = |name| text(name).unwrap_or_default().to_owned();
        Ok(Self {
            visitor,
            wants_ads: cookie(headers, "ads") != Some("none"),
            ip: ip.map(|ip| ip.to_string()).unwrap_or_default(),
            user_agent: owned(header::USER_AGENT),
            language: owned(header::ACCEPT_LANGUAGE),
        })
    }
}

/// Whose cookie came along.
pub(crate) fn visitor(headers: &HeaderMap) -> Option<Visitor> {
    cookie(headers, "visitor").and_then(Visitor::parse)
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|field| field.to_str().ok());
    let mut cookies = fields.flat_map(|field| field.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The cookie for `visitor`, for a month. It goes back to this page only, and no script reads it.
pub(crate) fn set_cookie(visitor: Visitor, is_secure: bool) -> String {
    kept("visitor", &visitor.cookie(), 2_592_000, is_secure)
}

/// The cookie for a person's no to ads, for a year, or what takes it away.
pub(crate) fn ads_cookie(wanted: bool, is_secure: bool) -> String {
    kept("ads", "none", if wanted { 0 } else { 31_536_000 }, is_secure)
}

fn kept(name: &str, value: &str, seconds: u32, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}
