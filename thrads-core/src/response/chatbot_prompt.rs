//! The answer to a prompt call of the v1 API.
//!
//! Section 2.2 of the wire contract: a prompt in `data`, or nothing there and the reason in `message`.

use super::ads::{Made, Place};
use super::envelope;
use super::shape::{Form, Shape, one};
use super::texts::Texts;
use crate::ad::{Ad, ChatbotPrompt};
use crate::json::read::Value;
use crate::json::schema::{Inner, Schema};

/// What differs in answers to prompt calls.
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

const SCHEMA: Schema =
    Schema::of(&["prompt", "link", "brand", "sponsored_prompt_id", "icon", "token"]);
const PROMPT: usize = 0;
const LINK: usize = 1;
const BRAND: usize = 2;
const SPONSORED_PROMPT_ID: usize = 3;
const ICON: usize = 4;
const TOKEN: usize = 5;

/// No prompt is no ad; a prompt without a target is one that cannot be shown.
fn make<'b>(members: &mut [Value], bytes: &'b mut [u8], place: Place<'_, 'b>) -> Made {
    let texts = Texts::undo(members, bytes);
    *place = Some(Ad::ChatbotPrompt(ChatbotPrompt {
        prompt: texts.get(PROMPT).ok_or(None)?,
        link: texts.target(LINK)?,
        brand: texts.get(BRAND),
        sponsored_prompt_id: texts.get(SPONSORED_PROMPT_ID),
        icon: texts.get(ICON),
        token: texts.get(TOKEN),
    }));
    Ok(())
}
