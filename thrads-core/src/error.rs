//! What can go wrong, split by who is at fault: the caller's values, or the way to the platform.
//!
//! A helper of every stage. What the platform itself answers wrongly is part of `response`; nothing here carries text
//! of a request or of an answer, so any of it can be logged.

use core::fmt;

/// A value that no request may carry, found before any I/O (wire contract cases T06 and T15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConfigError {
    /// The key is empty, longer than [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES), or has bytes outside visible ASCII.
    Key,
    /// The base URL breaks the rule for targets, has a query or a fragment, or is longer than
    /// [`MAX_BASE_URL_BYTES`](crate::MAX_BASE_URL_BYTES).
    BaseUrl,
    /// The country code is not two ASCII letters.
    CountryCode,
    /// The user id is empty, is an e-mail address where the platform asks for an anonymous id, or has more than
    /// [`MAX_ID_CHARS`](crate::MAX_ID_CHARS) in a v1 message call.
    UserId,
    /// The chat id is empty, or has more than [`MAX_ID_CHARS`](crate::MAX_ID_CHARS) in a v1 message call.
    ChatId,
    /// Both sides of the latest exchange must be there and hold text.
    Content,
    /// The conversation is not user and assistant in turn, ending with the assistant, each with text.
    Messages,
    /// The conversation offset is above 20 (v1).
    ConversationOffset,
    /// The ad frequency limit is above 20 (v1).
    AdFrequencyLimit,
    /// No format is asked for, one twice, or a poll by an opener.
    AdFormats,
    /// The headline limit is below 30 characters.
    MaxHeadlineChars,
    /// The experiment tag is longer than 30 characters.
    ExperimentTag,
    /// The end user's address is not an IP address.
    Ip,
    /// The end user's User-Agent is empty or has bytes outside visible ASCII, space and tab.
    UserAgent,
    /// A header value has a control character, or the time zone is not an IANA name.
    HeaderValue,
    /// The bid request goes out without the end user that the platform requires.
    EndUser,
    /// The settings are not JSON of the documented form, or hold a value that is refused.
    Settings,
}

impl ConfigError {
    /// What to do about it, in one line without the value.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Key => {
                "the API key is empty, too long, or holds something else than visible ASCII"
            }
            Self::BaseUrl => {
                "the base URL must be https with a host, or http to a loopback address, without a query"
            }
            Self::CountryCode => "the country code must be two letters (ISO 3166-1 alpha-2)",
            Self::UserId => {
                "the user id must be there, anonymous (no e-mail address) and not too long"
            }
            Self::ChatId => "the chat id must be there and not too long",
            Self::Content => "both sides of the latest exchange must hold text",
            Self::Messages => {
                "messages must alternate user and assistant, end with the assistant, and hold text"
            }
            Self::ConversationOffset => "the conversation offset must be 0 to 20",
            Self::AdFrequencyLimit => "the ad frequency limit must be 0 to 20",
            Self::AdFormats => "name at least one ad format, each once, and no poll for an opener",
            Self::MaxHeadlineChars => "the headline limit must be at least 30 characters",
            Self::ExperimentTag => "the experiment tag must be at most 30 characters",
            Self::Ip => "the end user's address must be an IPv4 or IPv6 address",
            Self::UserAgent => "the end user's User-Agent must be there, in visible ASCII",
            Self::HeaderValue => {
                "a header value holds a control character, or the time zone is no IANA name"
            }
            Self::EndUser => "a bid request needs the end user it is made for",
            Self::Settings => "the settings are not the documented JSON",
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.explain())
    }
}

impl core::error::Error for ConfigError {}

/// Why a stored state is not taken; what it was stored for starts afresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is not what was written.
    Damaged,
    /// A version wrote it that this one does not read.
    Version,
    /// It is of another chat.
    OtherChat,
    /// It is older than a day.
    TooOld,
}

impl SnapshotError {
    /// What it means, in one line.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Damaged => "the snapshot is damaged",
            Self::Version => "the snapshot is of a version that this one does not read",
            Self::OtherChat => "the snapshot is of another chat",
            Self::TooOld => "the snapshot is older than a day",
        }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.explain())
    }
}

impl core::error::Error for SnapshotError {}

/// The exchange with the platform did not come to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// Whether the platform may have acted on the request: then it must not be repeated, since an auction is not
    /// idempotent (wire contract T65).
    pub sent: Sent,
}

/// Whether bytes of a request may have reached the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Sent {
    /// None has left.
    No,
    /// Some may have left.
    Maybe,
}

/// What kept an exchange from its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The target is in plain text and this transport refuses that, or it does not fit the transport's buffers.
    Target,
    /// The host name was not resolved.
    Dns,
    /// No connection was made.
    Connect,
    /// The TLS handshake failed or the certificate was refused.
    Tls,
    /// No pinned anchor covers the server's certificate: expected of hosts that only an answer names.
    NoAnchor,
    /// The time of day is not known, so that no certificate can be judged.
    NoClock,
    /// The random source failed, so that no key can be made.
    NoRandom,
    /// The deadline passed.
    Timeout,
    /// The connection ended inside the answer.
    Incomplete,
    /// What came is not HTTP as this transport reads it.
    Protocol,
    /// The answer is longer than the buffer or the body limit.
    TooLarge,
    /// The connection broke in another way.
    Io,
}

impl TransportErrorKind {
    /// What it means, in one line.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Target => "the target is refused by this transport",
            Self::Dns => "the host name was not resolved",
            Self::Connect => "no connection was made",
            Self::Tls => "TLS failed or the certificate was refused",
            Self::NoAnchor => "no pinned anchor covers the server's certificate",
            Self::NoClock => "the time of day is not known, so no certificate can be judged",
            Self::NoRandom => "the random source failed",
            Self::Timeout => "the deadline passed",
            Self::Incomplete => "the connection ended inside the answer",
            Self::Protocol => "the answer is not HTTP as this transport reads it",
            Self::TooLarge => "the answer is longer than the body limit",
            Self::Io => "the connection broke",
        }
    }
}

impl TransportError {
    /// Nothing has left the device.
    pub const fn unsent(kind: TransportErrorKind) -> Self {
        Self { kind, sent: Sent::No }
    }

    /// Whether the same request may be made again at once: none of it has left, and what kept it is not as it is a moment
    /// later too.
    pub const fn may_be_repeated(self) -> bool {
        use TransportErrorKind::{NoAnchor, NoClock, NoRandom, Target};
        matches!(self.sent, Sent::No)
            && !matches!(self.kind, Target | NoAnchor | NoClock | NoRandom)
    }

    /// The platform may have seen the request.
    pub const fn maybe_sent(kind: TransportErrorKind) -> Self {
        Self { kind, sent: Sent::Maybe }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.explain())?;
        f.write_str(if self.sent == Sent::Maybe { " (may have been sent)" } else { "" })
    }
}

impl core::error::Error for TransportError {}

#[cfg(test)]
mod tests {
    use super::*;
    use TransportErrorKind::{Connect, NoAnchor, NoClock, NoRandom, Target};

    #[test]
    fn what_would_fail_again_at_once_is_not_repeated() {
        assert!(TransportError::unsent(Connect).may_be_repeated());
        assert!(!TransportError::maybe_sent(Connect).may_be_repeated());
        for kind in [NoAnchor, NoClock, NoRandom, Target] {
            assert!(!TransportError::unsent(kind).may_be_repeated(), "{kind:?}");
        }
    }
}
