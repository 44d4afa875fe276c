//! A person at a device, and a clock that only its user moves, for the tests of `client`.

use crate::config::{ApiKey, BaseUrl, Endpoints, Environment, Publisher};
use crate::head::Head;
use crate::pacing::{Policy, Rate};
use crate::request::{Call, EndUser};
use crate::session::{Offer, Outcome, Session};
use crate::time::{Instant, Millis, UnixMillis};
use crate::transport::Clock;
use core::cell::Cell;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

#[derive(Clone, Default)]
pub(super) struct Moves {
    pub(super) now: Rc<Cell<u64>>,
    /// Called as the clock passes on.
    pub(super) meanwhile: Option<Rc<dyn Fn()>>,
}

impl Clock for Moves {
    fn now(&self) -> Instant {
        Instant::from_millis(self.now.get())
    }

    async fn sleep_until(&self, moment: Instant) {
        self.now.set(self.now.get().max(moment.as_millis()));
        self.meanwhile.iter().for_each(|happens| happens());
    }

    fn wall(&self) -> Option<UnixMillis> {
        None
    }
}

pub(super) fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// A publisher whose platform is `p.example`.
pub(super) fn publisher() -> Publisher {
    let endpoints = Endpoints::at(BaseUrl::new("https://p.example").unwrap());
    Publisher { key: ApiKey::new("K").unwrap(), environment: Environment::Staging, endpoints }
}

pub(super) fn device() -> EndUser<'static> {
    EndUser::this_device("kiosk/1.0").unwrap()
}

/// The ad that `call` is answered with by `body`.
pub(super) fn offered(call: Call<'_>, body: &str) -> Offer<String> {
    let mut session = Session::new(call.family(), Policy::SERVER);
    let now = Instant::from_millis(0);
    session.poll_request(now, &mut Rate::default(), Millis(0), &publisher(), call);
    let mut body = body.as_bytes().to_vec();
    match session.handle_response(&Head::new(200), &mut body) {
        Outcome::Ad(mut offers) => offers.next().unwrap().map(str::to_owned),
        other => panic!("{other:?}"),
    }
}
