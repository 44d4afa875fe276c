//! The pictures that are kept, against what is drawn now, and their codes read back by another library.
//!
//! After a change that is meant: `cargo run -p kiosk-display --example pictures examples/kiosk-display/tests/golden`,
//! look at them, and commit.

#[allow(dead_code, reason = "other tests use the rest of it")]
mod ads;
#[path = "ads/gallery.rs"]
mod gallery;
#[path = "ads/scan.rs"]
mod scan;

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics_simulator::SimulatorDisplay;
use gallery::gallery;
use kiosk_display::{CodeMemory, picture};
use std::path::PathBuf;

fn golden(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)
}

#[test]
fn every_card_looks_as_it_did() {
    let mut memory = CodeMemory::new();
    for kept in gallery() {
        let before = SimulatorDisplay::<Rgb888>::load_png(golden(&kept.file())).expect("a picture");
        let now = picture(&kept.card(&mut memory), kept.screen);
        assert!(now.diff(&before).is_none(), "{} looks different", kept.file());
    }
}

#[test]
fn every_kept_picture_is_small_and_belongs_to_a_card() {
    let files: Vec<_> = gallery().iter().map(gallery::Kept::file).collect();
    for entry in std::fs::read_dir(golden("")).unwrap() {
        let entry = entry.unwrap();
        assert!(
            files.contains(&entry.file_name().into_string().unwrap()),
            "{entry:?} is left over"
        );
        assert!(entry.metadata().unwrap().len() < 20_000, "{entry:?}");
    }
}

#[test]
fn every_kept_code_leads_exactly_to_the_click_url() {
    let (mut read, mut said) = (0, 0);
    for kept in gallery() {
        let mut memory = CodeMemory::new();
        let card = kept.card(&mut memory);
        let display =
            SimulatorDisplay::<Rgb888>::load_png(golden(&kept.file())).expect("a picture");
        let expected = card.code().map(|_| kept.sample.ad.click_url().unwrap().to_owned());
        assert_eq!(scan::codes(&display), Vec::from_iter(expected.clone()), "{}", kept.file());
        read += usize::from(expected.is_some());
        said += usize::from(card.is_too_long());
    }
    assert_eq!((read, said), (27, 3), "pictures with a code, and without one for want of room");
}
