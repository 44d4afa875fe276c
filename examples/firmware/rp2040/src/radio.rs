//! The Pico W's radio, a CYW43439 reached by PIO, and the network over it.

use aligned::{A4, Aligned};
use cyw43::{Control, JoinOptions, NetDriver};
use cyw43_pio::{DEFAULT_CLOCK_DIVIDER, PioSpi};
use embassy_executor::Spawner;
use embassy_net::{Config, Stack, StackResources};
use embassy_rp::Peri;
use embassy_rp::dma;
use embassy_rp::gpio::Output;
use embassy_rp::peripherals::{PIN_24, PIN_29, PIO0};
use embassy_rp::pio::Pio;
use kiosk_app::{Item, Provision, stay_joined};
use static_cell::StaticCell;

/// How the board has wired it.
pub struct Wiring {
    pub power: Output<'static>,
    pub select: Output<'static>,
    pub data: Peri<'static, PIN_24>,
    pub clock: Peri<'static, PIN_29>,
    pub pio: Pio<'static, PIO0>,
    pub channel: dma::Channel<'static>,
}

/// Starts the radio and the network over it, and keeps joined to the one that `provision` names.
pub async fn start(
    spawner: &Spawner,
    wiring: Wiring,
    seed: u64,
    provision: &'static Provision,
) -> Stack<'static> {
    static STATE: StaticCell<cyw43::State> = StaticCell::new();
    static RESOURCES: StaticCell<StackResources<6>> = StaticCell::new();
    let Wiring { power, select, data, clock, mut pio, channel } = wiring;
    let (common, machine) = (&mut pio.common, pio.sm0);
    let divider = DEFAULT_CLOCK_DIVIDER;
    let spi = PioSpi::new(common, machine, divider, pio.irq0, select, data, clock, channel);
    let state = STATE.init(cyw43::State::new());
    let (device, mut control, driver) = cyw43::new(state, power, spi, &FIRMWARE, &NVRAM).await;
    spawner.spawn(driven(driver).unwrap());
    control.init(cyw43_firmware::CYW43_43439A0_CLM).await;
    let (config, resources) = (Config::dhcpv4(Default::default()), StackResources::new());
    let (stack, runner) = embassy_net::new(device, config, RESOURCES.init(resources), seed);
    spawner.spawn(packets(runner).unwrap());
    spawner.spawn(joined(stack, control, provision).unwrap());
    stack
}

#[embassy_executor::task]
async fn driven(runner: cyw43::Runner<'static, cyw43::SpiBus<Output<'static>, Spi>>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn packets(mut runner: embassy_net::Runner<'static, NetDriver<'static>>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn joined(stack: Stack<'static>, mut control: Control<'static>, p: &'static Provision) -> ! {
    let ssid = p.text(Item::Ssid).unwrap_or_default();
    let password = p.get(Item::Password).unwrap_or_default();
    stay_joined(stack, async || control.join(ssid, JoinOptions::new(password)).await.is_ok()).await
}

type Spi = PioSpi<'static, PIO0, 0>;

static FIRMWARE: Aligned<A4, [u8; 231_077]> = Aligned(*cyw43_firmware::CYW43_43439A0);
/// The board's data, made by `nvram.py`: no crate carries it as a file.
static NVRAM: Aligned<A4, [u8; include_bytes!("../target/nvram.bin").len()]> =
    Aligned(*include_bytes!("../target/nvram.bin"));
