//! Thrads ads on small displays: the label and who is behind the ad, its words, what can be touched, and its click URL as
//! a QR code. Drawn with embedded-graphics on any `DrawTarget`; `no_std`, no heap.
//!
//! The last stage of thrads-core's pipeline for a device with a screen, beside its `card` and `speech`, and like them it
//! takes the whole ad and writes the disclosure itself (wire contract section 5). [`Card::new`] lays an ad out, with
//! [`Card::draw`] it is on the display, and [`Card::touched`] tells what a finger meant.
//!
//! ```
//! use embedded_graphics::{mock_display::MockDisplay, pixelcolor::Rgb565, prelude::*};
//! use kiosk_display::{Card, CodeMemory, Theme};
//! use thrads_core::{Ad, ChatbotMessage};
//!
//! let ad = Ad::Message(ChatbotMessage {
//!     creative: "Steel, quiet, two-year cover.",
//!     prod_name: Some("Kettle"),
//!     img_url: None,
//!     prod_url: "https://boilwell.example/",
//!     price_micros: None,
//!     currency: None,
//! });
//! let mut memory = CodeMemory::new();
//! let card = Card::new(&ad, Size::new(320, 240), &mut memory)?;
//! assert!(card.code().is_some());
//! # let mut display = MockDisplay::<Rgb565>::new();
//! # display.set_allow_out_of_bounds_drawing(true);
//! # display.set_allow_overdraw(true);
//! card.draw(&Theme::colour(), &mut display).unwrap();
//! # Ok::<(), kiosk_display::NoCard>(())
//! ```
//!
//! # The code
//!
//! A kiosk has no browser: the person's telephone follows the ad, by a QR code that holds exactly the click URL. Showing it
//! is not a click, a tap on the screen is not one either, and nothing here or in the core fetches the URL. The quiet zone of
//! [`QUIET_ZONE`] modules is kept, a module is [`MIN_MODULE`] pixels at least, and error correction is as strong as costs no
//! larger code. A long URL gets a larger code, and takes that room from the words. One for which even that is too small
//! makes no code, and the card says "Code too long for this screen". At 320×240 URLs up to 929 bytes fit, at 480×320 up
//! to 1,732, at 296×128 up to 230.
//!
//! # Text
//!
//! Every word goes through the core's `card`: it is cleaned and broken into lines there, and cannot move or cover the label.
//! Western European letters are those of embedded-graphics' fonts, which are in the public domain. Other scripts come
//! from GNU Unifont under the SIL Open Font License 1.1, by the crate `unifont` (the feature of that name, on by default):
//! every character of Unicode's first plane, so all of the sandbox's ads but an ideograph and the newer emoji. Emoji
//! without a glyph are left out, a letter without one is an empty box, and an ad with many of those is refused as
//! [`NoCard::NoGlyphs`]. Hebrew and Arabic are put in order and Arabic letters joined; Indic scripts are not shaped.
//!
//! # What it costs
//!
//! On thumbv6m, optimised for size, all of this takes 50 KB of flash with the Latin fonts and 1,992 KB with Unifont,
//! which `examples/kiosk-display/size/run.sh` measures over an image without it. So a Raspberry Pi Pico with its 2 MB takes the
//! Latin fonts, and an ESP32-C3 with 4 MB can have all. An image with Unifont has to have a global allocator, since the crate
//! links `alloc`; nothing here asks it for memory. RAM: [`CodeMemory`] of 4,696 bytes, and on the stack, while drawing, a line
//! of 384 bytes and its 192 glyphs in 1,536.
//!
//! # Features
//!
//! - `unifont`, on by default: see above.
//! - `pictures`: cards as PNG files without a display, on a host. Needs std.
#![cfg_attr(not(any(test, feature = "pictures")), no_std)]

mod card;
mod code;
mod draw;
mod layout;
#[cfg(feature = "pictures")]
mod pictures;
mod text;
mod theme;

pub use card::{Card, NoCard, Touch, Votes};
pub use code::{Code, CodeMemory, MIN_MODULE, QUIET_ZONE};
#[cfg(feature = "pictures")]
pub use pictures::{SCREENS, Screen, picture, save};
pub use theme::Theme;
