//! The kiosk on a Raspberry Pi Pico W: text on UART0 (GP0, GP1), a button on GP15.
//!
//! Network and TLS run in thread mode; screen, button and watchdog in an interrupt above, which a handshake does not hold up.
#![no_std]
#![no_main]

use aligned::{A4, Aligned};
use cyw43::{Control, JoinOptions};
use cyw43_pio::{DEFAULT_CLOCK_DIVIDER, PioSpi};
use embassy_executor::{Executor, InterruptExecutor, SendSpawner, Spawner};
use embassy_net::{Config, Stack, StackResources};
use embassy_rp::clocks::RoscRng;
use embassy_rp::flash::{Blocking, Flash};
use embassy_rp::gpio::{Input, Level, Output, Pull};
use embassy_rp::interrupt;
use embassy_rp::interrupt::{InterruptExt, Priority};
use embassy_rp::peripherals::{DMA_CH0, FLASH, PIO0, UART0};
use embassy_rp::pio::{self, Pio};
use embassy_rp::uart::{BufferedInterruptHandler, BufferedUart, BufferedUartRx, BufferedUartTx};
use embassy_rp::watchdog::Watchdog;
use embassy_rp::{Peripherals, bind_interrupts, dma};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pipe::Pipe;
use embassy_time::Duration;
use embedded_io_async::{Read, Write};
use heapless::Vec;
use kiosk_app::{
    Connections, Console, Item, Kiosk, Lines, MAX_ANCHORS, Memory, Parts, People, Provision, Pulse,
    Records, Said, Set, Slots, Tested, expiring, keep_time, stay_joined,
};
use rand_core::RngCore;
use static_cell::{ConstStaticCell, StaticCell};
use thrads_core::{Publisher, Settings};
use thrads_embassy::{Anchor, Buffers, EmbassyClock};
use {defmt_rtt as _, panic_probe as _};

bind_interrupts!(struct Irqs {
    PIO0_IRQ_0 => pio::InterruptHandler<PIO0>;
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>;
    UART0_IRQ => BufferedInterruptHandler<UART0>;
});

type Random = Tested<RoscRng>;
type Spi = PioSpi<'static, PIO0, 0>;
type Store = Slots<Flash<'static, FLASH, Blocking, FLASH_BYTES>>;

static UI: InterruptExecutor = InterruptExecutor::new();
static PEOPLE: People = People::new();
static PULSE: Pulse = Pulse::new();
static TEXT: Pipe<CriticalSectionRawMutex, 1024> = Pipe::new();

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
    let mut slots = Store::new(Flash::new_blocking(p.FLASH), SLOTS_AT);
    let provision = PROVISION.take();
    let is_set_up = slots.load(provision) == Ok(true) && button.is_high();
    let Some((publisher, settings)) = provision.publisher().filter(|_| is_set_up) else {
        return spawner.spawn(set_up(rx, slots, provision).unwrap());
    };
    ui.spawn(typed(rx).unwrap());
    ui.spawn(pressed(button).unwrap());
    ui.spawn(pulse(Watchdog::new(p.WATCHDOG)).unwrap());

    static STATE: StaticCell<cyw43::State> = StaticCell::new();
    let power = Output::new(p.PIN_23, Level::Low);
    let select = Output::new(p.PIN_25, Level::High);
    let mut pio = Pio::new(p.PIO0, Irqs);
    let channel = dma::Channel::new(p.DMA_CH0, Irqs);
    let spi = PioSpi::new(
        &mut pio.common,
        pio.sm0,
        DEFAULT_CLOCK_DIVIDER,
        pio.irq0,
        select,
        p.PIN_24,
        p.PIN_29,
        channel,
    );
    let state = STATE.init(cyw43::State::new());
    let (device, mut control, radio_runner) =
        cyw43::new(state, power, spi, &FIRMWARE, &NVRAM).await;
    spawner.spawn(radio(radio_runner).unwrap());
    control.init(cyw43_firmware::CYW43_43439A0_CLM).await;
    let (stack, random) = network(&spawner, device);
    spawner.spawn(joined(stack, control, provision).unwrap());
    kiosk(&spawner, ui, stack, random, provision, publisher, settings);
}

fn network(spawner: &Spawner, device: cyw43::NetDriver<'static>) -> (Stack<'static>, Random) {
    static RESOURCES: StaticCell<StackResources<6>> = StaticCell::new();
    let mut random = Random::new(RoscRng);
    let (config, resources) = (Config::dhcpv4(Default::default()), StackResources::new());
    let resources = RESOURCES.init(resources);
    let (stack, runner) = embassy_net::new(device, config, resources, random.next_u64());
    spawner.spawn(packets(runner).unwrap());
    (stack, random)
}

