//! What model and simulation ask about, and the answer with an ad. Neither looks into them.

use std::sync::LazyLock;
use thrads_core::{ApiKey, Environment, Message, Publisher, Role};

pub(crate) static PUBLISHER: LazyLock<Publisher> =
    LazyLock::new(|| Publisher::new(ApiKey::new("K").expect("a key"), Environment::Staging));

pub(crate) static SAID: [Message<'static>; 2] = [
    Message { role: Role::User, content: "q", timestamp: None },
    Message { role: Role::Assistant, content: "a", timestamp: None },
];

pub(crate) const AD: &str = r#"{"data":{"bid":{"headline":"H","url":"https://s.example/"}}}"#;
