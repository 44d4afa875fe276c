//! The memory of TLS records.
//!
//! Lent to `runner`, used by `tls`.

/// Where TLS records are put together and taken apart, lent to [`Runner::run`](crate::Runner::run) for good.
///
/// A record is decrypted whole, so `read` decides which servers can be read: [`READ_ANY`] bytes for any server. Where the
/// server honours `max_fragment_length` (OpenSSL does, many CDNs do not) 1,400 bytes do for fragments of 1,024, asked for
/// with `Pinned::fragments`; its certificates must then fit one record too, about 900 bytes of them. `write` decides how
/// large the records are that go out: [`WRITE`] bytes hold an ordinary request in one or two.
///
/// Without TLS neither is used: empty slices do.
pub struct Buffers<'b> {
    /// Records that come in.
    pub read: &'b mut [u8],
    /// Records that go out.
    pub write: &'b mut [u8],
}

/// Bytes of a `read` buffer for any server: 16,384 of data, 256 of overhead and the header (RFC 8446 section 5.2).
pub const READ_ANY: usize = 16_645;
/// Bytes of a `write` buffer that does for most.
pub const WRITE: usize = 2048;
