//! The serial port of a board: text out, lines in, and how a device is set up over it.
//!
//! Bodies of a board's tasks, which cannot be generic themselves.

use crate::console::{Console, Lines, Set};
use crate::kiosk::{MAX_LINE, People, Said};
use crate::last_time::LastTime;
use crate::provision::{Provision, Slots};
use core::fmt;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex as Raw;
use embassy_sync::pipe::Pipe;
use embedded_io_async::{Read, Write};
use embedded_storage::nor_flash::NorFlash;
use heapless::String;

/// Text that waits for the port.
pub type Text = Pipe<Raw, 1024>;

/// A screen that is the text; what finds no room is left out.
pub struct Screen(pub &'static Text);

impl fmt::Write for Screen {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0.try_write(&[byte]).ok();
        }
        Ok(())
    }
}

/// Prints the text for good.
pub async fn print(text: &Text, mut port: impl Write) -> ! {
    let mut piece = [0; 64];
    loop {
        let read = text.read(&mut piece).await;
        port.write_all(&piece[..read]).await.ok();
    }
}

/// Hands on what people type.
pub async fn listen(mut port: impl Read, people: &People) -> ! {
    let mut lines = Lines::default();
    loop {
        if let Some(line) = next_line(&mut port, &mut lines).await {
            people.send(Said::Line(line)).await;
        }
    }
}

/// Hands on that the button was pressed; `press` waits for it.
pub async fn watch_button(mut press: impl AsyncFnMut(), people: &People) -> ! {
    loop {
        press().await;
        people.try_send(Said::Enough).ok();
    }
}

/// Carries out the commands that set a device up. Who sets it up anew may be putting right a time that somebody forged, so
/// the last one is forgotten.
pub async fn set_up<F: NorFlash>(
    mut port: impl Read,
    mut slots: Slots<F>,
    mut last: LastTime<F>,
    provision: &mut Provision,
    text: &Text,
) -> ! {
    let (mut lines, mut console) = (Lines::default(), Console::default());
    loop {
        let Some(line) = next_line(&mut port, &mut lines).await else { continue };
        let said: &[u8] = match console.command(&line, provision) {
            Set::Taken => b"taken\r\n",
            Set::Save if slots.store(provision).is_ok() && last.forget().is_ok() => {
                b"saved: restart\r\n"
            }
            Set::Save | Set::Refused => b"refused\r\n",
        };
        text.write_all(said).await;
    }
}

async fn next_line(port: &mut impl Read, lines: &mut Lines) -> Option<String<MAX_LINE>> {
    let mut byte = [0];
    port.read_exact(&mut byte).await.ok()?;
    lines.take(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt::Write as _;
    use embassy_futures::block_on;
    use embassy_futures::select::{Either, select};

    #[test]
    fn what_is_typed_arrives_line_by_line() {
        let (port, people) = (Text::new(), People::new());
        block_on(port.write_all(b"hello\r\nbye\n"));
        for expected in ["hello", "bye"] {
            let heard = block_on(select(people.receive(), listen(&port, &people)));
            assert!(matches!(heard, Either::First(Said::Line(line)) if line == expected));
        }
    }

    #[test]
    fn text_is_printed_as_far_as_there_is_room() {
        static TEXT: Text = Text::new();
        let port = Text::new();
        Screen(&TEXT).write_str(&"x".repeat(2000)).unwrap();
        let mut printed = [0; 1024];
        let mut reading = &port;
        block_on(select(reading.read_exact(&mut printed), print(&TEXT, &port)));
        assert_eq!(printed, [b'x'; 1024]);
        assert!(TEXT.is_empty() && port.is_empty());
    }
}
