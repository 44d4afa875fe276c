//! The kiosk on QEMU's mps2-an385, built for the instruction set of an RP2040.
//!
//! A scripted conversation over verified TLS, and a line for each number of the summary. `run.sh` starts it beside a sandbox;
//! what the kiosk is provisioned with are files of the host in the folder that QEMU runs in: `settings.json`, `key` and the
//! anchors, `anchor.der`. With a file `people` it serves the person in it instead, with ads of the format in `format`. What it
//! draws it leaves there as `screen-01.pbm` and so on, and what it could not tell yet in `flash`, as a device keeps it over a
//! power cut, beside the last `time` that it knew. The exit status is 0 if the conversation was held to its end, whatever
//! became of the ads.
#![no_std]
#![no_main]

mod board;

use board::{Flash, HostRandom, Lan9118, Person, Screen};
use core::pin::pin;
use embassy_executor::{SendSpawner, Spawner};
use embassy_futures::select::select;
use embassy_net::{Config, Stack, StackResources};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use embedded_storage::nor_flash::ReadNorFlash;
use kiosk_app::{
    Connections, LastTime, Memory, Parts, People, Picture, Polls, Pulse, Records, Tested,
};
use rand_core::RngCore;
use semihosting::println;
use static_cell::{ConstStaticCell, StaticCell};
use thrads_core::UnixMillis;
use thrads_embassy::{Buffers, EmbassyClock, Link, watch_network};

type Random = Tested<HostRandom>;
type Kiosk = kiosk_app::Kiosk<Screen, Random, Flash>;

/// Beats on the executor that a handshake must not hold up.
static PULSE: Pulse = Pulse::new();
/// Those of the task that computes handshakes.
static POLLS: Polls = Polls::new();
static PEOPLE: People = People::new();
static PICTURE: Picture = Picture::new();
/// The network is there.
static ONLINE: Signal<CriticalSectionRawMutex, ()> = Signal::new();

#[cortex_m_rt::entry]
fn main() -> ! {
    board::paint_stack();
    let (work, ui) = board::start();
    work.spawn(start(ui).unwrap());
    board::idle()
}

/// Network and TLS run in one interrupt; the kiosk itself runs in another above it.
#[embassy_executor::task]
async fn start(ui: SendSpawner) {
    static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
    static RECORDS: ConstStaticCell<Records> = ConstStaticCell::new(Records::new());
    static KIOSK: StaticCell<Kiosk> = StaticCell::new();
    static RESOURCES: StaticCell<StackResources<4>> = StaticCell::new();
    static CLOCK: EmbassyClock = EmbassyClock::new();
    let mut random = Random::new(HostRandom);
    let device = Lan9118::new([0x02, 0, 0, 0, 0, 1]);
    let (config, resources) = (Config::dhcpv4(Default::default()), StackResources::new());
    let resources = RESOURCES.init(resources);
    let (stack, packets) = embassy_net::new(device, config, resources, random.next_u64());
    if let Some(now) = known_time() {
        CLOCK.set_wall(now);
    }
    let (publisher, settings) = board::provisioned();
    let (anchors, relay) = (board::anchors(), board::relay(&settings));
    let parts = MEMORY.take().parts(RECORDS.take(), stack, anchors, random, &CLOCK, relay);
    let Parts { transport, connections: runner, buffers } = parts;
    let random = Random::new(HostRandom);
    let link = transport.link();
    // In its place at once: it is 13 KB, which would otherwise lie on the stack more than once.
    let new = || Kiosk::new(transport, &CLOCK, publisher, settings, Screen, &PICTURE, random);
    let kiosk = KIOSK.init_with(new);
    kiosk.set_meter(board::instructions);
    if let Some(flash) = Flash::open(c"flash", 4) {
        let pages = 0..flash.capacity() as u32;
        kiosk.keep_in(flash, pages);
    }
    // SAFETY: nothing takes this task out of its executor.
    let spawner = unsafe { Spawner::for_current_executor().await };
    spawner.spawn(network(packets).unwrap());
    spawner.spawn(online(stack, link).unwrap());
    spawner.spawn(connections(runner, buffers).unwrap());
    spawner.spawn(pictures().unwrap());
    ui.spawn(pulse().unwrap());
    ui.spawn(talk(kiosk).unwrap());
    stack.wait_config_up().await;
    ONLINE.signal(());
}

/// The host's time of day, unless it falls behind what is kept. On a board, `keep_time` does so with what SNTP says.
fn known_time() -> Option<UnixMillis> {
    let mut last = LastTime::new(Flash::open(c"time", 2)?, 0);
    board::wall().filter(|now| last.admits(*now))
}

#[embassy_executor::task]
async fn network(mut runner: embassy_net::Runner<'static, Lan9118>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn connections(mut runner: Connections<Random>, buffers: Buffers<'static>) -> ! {
    POLLS.watch(board::instructions, pin!(runner.run(buffers))).await
}

#[embassy_executor::task]
async fn online(stack: Stack<'static>, link: &'static Link) -> ! {
    watch_network(stack, link).await
}

#[embassy_executor::task]
async fn pictures() -> ! {
    let mut number = 0;
    PICTURE
        .each(async |frame| {
            number += 1;
            board::show(number, frame).ok();
        })
        .await
}

#[embassy_executor::task]
async fn pulse() -> ! {
    PULSE.beat(|| {}).await
}

#[embassy_executor::task]
async fn talk(kiosk: &'static mut Kiosk) {
    ONLINE.wait().await;
    if let Some(formats) = board::formats() {
        kiosk.ask_for(formats);
    }
    let tally = match Person::of_host() {
        Some(person) => {
            select(kiosk.serve(&PEOPLE), person.talk(&PEOPLE)).await;
            kiosk.tally()
        }
        None => kiosk.play().await,
    };
    let (beats, late) = PULSE.seen();
    println!("\n{tally}beats {beats}\nlatest_beat_ms {}", late.as_millis());
    if let Some(refusal) = tally.connections.last_refusal {
        println!("last_refusal {refusal}");
    }
    println!("longest_poll {}", POLLS.seen().longest);
    println!("stack_bytes {}", board::stack_high_water());
    board::exit(0)
}
