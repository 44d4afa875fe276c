//! The chip's own radio, and the network over it.

use embassy_executor::Spawner;
use embassy_net::{Config, Runner, Stack, StackResources};
use esp_hal::peripherals::WIFI;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{
    AuthenticationMethodConfig, Config as WifiConfig, ControllerConfig, Interface, WifiController,
};
use kiosk_app::{Item, Provision, stay_joined};
use static_cell::StaticCell;

/// Starts the radio and the network over it, and keeps joined to the one that `provision` names; `None` if its name or
/// password cannot be one.
pub fn start(
    spawner: &Spawner,
    wifi: WIFI<'static>,
    seed: u64,
    provision: &Provision,
) -> Option<Stack<'static>> {
    static RESOURCES: StaticCell<StackResources<6>> = StaticCell::new();
    let ssid = provision.text(Item::Ssid).unwrap_or_default().try_into().ok()?;
    let password = provision.text(Item::Password).unwrap_or_default().try_into().ok()?;
    let access = AuthenticationMethodConfig::Wpa2Personal(password);
    let station = StationConfig::default().with_ssid(ssid).with_authentication(access);
    let config = ControllerConfig::default().with_initial_config(WifiConfig::Station(station));
    let wifi = WifiController::new(wifi, config).ok()?;
    let resources = RESOURCES.init(StackResources::new());
    let config = Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(Interface::station(), config, resources, seed);
    spawner.spawn(packets(runner).unwrap());
    spawner.spawn(joined(stack, wifi).unwrap());
    Some(stack)
}

#[embassy_executor::task]
async fn packets(mut runner: Runner<'static, Interface>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn joined(stack: Stack<'static>, mut wifi: WifiController<'static>) -> ! {
    stay_joined(stack, async || wifi.connect_async().await.is_ok()).await
}
