//! The v1 prompt API.

use super::pacing::pacing;
use super::{send, turn};
use crate::opaque::{keep, of, text};
use thrads_core::{
    Ad, Answer, Call, ConfigError, CountryCode, Endpoint, Family, Head, PromptRequest, Publisher,
    Request, decode,
};

/// A prompt call after a turn.
#[inline(never)]
pub fn prompt_request(publisher: &Publisher, url: &mut [u8]) {
    let mut pacing = pacing(Family::V1);
    turn(&mut pacing);
    if let Ok(prompt) = prompt() {
        send(&Request::new(publisher, Call::Prompt(prompt)), url);
    }
}

/// Reads the answer to one.
#[inline(never)]
pub fn prompt_answer(status: u16, body: &mut [u8]) {
    match decode(Endpoint::Prompt, &Head::new(status), body) {
        Answer::Ads(served) => {
            for ad in served.ads {
                if let Ad::ChatbotPrompt(prompt) = ad {
                    keep(&prompt);
                }
            }
        }
        Answer::NoAd(no_ad) => keep(no_ad.message),
        Answer::ApiError(error) => keep((error.kind.code(), error.message)),
        answer => keep(matches!(answer, Answer::Malformed(_))),
    }
}

pub(super) fn prompt() -> Result<PromptRequest<'static>, ConfigError> {
    let prompt = PromptRequest::new(CountryCode::new(text())?)
        .user_id(text())?
        .chat_id(text())
        .content(text(), text())?
        .region(text())
        .city(text())
        .os(text())
        .conversation_offset(of(0))?
        .ad_frequency_limit(of(0))?;
    Ok(prompt)
}
