//! One connection whose answer can be replaced, byte by byte, by a [`Script`].
//!
//! HTTP itself is hyper's. When a script is set, what hyper writes is dropped and the script is
//! played into the socket instead; that is how a fault becomes real on the wire.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::script::{Script, Then};

/// The connection as hyper sees it.
pub(crate) struct Wire {
    stream: TcpStream,
    link: Arc<Link>,
}

/// The connection as a handler sees it.
#[derive(Default)]
pub(crate) struct Link(Mutex<State>);

#[derive(Default)]
struct State {
    script: Option<Script>,
    played: bool,
    busy: bool,
    ending: bool,
    reader: Option<Waker>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, link: Arc::default() }
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.link
    }
}

impl Link {
    /// The next answer is the script instead.
    pub(crate) fn play(&self, script: Script) {
        self.state().script = Some(script);
    }

    /// Marks whether a request is being answered.
    pub(crate) fn set_busy(&self, busy: bool) {
        self.state().busy = busy;
    }

    /// Ends the connection as soon as no request is being answered on it.
    pub(crate) fn end_when_idle(&self) {
        let mut state = self.state();
        state.ending = true;
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let link = self.link.clone();
        let mut state = link.state();
        if state.ending && !state.busy {
            return Poll::Ready(Ok(()));
        }
        state.reader = Some(cx.waker().clone());
        drop(state);
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let link = self.link.clone();
        let mut state = link.state();
        let Some(script) = &mut state.script else {
            drop(state);
            return Pin::new(&mut self.stream).poll_write(cx, buf);
        };
        ready!(script.poll_play(Pin::new(&mut self.stream), cx))?;
        match script.then {
            // The error makes hyper drop the socket, which closes it.
            Then::Close => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            Then::Keep => {
                state.played = true;
                Poll::Ready(Ok(buf.len()))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.link.state();
        // hyper flushes only when it has written its whole answer, so what follows is the next one.
        if state.played {
            state.played = false;
            state.script = None;
        }
        drop(state);
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
