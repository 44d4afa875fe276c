//! What a relay makes of a request.

/// What was done with a request, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelayVerdict {
    /// It was forwarded, and this is the target's own answer.
    Forwarded,
    /// It was delivered before, or may have been; nothing was sent.
    Duplicate,
    /// The target could not be reached; nothing was sent.
    Unreachable,
    /// It was sent, and no answer came, or none that can be passed on.
    Unanswered,
    /// It has no ticket, or one that no device has signed, or of one that is refused.
    Forged,
    /// Its ticket is from another time than now: the device's clock is wrong, or somebody kept it.
    Late,
    /// Its ticket was used before, or a later one was.
    Replayed,
    /// It is for a target that is not forwarded to, or is none of the requests that devices make.
    Refused,
    /// The device has made all its requests of this minute.
    Limited,
}

impl RelayVerdict {
    /// A word for logs and header fields.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::Duplicate => "duplicate",
            Self::Unreachable => "unreachable",
            Self::Unanswered => "unanswered",
            Self::Forged => "forged",
            Self::Late => "late",
            Self::Replayed => "replayed",
            Self::Refused => "refused",
            Self::Limited => "limited",
        }
    }
}

/// What a device is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayAnswer {
    /// The status: the target's own; 502 and 504 where it gave none, 403 for what was not
    /// forwarded, 429 for what comes too often.
    pub status: u16,
    /// The body: JSON of the target, or nothing.
    pub body: Vec<u8>,
    /// What was done; worth a header field of its own, which a device does not read and a person may.
    pub verdict: RelayVerdict,
}

impl RelayAnswer {
    pub(super) fn new(status: u16, verdict: RelayVerdict) -> Self {
        Self { status, body: Vec::new(), verdict }
    }
}

impl From<RelayVerdict> for RelayAnswer {
    fn from(verdict: RelayVerdict) -> Self {
        let status = match verdict {
            RelayVerdict::Limited => 429,
            RelayVerdict::Unreachable => 502,
            RelayVerdict::Unanswered => 504,
            _ => 403,
        };
        Self::new(status, verdict)
    }
}

/// All of them, in their order.
pub(super) const VERDICTS: [RelayVerdict; 9] = [
    RelayVerdict::Forwarded,
    RelayVerdict::Duplicate,
    RelayVerdict::Unreachable,
    RelayVerdict::Unanswered,
    RelayVerdict::Forged,
    RelayVerdict::Late,
    RelayVerdict::Replayed,
    RelayVerdict::Refused,
    RelayVerdict::Limited,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_a_count_of_its_own() {
        for (place, verdict) in VERDICTS.into_iter().enumerate() {
            assert_eq!(verdict as usize, place, "{}", verdict.code());
        }
    }
}
