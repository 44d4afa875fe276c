//! Requests to send, and an executor that sleeps while it waits.

use crate::server::Server;
use core::future::Future;
use core::ops::Range;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use embassy_futures::select::{Either, select};
use embassy_time::{Duration, Timer};
use embedded_nal_async::{Dns, TcpConnect};
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std_embedded_nal_async::Stack;
use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, EndUser, Endpoints, Environment, Head, Millis, Publisher,
    Request, Transport, TransportError,
};
use thrads_embassy::{
    Buffers, Counts, InsecureForTests, Link, READ_ANY, ReqwlessTransport, Runner, Tls, WRITE, new,
};

/// Longer than any test takes.
pub(crate) const LONG: Millis = Millis(3000);

/// A transport whose runner runs while an exchange does.
pub(crate) struct Driven {
    pub(crate) half: ReqwlessTransport<'static>,
    runner: Pin<Box<dyn Future<Output = ()>>>,
}

impl Driven {
    /// The memory of both halves is not given back, which a test can afford.
    pub(crate) fn new<T, D, S>(
        tcp: T,
        dns: D,
        tls: S,
        with: impl FnOnce(Runner<'static, T, D, S>) -> Runner<'static, T, D, S>,
    ) -> Self
    where
        T: TcpConnect + 'static,
        D: Dns + 'static,
        S: Tls + 'static,
    {
        let (half, runner) = new(Box::leak(Box::new(Link::new())), tcp, dns, tls);
        let mut runner = with(runner);
        let runner = async move {
            let (mut read, mut write) = (vec![0; READ_ANY], vec![0; WRITE]);
            runner.run(Buffers { read: &mut read, write: &mut write }).await;
        };
        Self { half, runner: Box::pin(runner) }
    }

    pub(crate) fn over<S: Tls + 'static>(tls: S) -> Self {
        Self::new(Stack::default(), Stack::default(), tls, |runner| runner)
    }

    pub(crate) fn counts(&self) -> Counts {
        self.half.link().counts()
    }

    /// Lets the runner run for a while.
    pub(crate) async fn rest(&mut self, time: Duration) {
        select(Timer::after(time), self.runner.as_mut()).await;
    }
}

impl Transport for Driven {
    type Buffer = [u8];

    async fn exchange(
        &mut self,
        request: &Request<'_>,
        timeout: Millis,
        buffer: &mut [u8],
    ) -> Result<(Head, Range<usize>), TransportError> {
        let exchange = self.half.exchange(request, timeout, buffer);
        match select(exchange, self.runner.as_mut()).await {
            Either::First(answer) => answer,
            Either::Second(()) => unreachable!("a runner runs for good"),
        }
    }
}

pub(crate) fn transport() -> Driven {
    Driven::over(InsecureForTests)
}

pub(crate) fn publisher_at(base: &str) -> Publisher {
    Publisher {
        key: ApiKey::new("K2").unwrap(),
        environment: Environment::Staging,
        endpoints: Endpoints::at(BaseUrl::new(base).unwrap()),
    }
}

pub(crate) fn publisher(port: u16) -> Publisher {
    publisher_at(&format!("http://127.0.0.1:{port}"))
}

pub(crate) fn this_device() -> EndUser<'static> {
    EndUser::this_device("kiosk/1.0").unwrap()
}

/// A small call: 77 bytes of body.
pub(crate) fn opener() -> Call<'static> {
    Call::Bid(BidRequest::opener("user_1", this_device()).unwrap())
}

/// Status and body, or how it failed.
pub(crate) type Answer = Result<(u16, Vec<u8>), TransportError>;

pub(crate) async fn exchange<T: Transport<Buffer = [u8]>>(
    transport: &mut T,
    request: &Request<'_>,
    timeout: Millis,
    room: usize,
) -> Answer {
    let mut buffer = vec![0; room];
    let (head, body) = transport.exchange(request, timeout, &mut buffer).await?;
    Ok((head.status, buffer[body].to_vec()))
}

/// Sends a call to `server` and reads up to `room` bytes.
pub(crate) fn ask(server: &Server, timeout: Millis, room: usize) -> Answer {
    let publisher = publisher(server.port);
    let request = Request::new(&publisher, opener());
    block_on(exchange(&mut transport(), &request, timeout, room))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

thread_local! {
    // One waker for a thread: the timer queue has room for 64 different ones.
    static WAKER: Waker = Waker::from(Arc::new(Unpark(thread::current())));
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = WAKER.with(Waker::clone);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Polls `future` so many times and then drops it: `None`, unless it was ready before.
pub(crate) async fn abandoned_after<F: Future>(mut polls: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    core::future::poll_fn(|cx| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        Pin::new(&mut future).poll(cx).map(Some)
    })
    .await
}
