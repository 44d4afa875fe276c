//! The answer to a message call of the v1 API.
//!
//! Section 2.3 of the wire contract: a message in `data`, its text plain or inside an object (C26), or nothing there and
//! the reason in `message`.

use super::ads::{Made, Place};
use super::envelope;
use super::shape::{Form, Shape, one};
use super::texts::Texts;
use crate::ad::{Ad, ChatbotMessage};
use crate::json::read::Value;
use crate::json::schema::{Inner, Schema};

/// What differs in answers to message calls.
pub(super) static SHAPE: Shape = Shape {
    schema: &Schema {
        names: &envelope::NAMES,
        inner: &[
            envelope::INSIDE_ERROR,
            Inner { index: envelope::DATA, first: envelope::LEN, schema: &SCHEMA },
        ],
        len: envelope::LEN + SCHEMA.len,
    },
    answer: |values, status, body| envelope::ads(&FORM, values, status, body),
    refused: None,
};

static FORM: Form = Form { schema: &SCHEMA, make, sources: one, first: envelope::LEN };

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

/// No message is no ad; a message without a target is one that cannot be shown.
fn make<'b>(members: &mut [Value], bytes: &'b mut [u8], place: Place<'_, 'b>) -> Made {
    let is_nested = envelope::member(members, CREATIVE).kind(bytes) == Some(b'{');
    let texts = Texts::undo(members, bytes);
    *place = Some(Ad::Message(ChatbotMessage {
        creative: texts.get(if is_nested { INNER_CREATIVE } else { CREATIVE }).ok_or(None)?,
        prod_name: texts.get(PROD_NAME),
        img_url: texts.get(IMG_URL),
        prod_url: texts.target(PROD_URL)?,
        price_micros: texts.scaled(PRICE, 6),
        currency: texts.get(CURRENCY),
    }));
    Ok(())
}
