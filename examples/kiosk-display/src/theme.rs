//! The colours of a card.

use embedded_graphics::pixelcolor::{BinaryColor, Rgb888};

/// The colours of a card. On a display of two, several are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme<C> {
    /// Behind everything.
    pub paper: C,
    /// Text.
    pub ink: C,
    /// Behind the label; not `paper`, so that an ad is never taken for the chatbot's own words.
    pub label_paper: C,
    /// The label's text.
    pub label_ink: C,
    /// Frames of what can be touched, the call to action, the bars of a poll.
    pub accent: C,
    /// The part of a bar that is not filled.
    pub faint: C,
    /// The light modules of a code and its quiet zone. Codes are dark on light, whatever the theme: not every reader
    /// takes the inverse.
    pub code_light: C,
    /// The dark modules of a code.
    pub code_dark: C,
}

impl<C: From<Rgb888>> Theme<C> {
    /// Dark text on light ground, for any display with colours.
    pub fn colour() -> Self {
        let colour = |code: u32| {
            let [_, red, green, blue] = code.to_be_bytes();
            C::from(Rgb888::new(red, green, blue))
        };
        Self {
            paper: colour(0xfb_fa_f7),
            ink: colour(0x1d_22_2b),
            label_paper: colour(0x1d_22_2b),
            label_ink: colour(0xff_d7_5e),
            accent: colour(0x0b_5f_8a),
            faint: colour(0xd9_dd_e3),
            code_light: colour(0xff_ff_ff),
            code_dark: colour(0x00_00_00),
        }
    }
}

impl Theme<BinaryColor> {
    /// For electronic paper, where `On` is black.
    pub const ON_PAPER: Self = Self {
        paper: BinaryColor::Off,
        ink: BinaryColor::On,
        label_paper: BinaryColor::On,
        label_ink: BinaryColor::Off,
        accent: BinaryColor::On,
        faint: BinaryColor::Off,
        code_light: BinaryColor::Off,
        code_dark: BinaryColor::On,
    };
}
