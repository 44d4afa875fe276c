//! Outcomes of asking that own their text, so that they outlive the answer they came in.
//!
//! What a chat on a server is given. Section 5 of the wire contract: without an ad the chat goes on.

use std::fmt;
use thrads_core::{ApiErrorKind, Hold, Offer, TransportError};

/// What came of asking for an ad. None of them is an error to a chat.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// At least one ad.
    Ad(Served),
    /// The platform was asked and has none.
    NoAd {
        /// The platform's id of the request, for support.
        request_id: Option<String>,
        /// The platform's words: the reason.
        message: Option<String>,
    },
    /// The platform was not asked.
    Held(Hold),
    /// Something went wrong; the operator may want to know.
    Failed(Failure),
}

/// Ads that were served, each with the right to report its impression once.
#[derive(Debug)]
pub struct Served {
    /// The platform's id of the request, for support.
    pub request_id: Option<String>,
    /// One at least, unless the platform served none that can be shown.
    pub offers: Vec<Offer<String>>,
}

/// Why asking failed. `Display` and `Debug` say what to do, without the platform's words, which may repeat the person's.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// No answer came.
    Transport(TransportError),
    /// The platform refused or failed.
    Api {
        /// HTTP status code.
        status: u16,
        /// What the status means.
        kind: ApiErrorKind,
        /// The platform's words; they may repeat what was sent.
        message: Option<String>,
        /// The platform's id of the request, for support.
        request_id: Option<String>,
        /// Members of the request that were refused, as paths.
        fields: Vec<String>,
    },
    /// The answer cannot be read.
    Malformed {
        /// HTTP status code.
        status: u16,
    },
    /// The answer came after the person had moved on.
    Stale,
}

impl Outcome {
    /// A short name for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ad(_) => "ad",
            Self::NoAd { .. } => "no_ad",
            Self::Held(_) => "held",
            Self::Failed(_) => "failed",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Api { status, kind, request_id, fields, .. } => {
                write!(f, "the platform answered {status}: {}", kind.explain())?;
                if !fields.is_empty() {
                    write!(f, " ({})", fields.join(", "))?;
                }
                match request_id {
                    Some(id) => write!(f, " [request {id}]"),
                    None => Ok(()),
                }
            }
            Self::Malformed { status } => {
                write!(
                    f,
                    "the answer with status {status} is not the platform's: check what stands before it"
                )
            }
            Self::Stale => f.write_str("the answer came after the person had moved on"),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}

impl From<thrads_core::Outcome<'_>> for Outcome {
    fn from(outcome: thrads_core::Outcome<'_>) -> Self {
        match outcome {
            thrads_core::Outcome::Ad(offers) => Self::Ad(Served {
                request_id: offers.served().request_id.map(str::to_owned),
                offers: offers.map(owned).collect(),
            }),
            thrads_core::Outcome::NoAd(no_ad) => Self::NoAd {
                request_id: no_ad.request_id.map(str::to_owned),
                message: no_ad.message.map(str::to_owned),
            },
            thrads_core::Outcome::Held(hold) => Self::Held(hold),
            thrads_core::Outcome::Failed(failure) => Self::Failed(failure.into()),
            // A kind of outcome that this version does not know is nothing to show.
            _ => Self::Failed(Failure::Stale),
        }
    }
}

impl From<thrads_core::Failure<'_>> for Failure {
    fn from(failure: thrads_core::Failure<'_>) -> Self {
        match failure {
            thrads_core::Failure::Transport(error) => Self::Transport(error),
            thrads_core::Failure::Api(error) => Self::Api {
                status: error.status,
                kind: error.kind,
                message: error.message.map(str::to_owned),
                request_id: error.request_id.map(str::to_owned),
                fields: error.fields.iter().map(|field| field.loc.to_string()).collect(),
            },
            thrads_core::Failure::Malformed(malformed) => {
                Self::Malformed { status: malformed.status }
            }
            _ => Self::Stale,
        }
    }
}

fn owned(offer: Offer<&str>) -> Offer<String> {
    offer.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_none_of_the_platforms_words() {
        let failure = Failure::Api {
            status: 422,
            kind: ApiErrorKind::BadRequest,
            message: Some("my kettle leaks".to_owned()),
            request_id: Some("r-1".to_owned()),
            fields: vec!["body.messages".to_owned()],
        };
        for shown in [
            format!("{failure}"),
            format!("{failure:?}"),
            format!("{:?}", Outcome::Failed(failure.clone())),
        ] {
            assert!(
                shown.contains("422") && shown.contains("r-1") && !shown.contains("kettle"),
                "{shown}"
            );
        }
    }
}
