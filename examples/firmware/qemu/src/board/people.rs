//! A person of the host: lines of the file `people`, each behind the seconds that pass before it is typed.

use super::host::read;
use embassy_time::Timer;
use heapless::String;
use kiosk_app::{People, Said};
use thrads_core::{AdFormat, AdFormats};

/// What the person does, one thing a line; without text, a time in which nothing is done.
pub struct Person {
    file: [u8; 512],
    length: usize,
}

impl Person {
    /// Nobody comes where there is no such file.
    pub fn of_host() -> Option<Self> {
        let mut file = [0; 512];
        let length = read(c"people", &mut file).len();
        (length > 0).then_some(Self { file, length })
    }

    /// Types, and is done.
    pub async fn talk(&self, people: &People) {
        let script = core::str::from_utf8(&self.file[..self.length]).unwrap_or_default();
        for line in script.lines() {
            let (seconds, text) = line.split_once(' ').unwrap_or((line, ""));
            Timer::after_secs(seconds.parse().unwrap_or(0)).await;
            if let Ok(text) = String::try_from(text)
                && !text.is_empty()
            {
                people.send(Said::Line(text)).await;
            }
        }
    }
}

/// The format that the file `format` asks for, if there is one.
pub fn formats() -> Option<AdFormats> {
    let mut file = [0; 32];
    let name = core::str::from_utf8(read(c"format", &mut file)).ok()?.trim();
    AdFormats::new(&[AdFormat::from_name(name)?]).ok()
}
