//! What is shown and said.

use crate::opaque::{Display, keep, of};
use thrads_core::{Ad, Voice, card, speech};

/// An ad as a card.
#[inline(never)]
pub fn show(ad: &Ad<&str>) {
    keep(card(ad, of(20), &mut Display));
}

/// An ad as speech.
#[inline(never)]
pub fn speak(ad: &Ad<&str>) {
    keep(speech(ad, &Voice::ENGLISH, &mut Display));
}
