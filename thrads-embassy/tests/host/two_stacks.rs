//! embassy-net on both ends of a cable that is no more than memory, whole or losing frames.

use crate::server::is_whole;
use crate::support::{abandoned_after, block_on, exchange, opener, publisher_at};
use core::cell::Cell;
use embassy_futures::join::{join, join_array};
use embassy_futures::select::{Either, select, select3};
use embassy_futures::yield_now;
use embassy_net::tcp::TcpSocket;
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Stack, StackResources, StaticConfigV4};
use embassy_net_driver_channel::driver::{HardwareAddress, LinkState};
use embassy_net_driver_channel::{Runner, RxRunner, State, TxRunner, new};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::Write;
use thrads_core::TransportErrorKind::{self, Connect, Dns, Timeout};
use thrads_core::{Client, Family, Outcome, Policy, Rate, Reason, Session};
use thrads_core::{Millis, Publisher, Request, TransportError};
use thrads_embassy::{
    Buffers, EmbassyClock, InsecureForTests, Link, ReqwlessTransport, Sockets, over, watch_network,
};

const MTU: usize = 1514;
/// A socket whose client has vanished is busy until a retransmission is answered by a reset, about a second.
const SERVERS: usize = 40;
/// Enough for a few retransmissions.
const PATIENCE: Millis = Millis(20_000);
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";