fn kiosk(
    spawner: &Spawner,
    ui: SendSpawner,
    stack: Stack<'static>,
    random: Random,
    provision: &'static Provision,
    publisher: Publisher,
    settings: Settings,
) {
    static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
    static CLOCK: EmbassyClock = EmbassyClock::new();
    static ANCHORS: StaticCell<Vec<Anchor<'static>, MAX_ANCHORS>> = StaticCell::new();
    static RECORDS: ConstStaticCell<Records> = ConstStaticCell::new(Records::new());
    static KIOSK: StaticCell<Kiosk<Screen, Random>> = StaticCell::new();
    let anchors = &*ANCHORS.init(provision.anchors());
    let memory = MEMORY.take();
    let relay = provision.relay();
    let parts = memory.parts(RECORDS.take(), stack, anchors, random, &CLOCK, relay);
    let Parts { transport, connections: runner, buffers } = parts;
    let random = Random::new(RoscRng);
    let new = || Kiosk::new(transport, &CLOCK, publisher, settings, Screen, random);
    let kiosk = KIOSK.init_with(new);
    spawner.spawn(connections(runner, buffers).unwrap());
    spawner.spawn(time(stack, &CLOCK, anchors).unwrap());
    ui.spawn(talk(kiosk).unwrap());
}

#[embassy_executor::task]
async fn radio(runner: cyw43::Runner<'static, cyw43::SpiBus<Output<'static>, Spi>>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn packets(mut runner: embassy_net::Runner<'static, cyw43::NetDriver<'static>>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn joined(stack: Stack<'static>, mut control: Control<'static>, p: &'static Provision) -> ! {
    let ssid = p.text(Item::Ssid).unwrap_or_default();
    let password = p.get(Item::Password).unwrap_or_default();
    stay_joined(stack, async || control.join(ssid, JoinOptions::new(password)).await.is_ok()).await
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
) -> ! {
    keep_time(stack, "pool.ntp.org", clock, &mut Random::new(RoscRng), |now| {
        expiring(anchors, now).for_each(|anchor| {
            defmt::warn!("an anchor expires at {} ms since 1970", anchor.expires().0)
        });
    })
    .await
}

#[embassy_executor::task]
async fn talk(kiosk: &'static mut Kiosk<Screen, Random>) -> ! {
    kiosk.serve(&PEOPLE).await
}

#[embassy_executor::task]
async fn pulse(mut watchdog: Watchdog) -> ! {
    watchdog.start(STARVES);
    PULSE.beat(|| watchdog.feed(STARVES)).await
}

#[embassy_executor::task]
async fn pressed(mut button: Input<'static>) -> ! {
    loop {
        button.wait_for_falling_edge().await;
        PEOPLE.try_send(Said::Seen).ok();
    }
}

#[embassy_executor::task]
async fn typed(mut rx: BufferedUartRx) -> ! {
    let mut lines = Lines::default();
    loop {
        if let Some(line) = next_line(&mut rx, &mut lines).await {
            PEOPLE.send(Said::Line(line)).await;
        }
    }
}

#[embassy_executor::task]
async fn set_up(mut rx: BufferedUartRx, mut slots: Store, provision: &'static mut Provision) -> ! {
    let (mut lines, mut console) = (Lines::default(), Console::default());
    loop {
        let Some(line) = next_line(&mut rx, &mut lines).await else { continue };
        let said = match console.command(&line, provision) {
            Set::Taken => "taken\r\n",
            Set::Save if slots.store(provision).is_ok() => "saved: restart\r\n",
            Set::Save | Set::Refused => "refused\r\n",
        };
        TEXT.write_all(said.as_bytes()).await;
    }
}

async fn next_line(rx: &mut BufferedUartRx, lines: &mut Lines) -> Option<heapless::String<256>> {
    let mut byte = [0];
    rx.read_exact(&mut byte).await.ok()?;
    lines.take(byte[0])
}

#[embassy_executor::task]
async fn text(mut tx: BufferedUartTx) -> ! {
    let mut piece = [0; 64];
    loop {
        let read = TEXT.read(&mut piece).await;
        tx.write_all(&piece[..read]).await.ok();
    }
}

/// Text that waits for the serial port; what finds no room is left out.
struct Screen;

impl core::fmt::Write for Screen {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        for byte in text.bytes() {
            TEXT.try_write(&[byte]).ok();
        }
        Ok(())
    }
}

static FIRMWARE: Aligned<A4, [u8; 231_077]> = Aligned(*cyw43_firmware::CYW43_43439A0);
/// The board's data, made by `nvram.py`: no crate carries it as a file.
static NVRAM: Aligned<A4, [u8; include_bytes!("../target/nvram.bin").len()]> =
    Aligned(*include_bytes!("../target/nvram.bin"));
const FLASH_BYTES: usize = 2 * 1024 * 1024;
/// The last two sectors.
const SLOTS_AT: u32 = (FLASH_BYTES - 2 * kiosk_app::SLOT_BYTES) as u32;
const STARVES: Duration = Duration::from_secs(8);
