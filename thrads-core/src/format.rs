//! `defmt::Format` of the types that hold a conversation, a person's address or an answer: by name and code alone.
//!
//! A helper for logs over a debug probe; types that hold nothing of the kind derive theirs where they stand.

use crate::client::Polled;
use crate::request::{Call, EndUser};
use crate::response::{Answer, ApiError, Malformed, NoAd, PollAnswer, Served};
use crate::session::{Failure, Offers, Outcome, Step};
use defmt::{Format, Formatter, write};

impl Format for Call<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Call({}, opener: {})", self.family(), self.is_opener());
    }
}

impl Format for EndUser<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Forwarded { .. } => write!(f, "Forwarded"),
            Self::ThisDevice { .. } => write!(f, "ThisDevice"),
        }
    }
}

impl Format for Step<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Send { not_before, .. } => write!(f, "Send(not before {})", not_before),
            Self::Hold(hold) => write!(f, "{}", hold),
        }
    }
}

impl Format for Outcome<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Ad(offers) => write!(f, "{}", offers),
            Self::NoAd(no_ad) => write!(f, "{}", no_ad),
            Self::Held(hold) => write!(f, "{}", hold),
            Self::Failed(failure) => write!(f, "{}", failure),
        }
    }
}

impl Format for Failure<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Transport(error) => write!(f, "{}", error),
            Self::Api(error) => write!(f, "{}", error),
            Self::Malformed(malformed) => write!(f, "{}", malformed),
            Self::Stale => write!(f, "Stale"),
        }
    }
}

impl Format for Answer<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Ads(served) => write!(f, "{}", served),
            Self::NoAd(no_ad) => write!(f, "{}", no_ad),
            Self::Poll(answer) => write!(f, "{}", answer),
            Self::ApiError(error) => write!(f, "{}", error),
            Self::Malformed(malformed) => write!(f, "{}", malformed),
        }
    }
}

impl Format for PollAnswer<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Results(results) => {
                write!(f, "Results(poll {}, votes {})", results.poll_id, results.total_votes);
            }
            Self::AlreadyVoted => write!(f, "AlreadyVoted"),
            Self::InvalidOption => write!(f, "InvalidOption"),
            Self::TokenInvalid => write!(f, "TokenInvalid"),
        }
    }
}

impl Format for Polled<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Answer(answer) => write!(f, "{}", answer),
            Self::Withheld => write!(f, "Withheld"),
            Self::Failed(failure) => write!(f, "{}", failure),
        }
    }
}

impl Format for Offers<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}", self.served());
    }
}

impl Format for Served<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Ads(request {}, odd: {})", self.request_id, self.ads.diagnostic());
    }
}

impl Format for NoAd<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "NoAd(request {}, odd: {})", self.request_id, self.diagnostic);
    }
}

impl Format for ApiError<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "ApiError({}, {}, request {})", self.status, self.kind, self.request_id);
    }
}

impl Format for Malformed<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Malformed({})", self.status);
    }
}
