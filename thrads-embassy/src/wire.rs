//! The connection as reqwless sees it: it remembers what became of it, and never reads past the end of a head.
//!
//! Part of the transport. reqwless 0.14 takes an interim answer for the final one and fails when bytes behind a body
//! come with the head; neither happens where each read stops at a blank line.

use embedded_io_async::{Error, ErrorKind, ErrorType, Read, Write};
use heapless::Vec;
use thrads_core::Sent;

/// What became of a connection in an exchange.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    /// Whether anything of the request went out.
    pub(crate) sent: Sent,
    /// Whether bytes have come that nobody has read.
    pub(crate) has_rest: bool,
}

impl Progress {
    pub(crate) const NONE: Self = Self { sent: Sent::No, has_rest: false };
}

/// A connection of the transport.
pub(crate) struct Wire<'s, C> {
    connection: C,
    progress: &'s mut Progress,
    /// Bytes that came with the end of a head and stand behind it.
    held: Vec<u8, READ_BYTES>,
    lines: BlankLine,
}

impl<'s, C> Wire<'s, C> {
    pub(crate) fn new(connection: C, progress: &'s mut Progress) -> Self {
        Self { connection, progress, held: Vec::new(), lines: BlankLine::default() }
    }
}

impl<C> ErrorType for Wire<'_, C> {
    type Error = ErrorKind;
}

impl<C: Read> Read for Wire<'_, C> {
    /// A blank line in a body ends a read as well, which costs one more call and nothing else.
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.held.is_empty() {
            self.held.resize_default(READ_BYTES).ok();
            let read = self.connection.read(&mut self.held).await;
            self.held.truncate(*read.as_ref().unwrap_or(&0));
            read.map_err(|error| error.kind())?;
        }
        let room = buffer.len().min(self.held.len());
        let length = self.lines.end_in(self.held.get(..room).unwrap_or_default());
        for (place, byte) in buffer.iter_mut().zip(self.held.drain(..length)) {
            *place = byte;
        }
        self.progress.has_rest = !self.held.is_empty();
        Ok(length)
    }
}

impl<C: Write> Write for Wire<'_, C> {
    async fn write(&mut self, buffer: &[u8]) -> Result<usize, ErrorKind> {
        self.progress.sent = Sent::Maybe;
        match self.connection.write(buffer).await {
            // A stack must not say so; embedded-io and buffered-io would panic.
            Ok(0) if !buffer.is_empty() => Err(ErrorKind::WriteZero),
            written => written.map_err(|error| error.kind()),
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.connection.flush().await.map_err(|error| error.kind())
    }
}

/// Finds blank lines in a stream of bytes.
#[derive(Default)]
struct BlankLine {
    /// Whether the line so far has nothing in it, and there was one before it.
    is_blank: bool,
}

impl BlankLine {
    /// How many of the next bytes belong to the part that a blank line ends: all, or those up to its end.
    fn end_in(&mut self, bytes: &[u8]) -> usize {
        for (index, byte) in bytes.iter().enumerate() {
            let was_blank = self.is_blank;
            self.is_blank = *byte == b'\n' || (was_blank && *byte == b'\r');
            if was_blank && *byte == b'\n' {
                return index.saturating_add(1);
            }
        }
        bytes.len()
    }
}

/// Bytes that are asked of the connection at once.
const READ_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;
    use embassy_futures::block_on;

    /// Reads what it has, takes nothing.
    struct Stuck(&'static [u8]);

    impl ErrorType for Stuck {
        type Error = ErrorKind;
    }

    impl Read for Stuck {
        async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
            self.0.read(buffer).await.map_err(|never| match never {})
        }
    }

    impl Write for Stuck {
        async fn write(&mut self, _: &[u8]) -> Result<usize, ErrorKind> {
            Ok(0)
        }

        async fn flush(&mut self) -> Result<(), ErrorKind> {
            Ok(())
        }
    }

    fn reads(bytes: &'static [u8], room: usize) -> std::vec::Vec<String> {
        let mut progress = Progress::NONE;
        let mut wire = Wire::new(Stuck(bytes), &mut progress);
        let mut buffer = vec![0; room];
        let next = || {
            let read = block_on(wire.read(&mut buffer)).unwrap();
            Some(String::from_utf8_lossy(&buffer[..read]).into_owned()).filter(|_| read > 0)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn a_read_ends_with_a_blank_line() {
        assert_eq!(reads(b"a\r\nb\r\n\r\nc\r\n", 99), ["a\r\nb\r\n\r\n", "c\r\n"]);
        assert_eq!(reads(b"a\n\nb\r\n\nc", 99), ["a\n\n", "b\r\n\n", "c"]);
        assert_eq!(reads(b"a\n\r\r\nb", 99), ["a\n\r\r\n", "b"]);
    }

    #[test]
    fn a_blank_line_is_found_wherever_reads_split() {
        assert_eq!(reads(b"a\r\n\r\nbc", 1), ["a", "\r", "\n", "\r", "\n", "b", "c"]);
        assert_eq!(reads(b"a\r\n\r\nbc", 3), ["a\r\n", "\r\n", "bc"]);
    }

    #[test]
    fn a_stack_that_takes_nothing_is_an_error_and_counts_as_sent_to() {
        let mut progress = Progress::NONE;
        let mut wire = Wire::new(Stuck(b""), &mut progress);
        assert_eq!(block_on(wire.write_all(b"x")), Err(ErrorKind::WriteZero));
        assert_eq!(progress.sent, Sent::Maybe);
    }
}
