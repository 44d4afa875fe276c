//! What a kiosk with a display would show: each ad as PNG files, one for each display that `kiosk-display` is tested with.

use kiosk_display::{Card, CodeMemory, SCREENS, picture, save};
use std::path::{Path, PathBuf};
use thrads_core::Ad;

pub(crate) struct Pictures {
    folder: PathBuf,
    ads: u32,
}

impl Pictures {
    /// Makes the folder if it is not there.
    pub(crate) fn new(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("--screen {}: {error}", folder.display()))?;
        Ok(Self { folder: folder.to_owned(), ads: 0 })
    }

    /// Draws an ad, and says what could not be drawn.
    pub(crate) fn add<T: AsRef<str>>(&mut self, ad: &Ad<T>) -> Result<(), String> {
        self.ads += 1;
        for screen in SCREENS {
            let path = self.folder.join(format!("ad-{:02}-{}.png", self.ads, screen.name));
            let mut memory = CodeMemory::new();
            let card = Card::new(ad, screen.size, &mut memory)
                .map_err(|refused| format!("no picture of {}: {refused}", screen.name))?;
            save(&picture(&card, screen), &path)
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    }
}
