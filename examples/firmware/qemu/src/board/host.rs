//! What the machine has of its host by semihosting: files in place of flash, its clock, its randomness, a screen.

use core::ffi::CStr;
use core::fmt;
use kiosk_app::{Frame, RelayAt};
use rand_core::impls::{next_u32_via_fill, next_u64_via_fill};
use rand_core::{CryptoRng, Error, RngCore};
use semihosting::fs::File;
use semihosting::io::{Read, Write};
use thrads_core::{ApiKey, Environment, Publisher, Settings, UnixMillis};
use thrads_embassy::{Anchor, RelayPass};

/// Reads `settings.json` and `key`; ends the program if they make no sense, as there is nobody to tell.
pub fn provisioned() -> (Publisher, Settings) {
    let (mut file, mut key) = ([0; 1024], [0; 128]);
    let settings = Settings::from_json(read(c"settings.json", &mut file));
    let key = core::str::from_utf8(read(c"key", &mut key)).map(|key| ApiKey::new(key.trim()));
    let (Ok(settings), Ok(Ok(key))) = (settings, key) else { exit(105) };
    let environment: Environment = settings.environment;
    (Publisher { key, environment, endpoints: settings.endpoints() }, settings)
}

/// The relay of the settings, with the pass in `relay-pass`; none if there is no such file.
pub fn relay(settings: &Settings) -> Option<RelayAt> {
    let pass =
        core::str::from_utf8(read(c"relay-pass", &mut [0; 128])).ok().and_then(RelayPass::new);
    settings.relay().zip(pass)
}

/// None: without TLS there is nobody to trust.
#[cfg(feature = "plain")]
pub fn anchors() -> &'static [Anchor<'static>] {
    &[]
}

/// The anchor in `anchor.der`; none if there is no such file, or it is no anchor.
#[cfg(not(feature = "plain"))]
pub fn anchors() -> &'static [Anchor<'static>] {
    use static_cell::{ConstStaticCell, StaticCell};
    static FILE: ConstStaticCell<[u8; 2048]> = ConstStaticCell::new([0; 2048]);
    static ANCHOR: StaticCell<Anchor<'static>> = StaticCell::new();
    let file: &'static [u8] = read(c"anchor.der", FILE.take());
    match Anchor::from_der(file) {
        Ok(anchor) => core::slice::from_ref(ANCHOR.init(anchor)),
        Err(_) => &[],
    }
}

/// The host's time of day; a board asks SNTP. A file `no-clock` stands for a board that has not been answered.
pub fn wall() -> Option<UnixMillis> {
    if File::open(c"no-clock").is_ok() {
        return None;
    }
    let now = semihosting::experimental::time::SystemTime::now();
    let since = now.duration_since(semihosting::experimental::time::SystemTime::UNIX_EPOCH).ok()?;
    Some(UnixMillis(since.as_secs() * 1000))
}

/// The host's random device, since the machine has none.
pub struct HostRandom;

impl RngCore for HostRandom {
    fn next_u32(&mut self) -> u32 {
        next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, place: &mut [u8]) {
        if self.try_fill_bytes(place).is_err() {
            exit(106);
        }
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Error> {
        let failed = |_| Error::from(core::num::NonZeroU32::MIN);
        let mut file = File::open(c"/dev/urandom").map_err(failed)?;
        file.read_exact(place).map_err(failed)
    }
}

impl CryptoRng for HostRandom {}

/// Text on the host's terminal, a line at a time.
pub struct Screen;

impl fmt::Write for Screen {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        semihosting::print!("{text}");
        Ok(())
    }
}

/// Keeps a picture as `screen-01.pbm` and so on, which any viewer opens.
pub fn show(number: u8, frame: &Frame) -> semihosting::io::Result<()> {
    let mut name = *b"screen-00.pbm\0";
    name[7] += number / 10 % 10;
    name[8] += number % 10;
    let name = CStr::from_bytes_with_nul(&name).unwrap_or(c"screen.pbm");
    let mut file = File::create(name)?;
    file.write_all(b"P4 320 240\n")?;
    file.write_all(frame.as_bytes())
}

/// Ends the emulator with this exit status.
pub fn exit(status: i32) -> ! {
    semihosting::process::exit(status)
}

/// As much of a file as there is room for; nothing if there is no such file.
pub fn read<'b>(name: &CStr, buffer: &'b mut [u8]) -> &'b [u8] {
    let mut length = 0;
    if let Ok(mut file) = File::open(name) {
        while let Ok(read @ 1..) = file.read(&mut buffer[length..]) {
            length += read;
        }
    }
    &buffer[..length]
}
