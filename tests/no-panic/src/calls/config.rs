//! Key, endpoints, errors, targets, time and heads.

use crate::opaque::{flag, keep, number, of, show, text};
use thrads_core::{
    ApiKey, BaseUrl, ConfigError, Endpoints, Environment, Family, Head, Instant, Millis, Publisher,
    RetryAfter, Sent, Target, TransportError, TransportErrorKind, UnixMillis,
};

pub(super) fn all() {
    publishers();
    errors();
    targets();
    times();
    keep(head());
}

/// One that was made from values that nothing is known about.
pub(super) fn publisher() -> Publisher {
    let key = ApiKey::new(text()).or(ApiKey::new("k"));
    let base = BaseUrl::new(text()).or(BaseUrl::new("https://a.example"));
    let (Ok(key), Ok(base)) = (key, base) else {
        loop {
            core::hint::spin_loop();
        }
    };
    let environment = if flag() { Environment::Production } else { Environment::Staging };
    Publisher { endpoints: Endpoints::at(base), ..Publisher::new(key, environment) }
}

pub(super) fn head() -> Head {
    let mut head = Head::new(of(200));
    head.field(text(), text().as_bytes());
    keep(head.retry_delay(wall()));
    of(head)
}

pub(super) fn wall() -> Option<UnixMillis> {
    of(Some(UnixMillis(0)))
}

pub(super) fn now() -> Instant {
    Instant::from_millis(of(0))
}

fn publishers() {
    let publisher = publisher().clone();
    keep(publisher.key.expose());
    keep(publisher.endpoints.of(of(Family::V1)).as_str());
    keep(&publisher);
    keep(Endpoints::default());
}

fn errors() {
    show(of(ConfigError::Key));
    keep(of(ConfigError::Key).explain());
    let kind = of(TransportErrorKind::Dns);
    keep(kind.explain());
    show(TransportError::unsent(kind));
    show(TransportError::maybe_sent(kind));
    show(of(TransportError { kind, sent: Sent::No }));
}

fn targets() {
    keep(Target::parse(text()));
    keep(Target::parse(text()).map(|target| target.origin_form()));
}

fn times() {
    let earlier = now();
    keep(now().since(earlier));
    keep(now().after(Millis::from_secs(u64::from(number()))));
    keep(now().as_millis());
    keep(UnixMillis::from_http_date(text()));
    keep(of(RetryAfter::Delay(Millis(0))));
}
