//! The v1 API's message, and the calls that tell what became of an ad.

use super::send;
use crate::opaque::{of, text};
use thrads_core::{
    Ad, Call, ConfigError, EndUser, Engagement, Interaction, MessageRequest, Method, Publisher,
    Request, poll_results,
};

/// A message call of the v1 API.
#[inline(never)]
pub fn v1_message_request(publisher: &Publisher, url: &mut [u8]) {
    if let Ok(message) = v1_message() {
        send(&Request::new(publisher, Call::Message(message)), url);
    }
}

/// What a person did with an ad; a session mints it.
#[inline(never)]
pub fn engage(publisher: &Publisher, ad: &Ad<&str>, url: &mut [u8]) {
    let Ok(person) = EndUser::this_device(text()) else { return };
    match of(Engagement::<&str>::None) {
        Engagement::PromptClick(click) => send(&click.request(of(Method::Post), person), url),
        Engagement::Feedback(feedback) => {
            let interaction = Interaction { summary: text(), ..of(Interaction::default()) };
            if let Some(request) = feedback.request(publisher, interaction) {
                send(&request, url);
            }
        }
        Engagement::Vote(vote) => {
            let Ad::SponsoredPoll(poll) = ad else { return };
            for option in poll.options.iter() {
                send(&vote.request(option, person), url);
            }
            send(&poll_results(poll, person), url);
        }
        _ => {}
    }
}

fn v1_message() -> Result<MessageRequest<'static>, ConfigError> {
    let message = MessageRequest::new(text(), text(), (text(), text()))?;
    Ok(message.meta_data(of(&[("", "")])).force(of(false)))
}
