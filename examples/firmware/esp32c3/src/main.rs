//! The kiosk on an ESP32-C3: text on the USB serial port, the button is BOOT (GPIO9).
//!
//! Network, TLS and the serial port run in thread mode; the kiosk, its button and watchdog in an interrupt above, which a
//! handshake does not hold up.
#![no_std]
#![no_main]

#[cfg(feature = "mbedtls")]
mod mbedtls;
mod radio;

use core::cell::RefCell;
use embassy_executor::{SendSpawner, Spawner};
use embassy_net::Stack;
use esp_backtrace as _;
use esp_hal::Async;
use esp_hal::clock::CpuClock;
use esp_hal::gpio::{Input, InputConfig, Pull};
use esp_hal::interrupt::Priority;
use esp_hal::ram;
use esp_hal::rng::{Trng, TrngSource};
use esp_hal::rtc_cntl::{Rtc, Rwdt, RwdtStage};
use esp_hal::time::Duration;
use esp_hal::timer::timg::TimerGroup;
use esp_hal::usb::usb_serial_jtag::{UsbSerialJtag, UsbSerialJtagRx, UsbSerialJtagTx};
use esp_println::println;
use esp_rtos::embassy::InterruptExecutor;
use esp_storage::FlashStorage;
use heapless::Vec;
use kiosk_app::{
    Connections, LastTime, MAX_ANCHORS, Memory, Pages, Parts, People, Picture, Provision, Pulse,
    Records, SLOT_BYTES, Screen, SharedFlash, Slots, Tested, Text, expiring, keep_time, listen,
    print, set_up, watch_button,
};
use rand_core::RngCore;
use static_cell::{ConstStaticCell, StaticCell};
use thrads_core::{Publisher, Settings};
use thrads_embassy::{Anchor, Buffers, EmbassyClock, Link, watch_network};

esp_bootloader_esp_idf::esp_app_desc!();

type Random = Tested<Trng>;
type Chip = FlashStorage<'static>;
type Part = Pages<Chip>;
type Last = LastTime<Part>;
type Store = Slots<Part>;
type Kiosk = kiosk_app::Kiosk<Screen, Random, Part>;
type SerialIn = UsbSerialJtagRx<'static, Async>;

static PEOPLE: People = People::new();
/// For a display: a task that calls [`Picture::each`] with its driver.
static PICTURE: Picture = Picture::new();
static PULSE: Pulse = Pulse::new();
static TEXT: Text = Text::new();

#[esp_rtos::main]
async fn main(spawner: Spawner) {
    static PROVISION: ConstStaticCell<Provision> = ConstStaticCell::new(Provision::new());
    static UI: StaticCell<InterruptExecutor<1>> = StaticCell::new();
    static CHIP: StaticCell<SharedFlash<Chip>> = StaticCell::new();
    static SOURCE: StaticCell<TrngSource<'static>> = StaticCell::new();
    let p = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    // For the radio, and for mbedtls where that is built in: nothing of this project allocates.
    esp_alloc::heap_allocator!(#[ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: HEAP_BYTES);
    esp_rtos::start(TimerGroup::new(p.TIMG0).timer0, p.FROM_CPU_INTR0);
    let ui = UI.init(InterruptExecutor::new(p.FROM_CPU_INTR1)).start(Priority::Priority2);
    // True randomness whether or not the radio is on.
    SOURCE.init(TrngSource::new(p.RNG, p.ADC1));

    let (rx, tx) = UsbSerialJtag::new(p.USB_DEVICE).into_async().split();
    spawner.spawn(text(tx).unwrap());
    let button = Input::new(p.GPIO9, InputConfig::default().with_pull(Pull::Up));
    let chip = CHIP.init(SharedFlash::new(RefCell::new(FlashStorage::new(p.FLASH))));
    let flash = Part::new(chip, 0, LAST_AT + 2 * SLOT_BYTES as u32);
    let (mut slots, last) = (Store::new(flash.clone(), SLOTS_AT), Last::new(flash, LAST_AT));
    let provision = PROVISION.take();
    let is_set_up = slots.load(provision).unwrap_or(false) && button.is_high();
    let Some((publisher, settings)) = provision.publisher().filter(|_| is_set_up) else {
        return spawner.spawn(commands(rx, slots, last, provision).unwrap());
    };
    spawner.spawn(typed(rx).unwrap());
    ui.spawn(pressed(button).unwrap());
    ui.spawn(pulse(Rtc::new(p.RTC_TIMER).rwdt).unwrap());

    let Ok(trng) = Trng::try_new() else { return };
    let mut random = Random::new(trng);
    let seed = random.next_u64();
    let Some(stack) = radio::start(&spawner, p.WIFI, seed, provision) else { return };
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
    #[cfg(not(feature = "mbedtls"))]
    let trusted = anchors;
    #[cfg(feature = "mbedtls")]
    let trusted = mbedtls::start(provision, &CLOCK);
    let parts = memory.parts(RECORDS.take(), stack, trusted, random, &CLOCK, relay);
    let Parts { transport, connections: runner, buffers } = parts;
    let Ok(trng) = Trng::try_new() else { return };
    spawner.spawn(online(stack, transport.link()).unwrap());
    let (screen, random) = (Screen(&TEXT), Random::new(trng));
    let new = || Kiosk::new(transport, &CLOCK, publisher, settings, screen, &PICTURE, random);
    let kiosk = KIOSK.init_with(new);
    kiosk.keep_in(flash, REPORTS_AT..LAST_AT);
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
) {
    let Ok(mut random) = Trng::try_new() else { return };
    keep_time(stack, "pool.ntp.org", clock, &mut random, &mut last, |now| {
        expiring(anchors, now).for_each(|anchor| {
            println!("an anchor expires at {} ms since 1970", anchor.expires().0)
        });
    })
    .await
}

#[embassy_executor::task]
async fn talk(kiosk: &'static mut Kiosk) -> ! {
    kiosk.serve(&PEOPLE).await
}

#[embassy_executor::task]
async fn pulse(mut watchdog: Rwdt) -> ! {
    watchdog.set_timeout(RwdtStage::Stage0, STARVES);
    watchdog.enable();
    PULSE.beat(|| watchdog.feed()).await
}

#[embassy_executor::task]
async fn pressed(mut button: Input<'static>) -> ! {
    watch_button(async || button.wait_for_falling_edge().await, &PEOPLE).await
}

#[embassy_executor::task]
async fn typed(rx: SerialIn) -> ! {
    listen(rx, &PEOPLE).await
}

#[embassy_executor::task]
async fn commands(rx: SerialIn, slots: Store, last: Last, provision: &'static mut Provision) -> ! {
    set_up(rx, slots, last, provision, &TEXT).await
}

#[embassy_executor::task]
async fn text(tx: UsbSerialJtagTx<'static, Async>) -> ! {
    print(&TEXT, tx).await
}

#[embassy_executor::task]
async fn online(stack: Stack<'static>, link: &'static Link) -> ! {
    watch_network(stack, link).await
}

/// The first two sectors of the partition `nvs` of the usual table.
const SLOTS_AT: u32 = 0x9000;
/// The three behind them, for reports that wait.
const REPORTS_AT: u32 = SLOTS_AT + 2 * SLOT_BYTES as u32;
/// And two for the last time of day: its last sector, and that of `phy_init`, which esp-radio does not read.
const LAST_AT: u32 = REPORTS_AT + 3 * SLOT_BYTES as u32;
const HEAP_BYTES: usize = if cfg!(feature = "mbedtls") { 84 * 1024 } else { 36 * 1024 };
const STARVES: Duration = Duration::from_secs(8);
