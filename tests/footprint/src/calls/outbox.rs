//! Reports that wait.

use super::send;
use crate::opaque::{keep, of, text};
use thrads_core::{
    Ad, EndUser, Engagement, Impression, Instant, Interaction, Outbox, Publisher, TransportError,
    TransportErrorKind,
};

/// An ad's impression and use, put into an outbox and sent out of it.
#[inline(never)]
pub fn wait(publisher: &Publisher, ad: &Ad<&str>, impression: Impression<&str>, url: &mut [u8]) {
    let (mut outbox, now) = (of(Outbox::<16, 4096>::new()), Instant::from_millis(of(0)));
    let Ok(person) = EndUser::this_device(text()) else { return };
    outbox.impression(now, impression);
    match of(Engagement::<&str>::None) {
        Engagement::PromptClick(click) => outbox.prompt_click(now, click),
        Engagement::Feedback(feedback) => {
            outbox.feedback(now, feedback, of(Interaction::default()))
        }
        Engagement::Vote(vote) => {
            let Ad::SponsoredPoll(poll) = ad else { return };
            if let Some(option) = poll.options.iter().next() {
                outbox.vote(now, vote, option);
            }
        }
        _ => {}
    }
    while let Some(due) = outbox.due(now) {
        if let Some(request) = outbox.request(due, publisher, person) {
            send(&request, url);
        }
        let failed = TransportError::unsent(of(TransportErrorKind::Io));
        keep(outbox.settle(now, due, of(Err(failed))));
    }
    keep((outbox.counts(), outbox.poll_at()));
}
