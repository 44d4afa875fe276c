//! Why asking failed, for whoever runs the server.
//!
//! Part of `outcome`. Section 5 of the wire contract.

use std::fmt;
use thrads_core::{ApiErrorKind, BaseUrl, Sent, Target, TransportError, TransportErrorKind};

/// Why asking failed: what happened, where, and in which phase.
///
/// `Display` and `Debug` are one line that says what to do, without the platform's words, which may repeat the person's.
///
/// ```
/// use thrads_std::{Cause, Failure, Phase, core::{TransportError, TransportErrorKind}};
///
/// let failure = Failure::from(Cause::Transport(TransportError::unsent(TransportErrorKind::Dns)));
/// assert_eq!(failure.phase(), Phase::Resolve);
/// assert_eq!(
///     failure.to_string(),
///     "resolve: the host name was not resolved: check the host's spelling and this machine's DNS"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Failure {
    cause: Cause,
    host: Option<String>,
}

/// What happened.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
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
    /// This process is [shutting down](crate::Thrads::shutdown).
    ShutDown,
}

/// How far asking got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Before anything was sent, inside this process.
    Start,
    /// Looking up the host's name.
    Resolve,
    /// Making a connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Sending the request, and waiting for the answer's end.
    Answer,
    /// Reading what came.
    Decode,
}

impl Phase {
    /// A short name for logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Answer => "answer",
            Self::Decode => "decode",
        }
    }
}

impl Failure {
    /// The failure at a place; the URL's path is left out.
    pub(crate) fn at(base: &BaseUrl, cause: Cause) -> Self {
        let host = Target::parse(base.as_str()).map(|target| target.authority.to_owned());
        Self { cause, host }
    }

    /// What happened.
    pub fn cause(&self) -> &Cause {
        &self.cause
    }

    /// Host and port that were asked, where they are known.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// How far asking got.
    pub fn phase(&self) -> Phase {
        match &self.cause {
            Cause::Transport(error) => phase(*error),
            Cause::Api { .. } => Phase::Answer,
            Cause::Malformed { .. } | Cause::Stale => Phase::Decode,
            Cause::ShutDown => Phase::Start,
        }
    }

    /// The status of the answer, if one came.
    pub fn status(&self) -> Option<u16> {
        match self.cause {
            Cause::Api { status, .. } | Cause::Malformed { status } => Some(status),
            Cause::Transport(_) | Cause::Stale | Cause::ShutDown => None,
        }
    }

    /// The platform's id of the request, for its support, if it told one.
    pub fn request_id(&self) -> Option<&str> {
        match &self.cause {
            Cause::Api { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// A short name of the cause for logs and metrics.
    pub fn code(&self) -> &'static str {
        match &self.cause {
            Cause::Transport(error) => transport_code(error.kind),
            Cause::Api { kind, .. } => kind.code(),
            Cause::Malformed { .. } => "malformed",
            Cause::Stale => "stale",
            Cause::ShutDown => "shut_down",
        }
    }

    /// What to do about it, in a line without anything of the request.
    pub fn advice(&self) -> &'static str {
        match &self.cause {
            Cause::Transport(error) => transport_advice(error.kind),
            Cause::Api { kind, .. } => kind.explain(),
            Cause::Malformed { .. } => "check what stands before the platform: a proxy, a firewall",
            Cause::Stale => "nothing to do: the person had moved on",
            Cause::ShutDown => "nothing to do: ask the next process",
        }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self { cause, host: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}, ")?;
        }
        write!(f, "{}: {}: {}", self.phase().code(), self.cause, self.advice())?;
        match self.request_id() {
            Some(id) => write!(f, " [request {id}]"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Api { status, fields, .. } if fields.is_empty() => write!(f, "status {status}"),
            Self::Api { status, fields, .. } => {
                write!(f, "status {status} ({})", fields.join(", "))
            }
            Self::Malformed { status } => write!(f, "no answer of the platform's, status {status}"),
            Self::Stale => f.write_str("the answer came too late"),
            Self::ShutDown => f.write_str("this process is shutting down"),
        }
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<thrads_core::Failure<'_>> for Cause {
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

fn phase(error: TransportError) -> Phase {
    match (error.kind, error.sent) {
        (TransportErrorKind::Target, _) => Phase::Start,
        (TransportErrorKind::Dns, _) => Phase::Resolve,
        (TransportErrorKind::Tls, _) => Phase::Tls,
        (TransportErrorKind::Connect, _) | (_, Sent::No) => Phase::Connect,
        (_, Sent::Maybe) => Phase::Answer,
    }
}

fn transport_code(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Target => "target",
        TransportErrorKind::Dns => "dns",
        TransportErrorKind::Connect => "connect",
        TransportErrorKind::Tls => "tls",
        TransportErrorKind::Timeout => "timeout",
        TransportErrorKind::Incomplete => "incomplete",
        TransportErrorKind::Protocol => "protocol",
        TransportErrorKind::TooLarge => "too_large",
        _ => "io",
    }
}

fn transport_advice(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Target => "use https, or http to a loopback address",
        TransportErrorKind::Dns => "check the host's spelling and this machine's DNS",
        TransportErrorKind::Connect => "check firewall, proxy and whether the host is up",
        TransportErrorKind::Tls => {
            "check this machine's certificates, its clock, and proxies that open TLS"
        }
        TransportErrorKind::Timeout => {
            "look at the network and the platform's status, or allow more time"
        }
        TransportErrorKind::TooLarge => "check what answers in the platform's place",
        _ => "once in a while is normal; often, look at the network",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_shows_none_of_the_platforms_words() {
        let cause = Cause::Api {
            status: 422,
            kind: ApiErrorKind::BadRequest,
            message: Some("my kettle leaks".to_owned()),
            request_id: Some("r-1".to_owned()),
            fields: vec!["body.messages".to_owned()],
        };
        let failure = Failure::from(cause.clone());
        for shown in [format!("{failure}"), format!("{failure:?}"), format!("{cause:?}")] {
            assert!(shown.contains("422") && shown.contains("body.messages"), "{shown}");
            assert!(!shown.contains("kettle"), "{shown}");
        }
        assert!(failure.to_string().contains("r-1"));
    }

    #[test]
    fn a_failure_names_host_phase_and_what_to_do() {
        let base = BaseUrl::new("https://ssp.thrads.ai/base/path").unwrap();
        let error = TransportError::unsent(TransportErrorKind::Timeout);
        let failure = Failure::at(&base, Cause::Transport(error));
        assert_eq!(
            failure.to_string(),
            "ssp.thrads.ai, connect: the deadline passed: look at the network and the platform's status, or allow more time"
        );
        assert_eq!((failure.code(), failure.status()), ("timeout", None));
    }
}
