//! Reading the body of an answer to the end that it says it has.
//!
//! Part of the transport. Cases T58, T60 and T62 of the wire contract.

use embedded_io_async::{ErrorKind, Read};
use reqwless::Error;
use reqwless::response::BodyReader;
use thrads_core::TransportErrorKind;

/// Reads the whole body to the front of `buffer`; returns its length.
///
/// reqwless' own `read_to_end` is not used: when the peer closes inside a chunk it reads on for ever without giving
/// way, so that no deadline passes; and it says the same of a short body as of one that is too long.
pub(crate) async fn read_body<R: Read>(
    mut reader: BodyReader<R>,
    buffer: &mut [u8],
) -> Result<usize, TransportErrorKind> {
    let mut length = 0_usize;
    loop {
        // A full buffer may hold the whole body: one byte more tells.
        let mut probe = [0];
        let free = buffer.get_mut(length..).filter(|free| !free.is_empty());
        let is_full = free.is_none();
        let read = read_some(&mut reader, free.unwrap_or(&mut probe)).await;
        match read.map_err(kind)? {
            0 if is_whole(&reader) => return Ok(length),
            0 => return Err(TransportErrorKind::Incomplete),
            _ if is_full => return Err(TransportErrorKind::TooLarge),
            read => length = length.saturating_add(read),
        }
    }
}

/// What reqwless' errors mean once the request is under way.
pub(crate) fn kind(error: Error) -> TransportErrorKind {
    match error {
        Error::ConnectionAborted | Error::Network(ErrorKind::ConnectionAborted) => {
            TransportErrorKind::Incomplete
        }
        Error::Codec | Error::BufferTooSmall => TransportErrorKind::Protocol,
        _ => TransportErrorKind::Io,
    }
}

/// Reads no further than a fixed length goes: reqwless subtracts what came from what is left without a check, and would
/// panic on a peer that sends more.
async fn read_some<R: Read>(reader: &mut BodyReader<R>, place: &mut [u8]) -> Result<usize, Error> {
    let most = match reader {
        BodyReader::FixedLength(fixed) => fixed.remaining,
        _ => usize::MAX,
    };
    let most = most.min(place.len());
    reader.read(place.get_mut(..most).unwrap_or_default()).await
}

/// Whether the end of the connection is an end of the body.
fn is_whole<R: Read>(reader: &BodyReader<R>) -> bool {
    match reader {
        BodyReader::FixedLength(fixed) => fixed.remaining == 0,
        BodyReader::Chunked(chunked) => chunked.is_done(),
        BodyReader::Empty | BodyReader::ToEnd(_) => true,
    }
}
