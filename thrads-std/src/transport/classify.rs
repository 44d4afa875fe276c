//! What reqwest's errors mean.
//!
//! Part of `transport`.

use std::error::Error;
use std::io;
use thrads_core::{TransportError, TransportErrorKind};

/// What reqwest's error means, told by the errors underneath; its own text may hold a URL and is never kept.
pub(super) fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_builder() {
        return TransportError::unsent(TransportErrorKind::Target);
    }
    if error.is_connect() {
        return TransportError::unsent(connect_kind(error));
    }
    let kind = causes(error).find_map(cause_kind).unwrap_or(TransportErrorKind::Io);
    TransportError::maybe_sent(kind)
}

/// hyper-util does not name its errors, so a failed look-up is told by the words of its error alone.
fn connect_kind(error: &reqwest::Error) -> TransportErrorKind {
    if error.is_timeout() {
        return TransportErrorKind::Timeout;
    }
    let is_dns = |cause: &(dyn Error + 'static)| cause.to_string().starts_with("dns error");
    if causes(error).any(|cause| cause.is::<rustls::Error>() || is_tls_io(cause)) {
        TransportErrorKind::Tls
    } else if causes(error).any(is_dns) {
        TransportErrorKind::Dns
    } else {
        TransportErrorKind::Connect
    }
}

/// TLS errors come inside I/O errors, some inside two, and `source` passes over what an I/O error holds.
fn is_tls_io(cause: &(dyn Error + 'static)) -> bool {
    let Some(inner) = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) else {
        return false;
    };
    inner.is::<rustls::Error>() || is_tls_io(inner)
}

fn cause_kind(cause: &(dyn Error + 'static)) -> Option<TransportErrorKind> {
    if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
        return match () {
            () if hyper.is_incomplete_message() => Some(TransportErrorKind::Incomplete),
            () if hyper.is_parse() => Some(TransportErrorKind::Protocol),
            () => None,
        };
    }
    match cause.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            Some(TransportErrorKind::Incomplete)
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            Some(TransportErrorKind::Protocol)
        }
        _ => None,
    }
}

fn causes<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}
