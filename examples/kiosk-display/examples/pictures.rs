//! Draws every card of the gallery as a PNG file, into the folder named or `target/pictures`:
//!
//! ```text
//! cargo run -p kiosk-display --example pictures                                       # to look at
//! cargo run -p kiosk-display --example pictures examples/kiosk-display/tests/golden   # to renew what the test compares with
//! ```

#[path = "../tests/ads/mod.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod ads;
#[path = "../tests/ads/gallery.rs"]
mod gallery;

use kiosk_display::{CodeMemory, picture, save};
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or("target/pictures".into(), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    for kept in gallery::gallery() {
        let mut memory = CodeMemory::new();
        save(&picture(&kept.card(&mut memory), kept.screen), &folder.join(kept.file()))?;
    }
    println!("the pictures are in {}", folder.display());
    Ok(())
}
