//! A kiosk without TLS, which measures what TLS takes: it connects to nothing but loopback addresses, where nobody is.
//!
//! In place of the TLS of `parts`, with the feature `plain`.

use crate::parts::Anchors;
use core::marker::PhantomData;
use embedded_io_async::{Read, Write};
use thrads_embassy::{EmbassyClock, InsecureForTests, Plain, Refusal, Room};

/// No TLS; `R` is the board's random source, which it has no use for.
pub struct Tls<R>(PhantomData<R>);

impl<R> Tls<R> {
    pub(crate) fn new(_: Anchors, _: R, _: &'static EmbassyClock) -> Self {
        Self(PhantomData)
    }
}

impl<R> thrads_embassy::Tls for Tls<R> {
    const SECURE: bool = InsecureForTests::SECURE;
    type Connection<'c, C: Read + Write + 'c> = Plain<C>;

    async fn open<'c, C: Read + Write + 'c>(
        &mut self,
        host: &str,
        tcp: C,
        room: Room<'c>,
    ) -> Result<Plain<C>, Refusal> {
        InsecureForTests.open(host, tcp, room).await
    }

    async fn close<'c, C: Read + Write + 'c>(connection: Plain<C>) {
        InsecureForTests::close(connection).await;
    }
}