/// Runs `client` on one stack while the other answers on port 80, over a cable that loses each frame of that number; 0
/// loses none.
fn over_a_cable(loses: usize, client: impl AsyncFnOnce(&mut ReqwlessTransport<'_>)) {
    with_sockets::<1536>(loses, client);
}

/// The same with TCP buffers of `BYTES` in each direction.
fn with_sockets<const BYTES: usize>(
    loses: usize,
    client: impl AsyncFnOnce(&mut ReqwlessTransport<'_>),
) {
    let (mut near, mut far) = (State::<MTU, 4, 4>::new(), State::<MTU, 4, 4>::new());
    let (near_end, near_device) = new(&mut near, HardwareAddress::Ethernet([2, 0, 0, 0, 0, 1]));
    let (far_end, far_device) = new(&mut far, HardwareAddress::Ethernet([2, 0, 0, 0, 0, 2]));
    let (mut near, mut far) =
        (StackResources::<4>::new(), StackResources::<{ SERVERS + 1 }>::new());
    let (near, mut near_runner) = embassy_net::new(near_device, config(1), &mut near, 1);
    let (far, mut far_runner) = embassy_net::new(far_device, config(2), &mut far, 2);
    let stacks = select(near_runner.run(), far_runner.run());
    let servers = join_array(core::array::from_fn::<_, SERVERS, _>(|_| serve(far)));
    let world = select3(stacks, servers, cable(near_end, far_end, loses));
    let (sockets, mut link) = (Sockets::<BYTES, BYTES>::new(), Link::new());
    let (mut transport, mut runner) = over(near, &sockets, &mut link, InsecureForTests);
    let running = runner.run(Buffers { read: &mut [], write: &mut [] });
    block_on(select3(client(&mut transport), running, world));
}

/// Both stacks are on 127.0.0.0/8, since plain text goes nowhere else.
fn config(last: u8) -> Config {
    Config::ipv4_static(StaticConfigV4 {
        address: Ipv4Cidr::new(Ipv4Address::new(127, 9, 8, last), 24),
        gateway: None,
        dns_servers: Default::default(),
    })
}

async fn cable(mut near: Runner<'_, MTU>, mut far: Runner<'_, MTU>, loses: usize) {
    near.set_link_state(LinkState::Up);
    far.set_link_state(LinkState::Up);
    let (_, near_in, near_out) = near.split();
    let (_, far_in, far_out) = far.split();
    let frames = Cell::new(0);
    join(carry(near_out, far_in, &frames, loses), carry(far_out, near_in, &frames, loses)).await;
}

async fn carry(
    mut from: TxRunner<'_, MTU>,
    mut to: RxRunner<'_, MTU>,
    frames: &Cell<usize>,
    loses: usize,
) {
    loop {
        let frame = from.tx_buf().await.to_vec();
        from.tx_done();
        frames.set(frames.get() + 1);
        if loses == 0 || !frames.get().is_multiple_of(loses) {
            to.rx_buf().await[..frame.len()].copy_from_slice(&frame);
            to.rx_done(frame.len());
        }
    }
}

/// Answers one connection after the other. A client that vanishes inside its request says no goodbye, so each has a
/// time limit.
async fn serve(stack: Stack<'_>) {
    let (mut rx, mut tx) = ([0; 1024], [0; 1024]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
        socket.accept(80).await.unwrap();
        let answering = with_timeout(Duration::from_secs(8), answer(&mut socket));
        if answering.await.is_err() {
            socket.abort();
        }
    }
}

async fn answer(socket: &mut TcpSocket<'_>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut piece = [0; 512];
        let Ok(read @ 1..) = socket.read(&mut piece).await else { return };
        request.extend_from_slice(&piece[..read]);
    }
    if socket.write_all(ANSWER).await.is_ok() {
        socket.close();
        socket.flush().await.ok();
    }
}

fn platform() -> Publisher {
    publisher_at("http://127.9.8.2")
}

#[test]
fn asks_over_embassy_net_again_and_again() {
    over_a_cable(0, async |transport| {
        let publisher = platform();
        let request = Request::new(&publisher, opener());
        for _ in 0..3 {
            let answer = exchange(transport, &request, PATIENCE, 99).await;
            assert_eq!(answer, Ok((200, b"hello".to_vec())));
        }
    });
}

#[test]
fn asks_over_a_cable_that_loses_frames() {
    over_a_cable(7, async |transport| {
        let publisher = platform();
        let request = Request::new(&publisher, opener());
        for _ in 0..2 {
            let answer = exchange(transport, &request, PATIENCE, 99).await;
            assert_eq!(answer, Ok((200, b"hello".to_vec())));
        }
    });
}

#[test]
fn asks_with_buffers_of_a_few_bytes() {
    with_sockets::<64>(0, async |transport| {
        let publisher = platform();
        let request = Request::new(&publisher, opener());
        let answer = exchange(transport, &request, PATIENCE, 99).await;
        assert_eq!(answer, Ok((200, b"hello".to_vec())));
    });
}

#[test]
fn an_exchange_dropped_at_any_await_gives_its_socket_back() {
    over_a_cable(0, async |transport| {
        let publisher = platform();
        let request = Request::new(&publisher, opener());
        for polls in 0.. {
            let first = exchange(transport, &request, PATIENCE, 99);
            let first = abandoned_after(polls, first).await;
            let next = exchange(transport, &request, PATIENCE, 99).await;
            assert_eq!(next, Ok((200, b"hello".to_vec())), "after {polls} polls");
            if first.is_some() {
                assert!(polls > 3, "only {polls} awaits were tried");
                break;
            }
        }
    });
}

#[test]
fn what_embassy_net_cannot_reach_is_unsent() {
    let unsent = |kind: TransportErrorKind| Err(TransportError::unsent(kind));
    over_a_cable(0, async |transport| {
        for (base, failure) in [
            ("http://127.9.8.2:81", unsent(Connect)),
            ("http://[::1]", unsent(Connect)),
            ("http://127.9.8.3", unsent(Timeout)),
            ("http://localhost", unsent(Dns)),
        ] {
            let publisher = publisher_at(base);
            let request = Request::new(&publisher, opener());
            let answer = exchange(transport, &request, Millis(200), 99).await;
            assert_eq!(answer, failure, "{base}");
        }
    });
}

#[test]
fn an_ask_without_a_network_is_held_at_once() {
    let mut state = State::<MTU, 4, 4>::new();
    let (end, device) = new(&mut state, HardwareAddress::Ethernet([2, 0, 0, 0, 0, 1]));
    let mut resources = StackResources::<4>::new();
    let (stack, mut packets) = embassy_net::new(device, config(1), &mut resources, 1);
    let (sockets, mut link) = (Sockets::<64, 64>::new(), Link::new());
    let (transport, mut runner) = over(stack, &sockets, &mut link, InsecureForTests);
    let link = transport.link();
    let running = runner.run(Buffers { read: &mut [], write: &mut [] });
    let mut client = Client::new(transport, EmbassyClock::new()).timeout(Millis(100));
    let (publisher, mut rate, mut buffer) = (platform(), Rate::default(), [0; 99]);
    let asking = async {
        let mut held = Vec::new();
        for is_up in [false, true, false] {
            end.state_runner().set_link_state(if is_up { LinkState::Up } else { LinkState::Down });
            // So that the stack and whoever watches it hear of it.
            for _ in 0..20 {
                yield_now().await;
            }
            let mut session = Session::new(Family::Ssp, Policy::SERVER);
            let asked = client.ask(&mut session, &mut rate, &publisher, opener(), &mut buffer);
            held.push(match asked.await.outcome {
                Outcome::Held(hold) => Some(hold.reason),
                _ => None,
            });
        }
        held
    };
    let world = select3(running, packets.run(), watch_network(stack, link));
    let Either::First(held) = block_on(select(asking, world));
    assert_eq!(held, [Some(Reason::Offline), None, Some(Reason::Offline)]);
}
