//! Requests to send, and an executor that sleeps while it waits.

use crate::server::Server;
use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;
use std::thread::{self, Thread};
use std_embedded_nal_async::Stack;
use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, EndUser, Endpoints, Environment, Millis, Publisher, Request,
    Transport, TransportError,
};
use thrads_embassy::{InsecureForTests, ReqwlessTransport};

pub(crate) type StdTransport = ReqwlessTransport<Stack, Stack, InsecureForTests>;

/// Longer than any test takes.
pub(crate) const LONG: Millis = Millis(3000);

pub(crate) fn transport() -> StdTransport {
    ReqwlessTransport::new(Stack::default(), Stack::default(), InsecureForTests)
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
