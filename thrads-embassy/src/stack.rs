//! The transport over embassy-net, and the memory of its sockets.
//!
//! Part of the transport.

use crate::link::Link;
use crate::runner::Runner;
use crate::tls::Tls;
use crate::transport::{ReqwlessTransport, new};
use embassy_futures::select::select;
use embassy_net::Stack;
use embassy_net::dns::DnsSocket;
use embassy_net::tcp::client::{TcpClient, TcpClientState};
use embedded_nal_async::AddrType;

/// A runner over embassy-net's own TCP and DNS; a name for it where a task needs one.
pub type StackRunner<'d, S, const TX: usize = 1536, const RX: usize = 1536> =
    Runner<'d, TcpClient<'d, 1, TX, RX>, DnsSocket<'d>, S>;

/// The buffers of the one TCP connection that a runner has at a time; `TX` and `RX` are bytes.
///
/// Kept by the caller, in a `StaticCell` or beside the stack's own resources. Each direction may have so much under way
/// before it waits for an acknowledgement; what is more than a frame (1,460 bytes) spares a conversation or an answer of
/// common length some round trips. Less makes long ones slower, never impossible.
///
/// In embassy-net's `StackResources` the runner takes two sockets, one for TCP and one for DNS. embassy-net panics where
/// there are too few.
pub struct Sockets<const TX: usize = 1536, const RX: usize = 1536>(TcpClientState<1, TX, RX>);

impl<const TX: usize, const RX: usize> Sockets<TX, RX> {
    /// Buffers that no connection uses yet.
    pub const fn new() -> Self {
        Self(TcpClientState::new())
    }
}

impl<const TX: usize, const RX: usize> Default for Sockets<TX, RX> {
    fn default() -> Self {
        Self::new()
    }
}

/// The two halves of a transport over embassy-net's `stack`, by IPv4.
///
/// Where embassy-net has `proto-ipv6`, [`Runner::addresses`] lets it be used. Each runner has [`Sockets`] of its own: of two
/// that share them, one fails to connect while the other has a connection.
pub fn over<'d, S: Tls, const TX: usize, const RX: usize>(
    stack: Stack<'d>,
    sockets: &'d Sockets<TX, RX>,
    link: &'d mut Link,
    tls: S,
) -> (ReqwlessTransport<'d>, StackRunner<'d, S, TX, RX>) {
    let tcp = TcpClient::new(stack, &sockets.0);
    let (transport, runner) = new(link, tcp, DnsSocket::new(stack), tls);
    (transport, runner.addresses(AddrType::IPv4))
}

/// Tells `link`, for good, whether `stack` has a link and an address: run it beside the runner.
pub async fn watch_network(stack: Stack<'_>, link: &Link) -> ! {
    loop {
        link.set_up(stack.is_link_up() && stack.is_config_up());
        stack.wait_link_up().await;
        stack.wait_config_up().await;
        link.set_up(true);
        select(stack.wait_link_down(), stack.wait_config_down()).await;
    }
}
