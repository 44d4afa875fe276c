//! What a sandbox is started with, and the switches of wire contract section 6: where the
//! documentation's generations disagree, the default is the newest and strictest.

use std::fmt;
use std::str::FromStr;

/// How a sandbox behaves; the default is the strict platform on a free port.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// End users talk to the sandbox themselves, so that no `X-Forwarded-For` is asked for.
    pub direct: bool,
    /// v1 with `production: false` serves on every call instead of pacing.
    pub always_serve: bool,
    /// Production finds an ad for every subject, so that only pacing says no.
    pub always_match: bool,
    /// Requests a second a key.
    pub limit: u32,
    /// Where ids, tokens and the rotation of ads begin.
    pub seed: u64,
    /// Whether v1's `conversationOffset` of N serves after N calls or on call N.
    pub offset_mode: OffsetMode,
    /// How many sponsored prompts an SSP opener brings.
    pub prompts: usize,
    /// What `config.ad_offset` means when null or left out (the dashboard's value, in turns).
    pub ad_offset: u32,
    /// What `config.max_frequency` means when null or left out (the dashboard's value, in requests).
    pub max_frequency: u32,
    /// C3: which key headers a path accepts.
    pub key_headers: KeyHeaders,
    /// C4: whether the SSP reads the old `production` member.
    pub production_member: ProductionMember,
    /// C5: whether the SSP's staging key paces.
    pub staging: Staging,
    /// C7: where an SSP answer puts sponsored prompts.
    pub prompts_in: PromptsIn,
    /// C10: where a sponsored message carries its trackers.
    pub trackers_in: TrackersIn,
    /// C11: whether end-user headers are asked for.
    pub end_user: EndUser,
    /// C12: whether geo headers must come as three.
    pub geo: Geo,
    /// C23: what `data` holds when v1 serves nothing.
    pub no_ad_data: NoAdData,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 0,
            direct: false,
            always_serve: false,
            always_match: false,
            limit: 40,
            seed: 0,
            offset_mode: OffsetMode::default(),
            prompts: 3,
            ad_offset: 2,
            max_frequency: 5,
            key_headers: KeyHeaders::default(),
            production_member: ProductionMember::default(),
            staging: Staging::default(),
            prompts_in: PromptsIn::default(),
            trackers_in: TrackersIn::default(),
            end_user: EndUser::default(),
            geo: Geo::default(),
            no_ad_data: NoAdData::default(),
        }
    }
}

// The first variant of each switch is its default; names are what the command line takes.
macro_rules! switches {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every name its `FromStr` takes; the first is the default.
            pub const NAMES: &'static [&'static str] = &[$($text),+];
            const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        impl Default for $name {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                let at = Self::NAMES.iter().position(|name| *name == text);
                at.map(|at| Self::ALL[at]).ok_or(UnknownName(Self::NAMES))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$variant => f.write_str($text)),+ }
            }
        }
    )+};
}

switches! {
    /// Whether a v1 offset of N serves after N calls or on call N (wire contract 2.10, U11).
    OffsetMode {
        /// The first ad comes after N calls have been waited for.
        AfterN = "after-n",
        /// The first ad comes on call N, counted from one.
        AtN = "at-n",
    }
    /// C3: which key headers a path accepts.
    KeyHeaders {
        /// Only the family's own: `thrads-api-key` on v1, `thrad-api-key` on the SSP.
        Strict = "strict",
        /// Any spelling of any generation on every path.
        Any = "any",
    }
    /// C4: who decides on the SSP between staging and production.
    ProductionMember {
        /// The key alone; a `production` member is ignored.
        Ignored = "ignored",
        /// `production: false` makes a production key serve test ads, as in the oldest SSP.
        Legacy = "legacy",
    }
    /// C5: what the SSP does for a staging key.
    Staging {
        /// An ad on every request.
        Serves = "serves",
        /// Paces like production, and still matches every subject.
        Paces = "paces",
    }
    /// C7: where an SSP answer puts sponsored prompts.
    PromptsIn {
        /// `data.bids`, an array.
        Bids = "bids",
        /// `data.bid`, an array.
        BidArray = "bid-array",
        /// `data.bid`, the first prompt alone.
        Bid = "bid",
    }
    /// C10: where a sponsored message carries its trackers.
    TrackersIn {
        /// In the query of `url` only, as observed.
        Query = "query",
        /// In a top-level `view_url` only, as documented.
        TopLevel = "top-level",
        /// In both.
        Both = "both",
    }
    /// C11: whether `User-Agent` and `X-Forwarded-For` are asked for.
    EndUser {
        /// 400 without them.
        Required = "required",
        /// Taken when there.
        Optional = "optional",
    }
    /// C12: whether country, device and time zone must come together.
    Geo {
        /// 400 when one of the three is missing.
        Trio = "trio",
        /// Any of them may come alone.
        Loose = "loose",
    }
    /// C23: what `data` holds when v1 serves nothing.
    NoAdData {
        /// `{}`.
        Empty = "empty",
        /// `null`.
        Null = "null",
    }
}

/// A switch was given a name it does not have; holds the names it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownName(pub &'static [&'static str]);

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one of {}", self.0.join(", "))
    }
}

impl std::error::Error for UnknownName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_every_switch_name() {
        for name in PromptsIn::NAMES {
            assert_eq!(name.parse::<PromptsIn>().unwrap().to_string(), *name);
        }
        assert_eq!(PromptsIn::default(), PromptsIn::Bids);
        assert!("both".parse::<Geo>().unwrap_err().to_string().contains("trio"));
    }
}
