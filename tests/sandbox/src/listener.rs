//! The listening socket, which can be closed and bound again at the same port.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::gate::Order;
use crate::wire::{Link, Wire};
use crate::world::Shared;

/// Accepts connections while the gate is open.
pub(crate) struct Port {
    address: SocketAddr,
    listener: Option<TcpListener>,
    shared: Arc<Shared>,
}

/// The connection a request came by.
#[derive(Clone)]
pub(crate) struct Via(pub(crate) Arc<Link>);

impl Port {
    pub(crate) fn new(listener: TcpListener, shared: Arc<Shared>) -> io::Result<Self> {
        Ok(Self { address: listener.local_addr()?, listener: Some(listener), shared })
    }

    // `None` when the gate has a new order.
    async fn next(&self, listener: &TcpListener) -> Option<io::Result<(TcpStream, SocketAddr)>> {
        let mut changed = pin!(self.shared.gate.changed.notified());
        poll_fn(|cx| match changed.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => listener.poll_accept(cx).map(Some),
        })
        .await
    }

    async fn stay_shut(&mut self) {
        self.listener = None;
        // Bound and not listening refuses connects and still keeps the port from anybody else.
        let reserved = reserve(self.address);
        self.shared.gate.set_refusing(true);
        loop {
            let left = match self.shared.gate.order() {
                Order::Open => break,
                Order::Shut => Duration::from_secs(3600),
                Order::ShutUntil(end) => end.saturating_duration_since(Instant::now()),
            };
            let _ = tokio::time::timeout(left, self.shared.gate.changed.notified()).await;
        }
        let mut listening = reserved.and_then(|socket| socket.listen(BACKLOG));
        while listening.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            listening = reserve(self.address).and_then(|socket| socket.listen(BACKLOG));
        }
        self.listener = listening.ok();
        self.shared.gate.set_refusing(false);
    }
}

impl Listener for Port {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        loop {
            if self.shared.gate.order() != Order::Open {
                self.stay_shut().await;
            }
            let Some(listener) = &self.listener else { continue };
            match self.next(listener).await {
                None => {}
                Some(Ok((stream, from))) => {
                    // Without it a dripped answer would arrive in lumps.
                    let _ = stream.set_nodelay(true);
                    let wire = Wire::new(stream);
                    self.shared.gate.enters(wire.link());
                    return (wire, from);
                }
                // Out of file descriptors, most likely: some come back as connections end.
                Some(Err(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, Port>> for Via {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        Self(stream.io().link().clone())
    }
}

fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections that just ended would otherwise hold the port for a minute.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

const BACKLOG: u32 = 1024;
