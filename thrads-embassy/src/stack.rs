//! The transport over embassy-net, and the memory of its sockets.
//!
//! Part of the transport.

use crate::transport::{InsecureForTests, ReqwlessTransport};
use embassy_net::Stack;
use embassy_net::dns::DnsSocket;
use embassy_net::tcp::client::{TcpClient, TcpClientState};
use embedded_nal_async::AddrType;

/// A transport over embassy-net's own TCP and DNS.
pub type StackTransport<'d, S, const TX: usize = 1536, const RX: usize = 1536> =
    ReqwlessTransport<TcpClient<'d, 1, TX, RX>, DnsSocket<'d>, S>;

/// The buffers of the one TCP connection that a transport has at a time; `TX` and `RX` are bytes.
///
/// Kept by the caller, in a `StaticCell` or beside the stack's own resources. Each direction may have so much under way
/// before it waits for an acknowledgement; what is more than a frame (1,460 bytes) spares a conversation or an answer of
/// common length some round trips. Less makes long ones slower, never impossible.
///
/// In embassy-net's `StackResources` the transport takes two sockets, one for TCP and one for DNS. embassy-net panics where
/// there are too few. A connection that is dropped is not said goodbye to: the peer learns of it when it next sends.
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

impl<'d, const TX: usize, const RX: usize> StackTransport<'d, InsecureForTests, TX, RX> {
    /// A transport over `stack`, by IPv4.
    ///
    /// Each transport has [`Sockets`] of its own: of two that share them, one fails to connect while the other is in an
    /// exchange. Where embassy-net has `proto-ipv6`, [`addresses`](Self::addresses) lets it be used.
    pub fn over(
        stack: Stack<'d>,
        sockets: &'d Sockets<TX, RX>,
        security: InsecureForTests,
    ) -> Self {
        let tcp = TcpClient::new(stack, &sockets.0);
        Self::new(tcp, DnsSocket::new(stack), security).addresses(AddrType::IPv4)
    }
}
