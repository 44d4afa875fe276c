//! How the ads of a conversation are spaced, and who sees to it.
//!
//! Part of `pacing`. Section 3.4 of the wire contract, *Who counts*: the platform, which is then asked on every turn, or
//! this side, which holds calls back and tells the platform not to count.

/// How the ads of a conversation are spaced, and who sees to it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Who counts.
    pub enforcement: Enforcement,
    /// Turns before the first ad, in the family's arithmetic: v1 waits for so many, the SSP serves from this turn on.
    /// 0 is none. `None` leaves it to the platform, or is 0 where this side counts. The v1 API knows 0 to 20 and is
    /// told 20 for more.
    pub offset: Option<u8>,
    /// Turns from one ad to the next; otherwise as `offset`.
    pub frequency: Option<u8>,
}

impl Policy {
    /// Ask on every turn and leave the spacing to the platform's own settings: the platform's advice, and the default.
    pub const SERVER: Self =
        Self { enforcement: Enforcement::Server, offset: None, frequency: None };

    /// Hold calls back here, which saves the radio, and switch the platform's own spacing off.
    pub const fn device(offset: u8, frequency: u8) -> Self {
        Self { enforcement: Enforcement::Device, offset: Some(offset), frequency: Some(frequency) }
    }

    /// Ask as with [`SERVER`](Self::SERVER), and count what [`device`](Self::device) would have saved and missed.
    pub const fn shadow(offset: u8, frequency: u8) -> Self {
        Self { enforcement: Enforcement::Shadow, offset: Some(offset), frequency: Some(frequency) }
    }
}

/// Who spaces the ads of a conversation.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// The platform: every turn is asked for.
    #[default]
    Server,
    /// This side: calls that could earn no ad are not made.
    Device,
    /// The platform, while this side counts along and holds nothing: [`Shadow`] says what `Device` would have done.
    Shadow,
}

/// What an offset of N means for the first ad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum OffsetMode {
    /// After N turns, on the next: the v1 API (wire contract 2.10).
    AfterN,
    /// On turn N: the SSP (3.4).
    AtN,
}

/// What `Device` would have made of a conversation that was asked for on every turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Shadow {
    /// Calls that it would not have made; the count stops at 65,535.
    pub saved: u16,
    /// Of these, calls that earned an ad.
    pub missed: u16,
}
