//! JSON as a Python server writes it: compact raw UTF-8 (FastAPI's own way), or all ASCII with
//! spaces after the separators (`json.dumps` left to its defaults). A client meets both.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// How text outside ASCII is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// Raw UTF-8, no spaces.
    Utf8,
    /// `\uXXXX`, surrogate pairs above U+FFFF, a space after each separator.
    Ascii,
}

/// `value` as JSON text.
pub(crate) fn to_vec<T: Serialize>(value: &T, style: Style) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    // Writing to memory cannot fail, and the types written here have string keys only.
    let _ = match style {
        Style::Utf8 => value.serialize(&mut Serializer::with_formatter(&mut out, CompactFormatter)),
        Style::Ascii => value.serialize(&mut Serializer::with_formatter(&mut out, Dumps)),
    };
    out
}

struct Dumps;

impl Formatter for Dumps {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        w: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { w.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        w: &mut W,
        text: &str,
    ) -> io::Result<()> {
        for character in text.chars() {
            if character.is_ascii() {
                w.write_all(&[character as u8])?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(w, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_surrogate_pairs_in_ascii_style() {
        let value = serde_json::json!({"a": ["é😀\n", 1.5], "b": null});
        let ascii = to_vec(&value, Style::Ascii);
        assert_eq!(ascii, br#"{"a": ["\u00e9\ud83d\ude00\n", 1.5], "b": null}"#);
        let raw = to_vec(&value, Style::Utf8);
        assert_eq!(raw, r#"{"a":["é😀\n",1.5],"b":null}"#.as_bytes());
    }
}
