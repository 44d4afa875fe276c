//! What the targets hold `thrads-core` against, written from the wire contract and not from its code.

mod date;
mod json;
mod shown;
mod target;

pub use date::rfc3339;
pub use json::{Json, object};
pub use shown::{assert_card, assert_speech};
pub use target::{head_len, is_target};
