//! Why there is no connection.
//!
//! A helper of `runner` and `tls`; what a caller of the transport sees of it is its [`kind`](Refusal::kind).

use core::fmt;
use thrads_core::TransportErrorKind;

/// Why a connection was not made. Nothing of a request has left the device then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refusal {
    /// `https` without TLS, plain text with it, or plain text to an address that is not loopback.
    Scheme,
    /// The host name was not resolved.
    Dns,
    /// TCP made no connection.
    Connect,
    /// Not done within [`OPEN_TIMEOUT`](crate::OPEN_TIMEOUT).
    Timeout,
    /// The time of day is not known, so that no certificate can be judged.
    NoClock,
    /// The random source failed, or gives the same byte over and over.
    NoRandom,
    /// The record buffers are smaller than a handshake needs.
    Buffers,
    /// No pinned anchor has signed this server's certificate or one that it names as its issuer.
    NoAnchor,
    /// The certificate is not for this host.
    Name,
    /// A certificate of the path, or the anchor, is not valid any more.
    Expired,
    /// A certificate of the path, or the anchor, is not valid yet.
    NotYetValid,
    /// A certificate of the path was issued by one that must not issue any, or not so many below it.
    NotAnIssuer,
    /// The server's certificate must not be used by a server.
    NotAServer,
    /// A certificate says something critical that is not understood here.
    Critical,
    /// A signature is wrong.
    Signature,
    /// A signature or key is of a kind that is not verified here: RSA, Ed25519, P-521.
    Algorithm,
    /// A certificate that cannot be read, or a path of more than [`MAX_INTERMEDIATES`](crate::MAX_INTERMEDIATES).
    Certificate,
    /// The server has nothing in common with this device, as one with an RSA certificate only.
    HandshakeFailure,
    /// The server did not prove who it is.
    Unproven,
    /// A record that is larger than the record buffer.
    RecordTooLarge,
    /// Records or messages out of place.
    Protocol,
    /// The connection ended inside the handshake.
    Broken,
}

impl Refusal {
    /// What a caller of the transport is told.
    pub const fn kind(self) -> TransportErrorKind {
        match self {
            Self::Scheme => TransportErrorKind::Target,
            Self::Dns => TransportErrorKind::Dns,
            Self::Connect => TransportErrorKind::Connect,
            Self::Timeout => TransportErrorKind::Timeout,
            Self::NoClock => TransportErrorKind::NoClock,
            Self::NoRandom => TransportErrorKind::NoRandom,
            Self::NoAnchor => TransportErrorKind::NoAnchor,
            _ => TransportErrorKind::Tls,
        }
    }

    /// What it means, in one line.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Scheme => "the target's scheme is refused by this transport",
            Self::Dns => "the host name was not resolved",
            Self::Connect => "TCP made no connection",
            Self::Timeout => "connecting took too long",
            Self::NoClock => "the time of day is not known",
            Self::NoRandom => "the random source failed",
            Self::Buffers => "the record buffers are too small",
            Self::NoAnchor => "no pinned anchor covers the server's certificate",
            Self::Name => "the certificate is for another host",
            Self::Expired => "a certificate has expired",
            Self::NotYetValid => "a certificate is not valid yet",
            Self::NotAnIssuer => "a certificate was issued by one that must not issue it",
            Self::NotAServer => "the certificate is not for a server",
            Self::Critical => "a certificate has a critical extension that is not understood",
            Self::Signature => "a signature is wrong",
            Self::Algorithm => "a signature or key is of a kind that is not verified here",
            Self::Certificate => "a certificate cannot be read, or the path is too long",
            Self::HandshakeFailure => "the server has nothing in common with this device",
            Self::Unproven => "the server did not prove who it is",
            Self::RecordTooLarge => "a record is larger than the record buffer",
            Self::Protocol => "TLS records or messages are out of place",
            Self::Broken => "the connection ended inside the handshake",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.explain())
    }
}

impl core::error::Error for Refusal {}
