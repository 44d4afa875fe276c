//! Plain text, for tests.
//!
//! One of the implementations of `tls`.

use crate::refusal::Refusal;
use crate::tls::{Room, Tls};
use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};

/// Plain text, to loopback addresses only: for tests against a sandbox, never for a person's conversation.
///
/// A transport made with it refuses `https` targets with [`Target`](thrads_core::TransportErrorKind::Target); nothing is
/// sent in the clear instead.
#[derive(Clone, Copy, Debug)]
pub struct InsecureForTests;

impl Tls for InsecureForTests {
    const SECURE: bool = false;
    type Connection<'c, C: Read + Write + 'c> = Plain<C>;

    async fn open<'c, C: Read + Write + 'c>(
        &mut self,
        _: &str,
        tcp: C,
        _: Room<'c>,
    ) -> Result<Plain<C>, Refusal> {
        Ok(Plain(tcp))
    }

    async fn close<'c, C: Read + Write + 'c>(_: Plain<C>) {}
}

/// TCP as it is.
pub struct Plain<C>(C);

impl<C> ErrorType for Plain<C> {
    type Error = ErrorKind;
}

impl<C: Read> Read for Plain<C> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        self.0.read(buffer).await.map_err(|error| error.kind())
    }
}

impl<C: Write> Write for Plain<C> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        match self.0.write(buffer).await {
            // A stack must not say so; embedded-io would panic.
            Ok(0) if !buffer.is_empty() => Err(ErrorKind::WriteZero),
            written => written.map_err(|error| error.kind()),
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.0.flush().await.map_err(|error| error.kind())
    }
}
