//! The seam to the outside: who moves the bytes, and who knows the time.
//!
//! Implemented by thrads-std and thrads-embassy, used by `client`.

use crate::error::TransportError;
use crate::head::Head;
use crate::request::Request;
use crate::time::{Instant, Millis, UnixMillis};
use core::ops::Range;

/// Sends a request and brings the answer.
///
/// An implementation sends the request's method, target, fields and body, `Host`, `Content-Length`, and nothing that
/// tells more of the person or of itself. It never follows a redirect, never repeats a request, sends nothing in plain
/// text but to a loopback address, and reads the whole body before it returns.
#[expect(
    async_fn_in_trait,
    reason = "whether a future is Send shows through where the transport is named"
)]
pub trait Transport {
    /// Memory that answers are read into: a slice on a device, something that grows to a limit on a server.
    type Buffer: AsMut<[u8]> + ?Sized;

    /// Sends `request` and reads the answer's body into `buffer`; returns the head and where in `buffer` the body is.
    ///
    /// Dropping the future ends the exchange; the next one works.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of any kind, after `timeout` at the latest; it says whether the platform may have seen the
    /// request.
    async fn exchange(
        &mut self,
        request: &Request<'_>,
        timeout: Millis,
        buffer: &mut Self::Buffer,
    ) -> Result<(Head, Range<usize>), TransportError>;

    /// Whether there is a link at all. Where there is none, nothing is asked and nobody waits for it to fail. A transport
    /// that cannot know says yes.
    fn is_up(&self) -> bool {
        true
    }
}

/// Tells the time and waits.
#[expect(
    async_fn_in_trait,
    reason = "whether a future is Send shows through where the clock is named"
)]
pub trait Clock {
    /// The moment by a clock that does not jump.
    fn now(&self) -> Instant;

    /// Waits until `moment`; returns at once if it has passed.
    async fn sleep_until(&self, moment: Instant);

    /// The time of day, if it is known.
    fn wall(&self) -> Option<UnixMillis>;
}
