//! The answer to a prompt call of the v1 API.
//!
//! Section 2.2 of the wire contract: a prompt in `data`, or nothing there and the reason in `message`.

use super::ads::Judged;
use super::envelope::{self, Members};
use super::notes::Said;
use super::said::{Wanted, is_there, say_all, target};
use super::shape::{Content, Form, Shape, one};
use crate::ad::{Ad, ChatbotPrompt};
use crate::json::schema::{Inner, Schema};

/// What differs in answers to prompt calls.
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

const SCHEMA: Schema =
    Schema::of(&["prompt", "link", "brand", "sponsored_prompt_id", "icon", "token"]);
const PROMPT: usize = 0;
const LINK: usize = 1;
const BRAND: usize = 2;
const SPONSORED_PROMPT_ID: usize = 3;
const ICON: usize = 4;
const TOKEN: usize = 5;
/// Of which there is no member.
const NONE: usize = SCHEMA.len;
const WANTED: Wanted = Wanted::of(&[PROMPT, LINK, BRAND, SPONSORED_PROMPT_ID, ICON, TOKEN]);

/// No prompt is no ad; a prompt without a target is one that cannot be shown.
fn judge(members: &mut Members, body: &mut [u8]) -> Judged {
    say_all(members, WANTED, NONE, body);
    if !is_there(members, PROMPT) {
        return Err(None);
    }
    target(members, LINK, body)?;
    Ok(0)
}

fn make(text: &str, place: usize) -> Option<Ad<&str>> {
    let mut said = Said::new(text, place);
    Some(Ad::ChatbotPrompt(ChatbotPrompt {
        prompt: said.take(PROMPT)?,
        link: said.take(LINK)?,
        brand: said.take(BRAND),
        sponsored_prompt_id: said.take(SPONSORED_PROMPT_ID),
        icon: said.take(ICON),
        token: said.take(TOKEN),
    }))
}
