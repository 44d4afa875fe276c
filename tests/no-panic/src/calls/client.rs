//! The loop over a transport, and bodies written to a writer.
//!
//! Each future is polled once, over a transport that is ready at once: a future's own panic, for being polled after its
//! end, is the caller's and not the core's.

use super::config::{head, now, publisher, wall};
use super::consent::permission;
use super::pacing::{health, patience, rate, user};
use super::request::{end_user, with_call};
use super::session::{outcome, session};
use crate::opaque::{flag, keep, of};
use core::future::{Future, poll_fn};
use core::ops::Range;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use embedded_io_async::{ErrorKind, ErrorType, Write};
use thrads_core::{
    Ad, Client, Clock, Engagement, Head, Instant, Interaction, Lent, Millis, Offer, Outbox,
    Outcome, Request, Transport, TransportError, TransportErrorKind, UnixMillis,
};

pub(super) fn all() {
    let mut client =
        Client::new(Air, Air).timeout(patience()).max_rate_wait(patience()).repeat_once();
    keep(client.clock().now());
    client.permit(permission());
    keep(client.permission());
    let (mut session, mut rate, publisher) = (session(), rate(), publisher());
    let (mut health, mut user) = (health(), user());
    let mut lent = Lent { rate: &mut rate, health: Some(&mut health), user: Some(&mut user) };
    with_call(|call| {
        poll(Request::new(&publisher, call).body().write_to(&mut Air));
        let mut buffer = of([0_u8; 256]);
        let ask = client.ask(&mut session, &mut lent, &publisher, call, of(buffer.as_mut_slice()));
        let Some(asked) = poll(ask) else { return };
        keep(asked.event);
        ended(asked.outcome);
    });
}

fn ended(ended: Outcome<'_>) {
    let Outcome::Ad(offers) = ended else { return outcome(ended) };
    for offer in offers {
        let Ok(end_user) = end_user() else { return };
        let mut client = Client::new(Air, Air);
        let mut buffer = of([0_u8; 16]);
        if flag() {
            keep(poll(client.report(offer.impression, end_user, buffer.as_mut_slice())));
            continue;
        }
        let mut outbox = of(Outbox::<4, 128>::new()).expiry(patience());
        put(&mut outbox, offer);
        let (publisher, mut rate) = (publisher(), rate());
        let mut health = health();
        let mut lent = Lent { rate: &mut rate, health: Some(&mut health), user: None };
        let buffer = buffer.as_mut_slice();
        keep(poll(client.deliver(&mut outbox, &mut lent, &publisher, end_user, buffer)));
        keep((outbox.len(), outbox.is_empty(), outbox.counts(), outbox.poll_at()));
        outbox.clear();
    }
}

fn put(outbox: &mut Outbox<4, 128>, offer: Offer<&str>) {
    outbox.impression(now(), offer.impression);
    match offer.engagement {
        Engagement::PromptClick(click) => outbox.prompt_click(now(), click),
        Engagement::Feedback(feedback) => {
            outbox.feedback(now(), feedback, of(Interaction::default()))
        }
        Engagement::Vote(vote) => {
            let Ad::SponsoredPoll(poll) = offer.ad else { return };
            if let Some(option) = poll.options.iter().next() {
                outbox.vote(now(), vote, option);
            }
        }
        _ => {}
    }
}

fn poll<F: Future>(future: F) -> Option<F::Output> {
    let future = pin!(future);
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// A transport, a clock and a writer that are ready at once and do anything.
struct Air;

impl Transport for Air {
    type Buffer = [u8];

    /// Not an `async fn`, which would have a panic of its own.
    fn exchange(
        &mut self,
        request: &Request<'_>,
        _: Millis,
        buffer: &mut [u8],
    ) -> impl Future<Output = Result<(Head, Range<usize>), TransportError>> {
        keep(request.url_len());
        keep(buffer);
        let failed = TransportError::unsent(of(TransportErrorKind::Io));
        poll_fn(move |_| {
            Poll::Ready(of(if flag() { Ok((head(), of(0)..of(0))) } else { Err(failed) }))
        })
    }
}

impl Clock for Air {
    fn now(&self) -> Instant {
        now()
    }

    async fn sleep_until(&self, moment: Instant) {
        keep(moment);
    }

    fn wall(&self) -> Option<UnixMillis> {
        wall()
    }
}

impl ErrorType for Air {
    type Error = ErrorKind;
}

impl Write for Air {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        keep(bytes);
        Ok(bytes.len())
    }

    /// The trait's own has a panic of its own.
    async fn write_all(&mut self, bytes: &[u8]) -> Result<(), ErrorKind> {
        keep(bytes);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
