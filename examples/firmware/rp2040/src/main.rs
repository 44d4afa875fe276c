//! The kiosk on a Raspberry Pi Pico W: text on UART0 (GP0, GP1), a button on GP15.
//!
//! Network and TLS run in thread mode; screen, button and watchdog in an interrupt above, which a handshake does not hold up.
#![no_std]
#![no_main]

mod radio;
mod store;

use embassy_executor::{Executor, InterruptExecutor, SendSpawner, Spawner};
use embassy_net::Stack;
use embassy_rp::clocks::RoscRng;
use embassy_rp::gpio::{Input, Level, Output, Pull};
use embassy_rp::interrupt;
use embassy_rp::interrupt::{InterruptExt, Priority};
use embassy_rp::peripherals::{DMA_CH0, PIO0, UART0};
use embassy_rp::pio::{self, Pio};
use embassy_rp::uart::{BufferedInterruptHandler, BufferedUart, BufferedUartRx, BufferedUartTx};
use embassy_rp::watchdog::Watchdog;
use embassy_rp::{Peripherals, bind_interrupts, dma};
use embassy_time::Duration;
use heapless::Vec;
use kiosk_app::{
    Connections, MAX_ANCHORS, Memory, Parts, People, Picture, Provision, Pulse, Records, Screen,
    Tested, Text, expiring, keep_time, listen, print, set_up, watch_button,
};
use radio::Wiring;
use rand_core::RngCore;
use static_cell::{ConstStaticCell, StaticCell};
use store::{Last, Part, Store};
use thrads_core::{Publisher, Settings};
use thrads_embassy::{Anchor, Buffers, EmbassyClock, Link, watch_network};
use {defmt_rtt as _, panic_probe as _};

bind_interrupts!(struct Irqs {
    PIO0_IRQ_0 => pio::InterruptHandler<PIO0>;
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>;
    UART0_IRQ => BufferedInterruptHandler<UART0>;
});

type Random = Tested<RoscRng>;
type Kiosk = kiosk_app::Kiosk<Screen, Random, Part>;

static UI: InterruptExecutor = InterruptExecutor::new();
static PEOPLE: People = People::new();
/// For a display: a task that calls [`Picture::each`] with its driver.
static PICTURE: Picture = Picture::new();
static PULSE: Pulse = Pulse::new();
static TEXT: Text = Text::new();

#[interrupt]
unsafe fn SWI_IRQ_1() {
    // SAFETY: nothing else calls it, and `main` has started the executor before it pends this.
    unsafe { UI.on_interrupt() }
}

#[cortex_m_rt::entry]
fn main() -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    let p = embassy_rp::init(Default::default());
    interrupt::SWI_IRQ_1.set_priority(Priority::P2);
    let ui = UI.start(interrupt::SWI_IRQ_1);
    EXECUTOR.init(Executor::new()).run(|spawner| spawner.spawn(start(spawner, ui, p).unwrap()))
}

#[embassy_executor::task]
async fn start(spawner: Spawner, ui: SendSpawner, p: Peripherals) {
    static PROVISION: ConstStaticCell<Provision> = ConstStaticCell::new(Provision::new());
    static UART: ConstStaticCell<([u8; 64], [u8; 256])> = ConstStaticCell::new(([0; 64], [0; 256]));
    let (out, into) = UART.take();
    let uart = BufferedUart::new(p.UART0, p.PIN_0, p.PIN_1, Irqs, out, into, Default::default());
    let (tx, rx) = uart.split();
    ui.spawn(text(tx).unwrap());
    let button = Input::new(p.PIN_15, Pull::Up);
    let (mut slots, last) = store::open(p.FLASH);
    let provision = PROVISION.take();
    let is_set_up = slots.load(provision) == Ok(true) && button.is_high();
    let Some((publisher, settings)) = provision.publisher().filter(|_| is_set_up) else {
        return spawner.spawn(commands(rx, slots, last, provision).unwrap());
    };
    ui.spawn(typed(rx).unwrap());
    ui.spawn(pressed(button).unwrap());
    ui.spawn(pulse(Watchdog::new(p.WATCHDOG)).unwrap());

    let wiring = Wiring {
        power: Output::new(p.PIN_23, Level::Low),
        select: Output::new(p.PIN_25, Level::High),
        data: p.PIN_24,
        clock: p.PIN_29,
        pio: Pio::new(p.PIO0, Irqs),
        channel: dma::Channel::new(p.DMA_CH0, Irqs),
    };
    let mut random = Random::new(RoscRng);
    let stack = radio::start(&spawner, wiring, random.next_u64(), provision).await;
    kiosk(&spawner, ui, stack, random, provision, publisher, settings, slots.into_flash(), last);
}

