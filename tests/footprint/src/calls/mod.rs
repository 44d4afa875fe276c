//! The core's entries as a program calls them, part by part.

mod other;
mod outbox;
mod pacing;
mod prompt;
mod redact;
mod render;
mod serde_json_core;
mod session;
mod settings;
mod ssp;

pub use self::serde_json_core::{with_price, without_numbers};
pub use other::{engage, v1_message_request};
pub use outbox::wait;
pub use pacing::{budget, caps, turn};
pub use prompt::{prompt_answer, prompt_request};
pub use redact::hide;
pub use render::{show, speak};
pub use session::{ask, ask_and};
pub use settings::{provision, store};
pub use ssp::{any_bid_answer, any_bid_request, message_answer, message_request, report};

use crate::opaque::{keep, of, text};
use thrads_core::{ApiKey, BaseUrl, Endpoints, Environment, Publisher, Request};

pub fn publisher() -> Option<Publisher> {
    let endpoints = Endpoints::at(BaseUrl::new(text()).ok()?);
    Some(Publisher {
        key: ApiKey::new(text()).ok()?,
        environment: of(Environment::Staging),
        endpoints,
    })
}

/// What a transport does with a request.
#[inline(never)]
pub fn send(request: &Request<'_>, url: &mut [u8]) {
    keep(request.method().as_str());
    keep(request.target(url).map(|target| (target.secure, target.host, target.port, target.path)));
    request.fields().for_each(keep);
    keep(request.body().len());
    let mut pieces = request.body().pieces();
    while let Some(piece) = pieces.next() {
        keep(piece);
    }
}
