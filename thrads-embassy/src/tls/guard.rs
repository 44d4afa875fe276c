//! The record guard: what TLS reads is checked record by record before embedded-tls sees it.
//!
//! Under `pinned`. embedded-tls 0.19 takes records that nobody authenticated after keys are agreed (a forged goodbye in
//! plain text cuts an answer short), and it panics on an encrypted record without content, which anybody on the path can
//! send. It also reads a header into a local of its future, so that a read given up inside one loses its place: here a
//! header is put together first and handed over whole.

use super::records::{Phase, Records};
use crate::refusal::Refusal;
use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};
use heapless::Vec;

impl Records {
    /// From here on there are encrypted records only.
    pub(crate) fn open(&self) {
        self.phase.set(Phase::Open);
    }

    /// Whether a record with this header may come now; its version then says in which phase it came.
    fn admit(&self, header: &mut [u8; HEADER]) -> Option<usize> {
        let [kind, major, minor, high, low] = *header;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let phase = self.phase.get();
        let is_admitted = match (kind, phase) {
            (HANDSHAKE, Phase::Hello) => (MIN_MESSAGE..=MAX_PLAIN).contains(&length),
            (ALERT, Phase::Hello) => length == 2,
            (CHANGE_CIPHER_SPEC, Phase::Handshake) => length == 1,
            (ENCRYPTED, Phase::Handshake | Phase::Open) => {
                (MIN_ENCRYPTED..=MAX_ENCRYPTED).contains(&length)
            }
            _ => false,
        };
        if !is_admitted || (major, minor) != VERSION {
            return None;
        }
        if kind == HANDSHAKE {
            self.phase.set(Phase::Handshake);
        }
        let [_, major, minor, ..] = header;
        (*major, *minor) = phase.mark();
        Some(length)
    }
}

impl Phase {
    /// The version that a record's header is given on its way up, where the cipher reads it and nobody else does.
    fn mark(self) -> (u8, u8) {
        match self {
            Self::Hello => VERSION,
            Self::Handshake => (3, 0xfe),
            Self::Open => (3, 0xff),
        }
    }

    /// The phase of a header on its way up, and the header as it was sent.
    pub(crate) fn unmark(header: &[u8]) -> Option<(Self, [u8; HEADER])> {
        let &[kind, major, minor, high, low] = header else { return None };
        let marks = [Self::Hello, Self::Handshake, Self::Open];
        let phase = marks.into_iter().find(|phase| phase.mark() == (major, minor))?;
        Some((phase, [kind, VERSION.0, VERSION.1, high, low]))
    }
}

/// TCP as embedded-tls sees it.
pub(crate) struct Guard<'c, C> {
    tcp: C,
    records: &'c Records,
    header: Vec<u8, HEADER>,
    /// What of the header has been handed over, once all of it is there.
    given: usize,
}

impl<'c, C> Guard<'c, C> {
    pub(crate) const fn new(tcp: C, records: &'c Records) -> Self {
        Self { tcp, records, header: Vec::new(), given: 0 }
    }
}

impl<C: Read> Guard<'_, C> {
    /// Reads a header as far as it is missing; `false` at an end between two records.
    async fn read_header(&mut self) -> Result<bool, ErrorKind> {
        while self.header.len() < HEADER {
            let mut piece = [0; HEADER];
            let missing = HEADER.saturating_sub(self.header.len());
            let place = piece.get_mut(..missing).unwrap_or_default();
            match self.tcp.read(place).await.map_err(|error| error.kind())? {
                0 if self.header.is_empty() => return Ok(false),
                0 => return Err(ErrorKind::ConnectionAborted),
                read => {
                    let read = piece.get(..read).unwrap_or_default();
                    self.header.extend_from_slice(read).map_err(|_| ErrorKind::Other)?;
                }
            }
        }
        let header = self.header.as_mut_slice().try_into().map_err(|_| ErrorKind::Other)?;
        let Some(length) = self.records.admit(header) else {
            self.records.refusal.set(Some(Refusal::Protocol));
            return Err(ErrorKind::InvalidData);
        };
        self.given = 0;
        self.records.left.set(length.saturating_add(HEADER));
        Ok(true)
    }
}

impl<C> ErrorType for Guard<'_, C> {
    type Error = ErrorKind;
}

impl<C: Read> Read for Guard<'_, C> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        if buffer.is_empty() || (self.records.is_between() && !self.read_header().await?) {
            return Ok(0);
        }
        let left = self.records.left.get();
        let header = self.header.get(self.given..).unwrap_or_default();
        let read = if header.is_empty() {
            let room = left.min(buffer.len());
            let read = self.tcp.read(buffer.get_mut(..room).unwrap_or_default()).await;
            match read.map_err(|error| error.kind())? {
                0 => return Err(ErrorKind::ConnectionAborted),
                read => read,
            }
        } else {
            buffer.iter_mut().zip(header).map(|(place, byte)| *place = *byte).count()
        };
        self.given = self.given.saturating_add(read).min(HEADER);
        let left = left.saturating_sub(read);
        self.records.left.set(left);
        if left == 0 {
            self.header.clear();
        }
        Ok(read)
    }
}

impl<C: Write> Write for Guard<'_, C> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        match self.tcp.write(buffer).await {
            // A stack must not say so; embedded-io would panic.
            Ok(0) if !buffer.is_empty() => Err(ErrorKind::WriteZero),
            written => written.map_err(|error| error.kind()),
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.tcp.flush().await.map_err(|error| error.kind())
    }
}

/// Bytes of a record's header (RFC 8446 section 5.1).
pub(crate) const HEADER: usize = 5;
const VERSION: (u8, u8) = (3, 3);
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const ENCRYPTED: u8 = 23;
/// Type and length of a handshake message.
const MIN_MESSAGE: usize = 4;
const MAX_PLAIN: usize = 16_384;
/// A content type and the tag.
const MIN_ENCRYPTED: usize = 17;
const MAX_ENCRYPTED: usize = 16_640;
