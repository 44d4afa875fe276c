//! Both halves of thrads-embassy's transport as one: its runner runs while an exchange does.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::task::Poll;

use std_embedded_nal_async::Stack;
use thrads_core::{Head, Millis, Request, Transport, TransportError};
use thrads_embassy::{Buffers, InsecureForTests, Link, ReqwlessTransport, new};

/// The transport over the operating system's sockets.
pub(crate) struct Driven {
    half: ReqwlessTransport<'static>,
    runner: Pin<Box<dyn Future<Output = ()>>>,
}

impl Driven {
    /// The memory of the link is not given back, which a test can afford.
    pub(crate) fn new() -> Self {
        let link = Box::leak(Box::new(Link::new()));
        let (half, mut runner) = new(link, Stack::default(), Stack::default(), InsecureForTests);
        let runner = async move {
            runner.run(Buffers { read: &mut [], write: &mut [] }).await;
        };
        Self { half, runner: Box::pin(runner) }
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
        let mut exchange = std::pin::pin!(self.half.exchange(request, timeout, buffer));
        let runner = &mut self.runner;
        std::future::poll_fn(|cx| match exchange.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(answer),
            Poll::Pending => {
                assert!(runner.as_mut().poll(cx).is_pending(), "a runner runs for good");
                Poll::Pending
            }
        })
        .await
    }
}
