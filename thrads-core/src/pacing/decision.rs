//! Whether to ask, and if not, why not and until when.
//!
//! What `pacing` answers. Each is a small value to copy, compare and log.

use crate::consent::Permission;
use crate::time::Instant;

/// Whether to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Decision {
    /// Ask, and send nothing before this moment.
    Ask(Instant),
    /// Do not ask.
    Hold(Hold),
}

/// Why not, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hold {
    /// What holds the call.
    pub reason: Reason,
    /// When it may be asked again, as far as this reason goes.
    pub until: Until,
}

impl Hold {
    /// What holds a call by `permission` alone.
    pub(crate) fn by(permission: Permission) -> Option<Self> {
        let reason = match permission {
            Permission::Everything | Permission::Context => return None,
            Permission::NoAds => Reason::OptOut,
            Permission::NoConsent => Reason::Consent,
            Permission::Child => Reason::Child,
        };
        Some(Self { reason, until: Until::Lifted })
    }
}

/// What holds a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// The conversation is too young for its first ad.
    Offset,
    /// The last ad was too few turns ago.
    Frequency,
    /// The person has seen, or is being shown, as many ads as they may.
    Cap(Cap),
    /// The key's requests for this second are used up.
    Rate,
    /// The platform asked to be left alone for a while.
    Backoff,
    /// The platform failed several times in a row, or one trial call is finding out whether it is back.
    Breaker,
    /// The platform refused the key.
    Key,
    /// The link is down.
    Offline,
    /// The person wants no ads, or the caller none on this turn.
    OptOut,
    /// The person's consent is needed and not there.
    Consent,
    /// A child may be in front.
    Child,
}

impl Reason {
    /// A short name for logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offset => "offset",
            Self::Frequency => "frequency",
            Self::Cap(_) => "cap",
            Self::Rate => "rate",
            Self::Backoff => "backoff",
            Self::Breaker => "breaker",
            Self::Key => "key",
            Self::Offline => "offline",
            Self::OptOut => "opt_out",
            Self::Consent => "consent",
            Self::Child => "child",
        }
    }
}

/// Which of a person's caps is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Cap {
    /// Ads in one conversation.
    Conversation,
    /// Ads in an hour.
    Hour,
    /// Ads in a day.
    Day,
    /// The time from one ad to the next.
    Gap,
}

/// The end of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Until {
    /// From this turn on, counted from 1.
    Turn(u32),
    /// From this moment on.
    At(Instant),
    /// Until it is lifted: the person opts in or consents, a new chat begins, the link comes up.
    Lifted,
}