#[expect(clippy::too_many_arguments, reason = "each is used once")]
fn kiosk(
    spawner: &Spawner,
    ui: SendSpawner,
    stack: Stack<'static>,
    random: Random,
    provision: &'static Provision,
    publisher: Publisher,
    settings: Settings,
    flash: Part,
    last: Last,
) {
    static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
    static CLOCK: EmbassyClock = EmbassyClock::new();
    static ANCHORS: StaticCell<Vec<Anchor<'static>, MAX_ANCHORS>> = StaticCell::new();
    static RECORDS: ConstStaticCell<Records> = ConstStaticCell::new(Records::new());
    static KIOSK: StaticCell<Kiosk> = StaticCell::new();
    let anchors = &*ANCHORS.init(provision.anchors());
    let memory = MEMORY.take();
    let relay = provision.relay();
    let parts = memory.parts(RECORDS.take(), stack, anchors, random, &CLOCK, relay);
    let Parts { transport, connections: runner, buffers } = parts;
    let random = Random::new(RoscRng);
    spawner.spawn(online(stack, transport.link()).unwrap());
    let screen = Screen(&TEXT);
    let new = || Kiosk::new(transport, &CLOCK, publisher, settings, screen, &PICTURE, random);
    let kiosk = KIOSK.init_with(new);
    kiosk.keep_in(flash, store::REPORTS);
    spawner.spawn(connections(runner, buffers).unwrap());
    spawner.spawn(time(stack, &CLOCK, anchors, last).unwrap());
    ui.spawn(talk(kiosk).unwrap());
}

#[embassy_executor::task]
async fn connections(mut runner: Connections<Random>, buffers: Buffers<'static>) -> ! {
    runner.run(buffers).await
}

#[embassy_executor::task]
async fn time(
    stack: Stack<'static>,
    clock: &'static EmbassyClock,
    anchors: &'static [Anchor<'static>],
    mut last: Last,
) -> ! {
    keep_time(stack, "pool.ntp.org", clock, &mut Random::new(RoscRng), &mut last, |now| {
        expiring(anchors, now).for_each(|anchor| {
            defmt::warn!("an anchor expires at {} ms since 1970", anchor.expires().0)
        });
    })
    .await
}

#[embassy_executor::task]
async fn talk(kiosk: &'static mut Kiosk) -> ! {
    kiosk.serve(&PEOPLE).await
}

#[embassy_executor::task]
async fn pulse(mut watchdog: Watchdog) -> ! {
    watchdog.start(STARVES);
    PULSE.beat(|| watchdog.feed(STARVES)).await
}

#[embassy_executor::task]
async fn pressed(mut button: Input<'static>) -> ! {
    watch_button(async || button.wait_for_falling_edge().await, &PEOPLE).await
}

#[embassy_executor::task]
async fn typed(rx: BufferedUartRx) -> ! {
    listen(rx, &PEOPLE).await
}

#[embassy_executor::task]
async fn commands(
    rx: BufferedUartRx,
    slots: Store,
    last: Last,
    provision: &'static mut Provision,
) -> ! {
    set_up(rx, slots, last, provision, &TEXT).await
}

#[embassy_executor::task]
async fn text(tx: BufferedUartTx) -> ! {
    print(&TEXT, tx).await
}

#[embassy_executor::task]
async fn online(stack: Stack<'static>, link: &'static Link) -> ! {
    watch_network(stack, link).await
}

const STARVES: Duration = Duration::from_secs(8);
