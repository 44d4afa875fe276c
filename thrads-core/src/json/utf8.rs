//! Bytes as text, as far as they are UTF-8.
//!
//! A helper of every stage that is given bytes, or has changed a text and borrows it again.

/// The bytes as text; `None` if they are not UTF-8.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn as_text(bytes: &[u8]) -> Option<&str> {
    // The other way looks at eight bytes at once where they are ASCII; this one takes half the flash.
    if cfg!(target_os = "none") {
        let text = text_prefix(bytes);
        return (text.len() == bytes.len()).then_some(text);
    }
    core::str::from_utf8(bytes).ok()
}

/// The text that the bytes begin with.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn text_prefix(bytes: &[u8]) -> &str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_the_bytes_are_no_text() {
        for (bytes, prefix) in [
            (&b""[..], ""),
            (b"kettle", "kettle"),
            ("caf\u{e9} \u{1f600}".as_bytes(), "caf\u{e9} \u{1f600}"),
            (b"caf\xc3", "caf"),
            (b"\xffcaf", ""),
            (b"a\xed\xa0\x80b", "a"),
        ] {
            assert_eq!(text_prefix(bytes), prefix, "{bytes:?}");
            assert_eq!(as_text(bytes).is_some(), bytes.len() == prefix.len(), "{bytes:?}");
        }
    }
}
