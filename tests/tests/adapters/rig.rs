//! A client over either transport, with everything a case wants to look at afterwards.

use std::future::Future;
use std::ops::Range;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use thrads_core::{
    ApiKey, BaseUrl, Call, Client, Clock, EndUser, Endpoints, Environment, Head, Impression,
    Millis, Publisher, Rate, Reported, Request, Session, Transport, TransportError,
};
use thrads_embassy::EmbassyClock;
use thrads_sandbox::Sandbox;
use thrads_std::{Cause, Outcome, ReqwestTransport, TokioClock};

use crate::driven::Driven;

/// One of the two transports, and how its futures are run.
pub(crate) trait Way: Sized {
    type Inner: Transport;
    type Clock: Clock;
    /// Bytes that the body of an answer may have.
    const MOST: usize;
    /// Whether it is the one that needs a server's operating system.
    const IS_STD: bool;
    fn start() -> Self;
    fn transport(&self) -> Self::Inner;
    fn clock() -> Self::Clock;
    fn buffer() -> Box<<Self::Inner as Transport>::Buffer>;
    /// Bytes that the buffer holds on to.
    fn kept(buffer: &<Self::Inner as Transport>::Buffer) -> usize;
    fn run<F: Future>(&self, future: F) -> F::Output;
}

/// thrads-std on a runtime of one thread.
pub(crate) struct Std(tokio::runtime::Runtime);

impl Way for Std {
    type Inner = ReqwestTransport;
    type Clock = TokioClock;
    const MOST: usize = thrads_std::MAX_BODY_BYTES;
    const IS_STD: bool = true;

    fn start() -> Self {
        Self(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
    }

    fn transport(&self) -> ReqwestTransport {
        ReqwestTransport::new().unwrap()
    }

    fn clock() -> TokioClock {
        TokioClock::new()
    }

    fn buffer() -> Box<Vec<u8>> {
        Box::default()
    }

    fn kept(buffer: &Vec<u8>) -> usize {
        buffer.capacity()
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

/// thrads-embassy over the operating system's sockets.
pub(crate) struct Embassy;

impl Way for Embassy {
    type Inner = Driven;
    type Clock = EmbassyClock;
    const MOST: usize = 16 * 1024;
    const IS_STD: bool = false;

    fn start() -> Self {
        Self
    }

    fn transport(&self) -> Self::Inner {
        Driven::new()
    }

    fn clock() -> EmbassyClock {
        EmbassyClock::new()
    }

    fn buffer() -> Box<[u8]> {
        vec![0; Self::MOST].into_boxed_slice()
    }

    fn kept(buffer: &[u8]) -> usize {
        buffer.len()
    }

    fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let parker = Arc::new(Parker::default());
        let waker = Waker::from(parker.clone());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            parker.park();
        }
    }
}

#[derive(Default)]
struct Parker(Mutex<bool>, Condvar);

impl Parker {
    fn park(&self) {
        let mut woken = self.1.wait_while(self.0.lock().unwrap(), |woken| !*woken).unwrap();
        *woken = false;
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap() = true;
        self.1.notify_one();
    }
}

/// A transport that remembers what came of each exchange.
pub(crate) struct Watched<T>(T, Attempts);

type Attempts = Arc<Mutex<Vec<Result<u16, TransportError>>>>;

impl<T: Transport> Transport for Watched<T> {
    type Buffer = T::Buffer;

    async fn exchange(
        &mut self,
        request: &Request<'_>,
        timeout: Millis,
        buffer: &mut T::Buffer,
    ) -> Result<(Head, Range<usize>), TransportError> {
        let answer = self.0.exchange(request, timeout, buffer).await;
        self.1.lock().unwrap().push(answer.as_ref().map(|(head, _)| head.status).map_err(|e| *e));
        answer
    }
}

/// A publisher with a client, a budget and a buffer.
pub(crate) struct Rig<W: Way> {
    pub(crate) way: W,
    pub(crate) client: Client<Watched<W::Inner>, W::Clock>,
    pub(crate) publisher: Publisher,
    pub(crate) budget: Rate,
    pub(crate) buffer: Box<<W::Inner as Transport>::Buffer>,
    attempts: Attempts,
}

impl<W: Way> Rig<W> {
    /// A publisher at `base`; its budget is far beyond what any case needs.
    pub(crate) fn at(base: &str, key: &str) -> Self {
        let way = W::start();
        let attempts = Attempts::default();
        let client = Client::new(Watched(way.transport(), attempts.clone()), W::clock());
        let publisher = Publisher {
            key: ApiKey::new(key).unwrap(),
            environment: Environment::Production,
            endpoints: Endpoints::at(BaseUrl::new(base).unwrap()),
        };
        let budget = Rate::new(PLENTY);
        Self { way, client, publisher, budget, buffer: W::buffer(), attempts }
    }

    pub(crate) fn of(sandbox: &Sandbox, key: &str) -> Self {
        Self::at(&sandbox.base_url(), key)
    }

    pub(crate) fn timeout(self, timeout: Duration) -> Self {
        let timeout = Millis(timeout.as_millis().try_into().unwrap());
        Self { client: self.client.timeout(timeout), ..self }
    }

    /// Ends a turn and asks.
    pub(crate) fn turn(&mut self, session: &mut Session, call: Call<'_>) -> Outcome {
        session.on_turn();
        self.ask(session, call)
    }

    pub(crate) fn ask(&mut self, session: &mut Session, call: Call<'_>) -> Outcome {
        let Self { way, client, publisher, budget, buffer, .. } = self;
        way.run(async { client.ask(session, budget, publisher, call, buffer).await.outcome.into() })
    }

    pub(crate) fn report(
        &mut self,
        impression: Impression<String>,
        end_user: EndUser<'_>,
    ) -> Reported {
        self.way.run(self.client.report(impression, end_user, &mut self.buffer))
    }

    /// Lets time pass with the runtime running, as a server's does.
    pub(crate) fn rest(&self) {
        self.way.run(async {
            let clock = W::clock();
            clock.sleep_until(clock.now().after(Millis(20))).await;
        });
    }

    /// What came of each exchange since this was last asked.
    pub(crate) fn attempts(&self) -> Vec<Result<u16, TransportError>> {
        std::mem::take(&mut self.attempts.lock().unwrap())
    }
}

/// An outcome in a word or three, for comparing.
pub(crate) fn brief(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Held(hold) => format!("held {}", hold.reason.code()),
        Outcome::Failed(failure) => match failure.cause() {
            Cause::Transport(error) => format!("transport {:?} {:?}", error.kind, error.sent),
            Cause::Api { status, kind, .. } => format!("api {status} {kind:?}"),
            Cause::Malformed { status } => format!("malformed {status}"),
            _ => failure.code().to_owned(),
        },
        other => other.code().to_owned(),
    }
}

/// The offers of an outcome that must be an ad.
pub(crate) fn offers(outcome: Outcome) -> Vec<thrads_core::Offer<String>> {
    match outcome {
        Outcome::Ad(served) => served.offers,
        other => panic!("expected an ad, not {}", brief(&other)),
    }
}

/// Requests a second that no case makes.
pub(crate) const PLENTY: u32 = 100_000;
