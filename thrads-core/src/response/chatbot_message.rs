//! The answer to a message call of the v1 API.
//!
//! Section 2.3 of the wire contract: a message in `data`, its text plain or inside an object (C26), or nothing there and
//! the reason in `message`.

use super::ads::Judged;
use super::envelope::{self, Members, member};
use super::notes::Said;
use super::number::scaled;
use super::said::{Wanted, is_there, say_all, set, target};
use super::shape::{Content, Form, Shape, one};
use crate::ad::{Ad, ChatbotMessage};
use crate::json::schema::{Inner, Schema};

/// What differs in answers to message calls.
pub(super) static SHAPE: Shape = Shape {
    schema: &Schema {
        names: &envelope::NAMES,
        inner: &[
            envelope::INSIDE_ERROR,
            Inner { index: envelope::DATA, first: envelope::AD, schema: &SCHEMA },
        ],
        len: envelope::AD + SCHEMA.len,
    },
    content: Content::Ads(&FORM),
};

static FORM: Form = Form { schema: &SCHEMA, judge, make, find: one, id: NONE };

const SCHEMA: Schema = Schema {
    names: &["creative", "prod_name", "img_url", "prod_url", "price", "currency"],
    inner: &[Inner { index: CREATIVE, first: INNER_CREATIVE, schema: &Schema::of(&["creative"]) }],
    len: INNER_CREATIVE + 1,
};
const CREATIVE: usize = 0;
const PROD_NAME: usize = 1;
const IMG_URL: usize = 2;
const PROD_URL: usize = 3;
const PRICE: usize = 4;
const CURRENCY: usize = 5;
/// That inside an object of the name.
const INNER_CREATIVE: usize = 6;
/// Of which there is no member.
const NONE: usize = SCHEMA.len;
const WANTED: Wanted = Wanted::of(&[CREATIVE, PROD_NAME, IMG_URL, PROD_URL, PRICE, CURRENCY]);

/// No message is no ad; a message without a target is one that cannot be shown.
fn judge(members: &mut Members, body: &mut [u8]) -> Judged {
    if member(members, CREATIVE).kind(body) == Some(b'{') {
        set(members, CREATIVE, member(members, INNER_CREATIVE));
    }
    say_all(members, WANTED, PRICE, body);
    if !is_there(members, CREATIVE) {
        return Err(None);
    }
    target(members, PROD_URL, body)?;
    Ok(0)
}

fn make(text: &str, place: usize) -> Option<Ad<&str>> {
    let mut said = Said::new(text, place);
    Some(Ad::Message(ChatbotMessage {
        creative: said.take(CREATIVE)?,
        prod_name: said.take(PROD_NAME),
        img_url: said.take(IMG_URL),
        prod_url: said.take(PROD_URL)?,
        price_micros: said.take(PRICE).and_then(|price| scaled(price.as_bytes(), 6)),
        currency: said.take(CURRENCY),
    }))
}
