//! How connections are secured.
//!
//! Below `runner`: what it is given in place of TCP.

#[cfg(feature = "tls")]
mod anchor;
#[cfg(feature = "tls")]
mod certificate;
#[cfg(feature = "tls")]
mod chain;
#[cfg(feature = "tls")]
mod extensions;
#[cfg(feature = "tls")]
mod guard;
#[cfg(feature = "mbedtls")]
mod hooks;
#[cfg(feature = "mbedtls")]
mod mbedtls;
#[cfg(feature = "tls")]
mod name;
#[cfg(feature = "tls")]
mod pinned;
mod records;
#[cfg(any(feature = "tls", feature = "mbedtls"))]
mod seed;
#[cfg(feature = "tls")]
mod signature;
#[cfg(feature = "tls")]
mod suite;
#[cfg(feature = "tls")]
mod verifier;

#[cfg(feature = "tls")]
pub use anchor::Anchor;
#[cfg(feature = "tls")]
pub use chain::MAX_INTERMEDIATES;
#[cfg(feature = "mbedtls")]
pub use mbedtls::{Mbedtls, MbedtlsSecured};
#[cfg(feature = "tls")]
pub use pinned::{Fragments, Pinned, Secured};
pub(crate) use records::Records;

use crate::refusal::Refusal;
use embedded_io_async::{ErrorKind, Read, Write};

/// A way to secure connections, chosen by type: [`Pinned`](crate::Pinned), `Mbedtls`, or
/// [`InsecureForTests`](crate::InsecureForTests). Implemented in this crate only.
#[expect(async_fn_in_trait, reason = "futures of a device's executor are not Send")]
pub trait Tls {
    /// Whether it is for `https` targets and no others; if not, for `http` to loopback addresses and no others.
    const SECURE: bool;

    /// A connection with it, over a TCP connection `C`. Its end is `Ok(0)` only where the other side said so.
    type Connection<'c, C: Read + Write + 'c>: Read<Error = ErrorKind> + Write<Error = ErrorKind>;

    /// Secures `tcp` as a connection to `host`. Nothing of a request has been sent when it fails.
    ///
    /// # Errors
    ///
    /// [`Refusal`], whenever it is not certain who is at the other end.
    async fn open<'c, C: Read + Write + 'c>(
        &mut self,
        host: &str,
        tcp: C,
        room: Room<'c>,
    ) -> Result<Self::Connection<'c, C>, Refusal>;

    /// Tells the other side that this is the end.
    async fn close<'c, C: Read + Write + 'c>(connection: Self::Connection<'c, C>);
}

/// The memory that a connection has while it lasts.
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "plain text needs none"))]
pub struct Room<'c> {
    pub(crate) read: &'c mut [u8],
    pub(crate) write: &'c mut [u8],
    pub(crate) records: &'c Records,
}
