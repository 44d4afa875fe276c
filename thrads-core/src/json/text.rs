//! JSON strings: found in one scan, compared as they stand, unescaped where they stand.
//!
//! The second of the two passes of reading a response. An escape is never shorter than what it stands for, so the
//! decoded text fits where the encoded one was.

use super::plain::plain_prefix;
use super::utf8::as_text;
use core::cell::Cell;
use core::ops::Range;

/// The characters of a string's inside, its escapes undone on the way; one U+FFFD for each unpaired surrogate.
#[derive(Clone, Debug)]
pub(crate) struct Chars<'d> {
    rest: &'d str,
}

impl<'d> Chars<'d> {
    /// `inside` is UTF-8 without the quotes; anything else has no characters.
    #[cfg_attr(target_os = "none", inline(never))]
    pub(crate) fn new(inside: &'d [u8]) -> Self {
        Self { rest: as_text(inside).unwrap_or_default() }
    }
}

impl Iterator for Chars<'_> {
    type Item = char;

    #[cfg_attr(target_os = "none", inline(never))]
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let mut character = chars.next()?;
        let mut rest = chars.as_str();
        if character == '\\' {
            let length;
            (character, length) = escape(self.rest.as_bytes())?;
            rest = self.rest.get(length..).unwrap_or_default();
        }
        self.rest = rest;
        Some(character)
    }
}

/// Whether a string's inside stands for `word`.
pub(crate) fn spells(inside: &[u8], word: &str) -> bool {
    spell(inside, word, false)
}

/// The same without regard to the case of ASCII letters; `word` is in small ones.
pub(crate) fn spells_in_any_case(inside: &[u8], word: &str) -> bool {
    spell(inside, word, true)
}

#[cfg_attr(target_os = "none", inline(never))]
fn spell(inside: &[u8], word: &str, in_any_case: bool) -> bool {
    // Nearly every text has no escape. Where flash is dear, all are read as if they had.
    if cfg!(not(target_os = "none")) && plain_prefix(inside) == inside.len() {
        let word = word.as_bytes();
        return if in_any_case { inside.eq_ignore_ascii_case(word) } else { inside == word };
    }
    let small = |character: char| {
        if in_any_case { character.to_ascii_lowercase() } else { character }
    };
    Chars::new(inside).map(small).eq(word.chars())
}

/// Whether a string's inside stands for white space or nothing.
pub(crate) fn is_blank(inside: &[u8]) -> bool {
    // Nearly every text begins with a letter, which is seen at once.
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'\\';
    let begins_plain = cfg!(not(target_os = "none")) && inside.first().is_some_and(is_plain);
    !begins_plain && Chars::new(inside).all(is_space)
}

/// Unicode's `White_Space`, as `char::is_whitespace` knows it from a table of 256 bytes.
pub(crate) fn is_space(character: char) -> bool {
    matches!(
        character,
        '\t'..='\r'
            | ' '
            | '\u{85}'
            | '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

/// Undoes the escapes in `inside` of a string, fills what that leaves free of its place with spaces, and returns where the
/// text ends then.
#[inline(never)]
pub(crate) fn undo(inside: Range<usize>, document: &mut [u8]) -> usize {
    let Range { start, end } = inside;
    let (mut from, mut to) = (start, start);
    while from < end {
        let rest = document.get(from..end).unwrap_or_default();
        // Where there is room for it, what stands between two escapes is moved at once.
        let plain = if cfg!(target_os = "none") { 0 } else { plain_prefix(rest) };
        if plain > 0 {
            if to < from {
                move_back(document, from..from.wrapping_add(plain), to);
            }
            from = from.wrapping_add(plain);
            to = to.wrapping_add(plain);
            continue;
        }
        let Some(&first) = rest.first() else { break };
        let mut utf8 = [first, 0, 0, 0];
        let (mut kept, mut length) = (1, 1);
        if let Some((character, taken)) = escape(rest) {
            (kept, length) = (character.encode_utf8(&mut utf8).len(), taken);
        }
        for byte in utf8.iter().take(kept) {
            if let Some(place) = document.get_mut(to) {
                *place = *byte;
            }
            to = to.wrapping_add(1);
        }
        from = from.wrapping_add(length);
    }
    document.get_mut(to..end).unwrap_or_default().fill(b' ');
    to
}

/// Moves the bytes of `range` to `to`, before its start. `copy_within` would do, but may panic for all that the compiler
/// can prove.
pub(crate) fn move_back(bytes: &mut [u8], range: Range<usize>, to: usize) {
    let Range { start: mut from, end } = range;
    let mut to = to;
    // Sixteen bytes are read before any of them is overwritten.
    while cfg!(not(target_os = "none"))
        && let Some(&chunk) = bytes.get(from..end).and_then(<[u8]>::first_chunk::<16>)
        && let Some(place) = bytes.get_mut(to..).and_then(<[u8]>::first_chunk_mut)
    {
        *place = chunk;
        from = from.wrapping_add(16);
        to = to.wrapping_add(16);
    }
    let bytes = Cell::from_mut(bytes).as_slice_of_cells();
    let from = bytes.get(from..end).unwrap_or_default();
    let to = bytes.get(to..).unwrap_or_default();
    to.iter().zip(from).for_each(|(to, from)| to.set(from.get()));
}

/// Reads one escape, a surrogate pair as one: the character and the bytes it took. `None` of anything else.
pub(crate) fn escape(rest: &[u8]) -> Option<(char, usize)> {
    if rest.first() != Some(&b'\\') {
        return None;
    }
    let name = *rest.get(1)?;
    if name == b'u' {
        return unicode_escape(rest);
    }
    let (_, character) = SHORT.iter().find(|(short, _)| *short == name)?;
    Some((char::from(*character), 2))
}

fn unicode_escape(rest: &[u8]) -> Option<(char, usize)> {
    let first = unit(rest)?;
    let is_high = first & 0xfc00 == 0xd800;
    let (code, length) = match rest.get(6..).filter(|_| is_high).and_then(unit) {
        Some(second) if second & 0xfc00 == 0xdc00 => {
            (0x1_0000_u32.wrapping_add((first & 0x3ff) << 10 | second & 0x3ff), 12)
        }
        _ => (first, 6),
    };
    Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), length))
}

/// The number of `\u` and four digits.
#[cfg_attr(target_os = "none", inline(never))]
fn unit(rest: &[u8]) -> Option<u32> {
    hex(rest.get(..6)?.strip_prefix(b"\\u")?)
}

/// The number that up to eight hexadecimal digits spell; 0 if there are none.
#[cfg_attr(target_os = "none", inline(never))]
pub(crate) fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |code, &byte| Some(code << 4 | char::from(byte).to_digit(16)?))
}

/// What stands behind the backslash of a short escape, and what it stands for.
const SHORT: [(u8, u8); 8] = [
    (b'"', b'"'),
    (b'\\', b'\\'),
    (b'/', b'/'),
    (b'b', 8),
    (b'f', 12),
    (b'n', b'\n'),
    (b'r', b'\r'),
    (b't', b'\t'),
];

#[cfg(test)]
mod tests {
    use super::super::read::Reader;
    use super::super::value::Value;
    use super::*;

    fn scan(inside: &str) -> Option<(Vec<u8>, Value)> {
        let document = format!("\"{inside}\" tail").into_bytes();
        let text = Reader::new(&document).value().ok()?;
        Some((document, text))
    }

    fn decode(inside: &str) -> Option<String> {
        let (mut document, text) = scan(inside)?;
        let length = document.len();
        let by_chars: String = Chars::new(text.inside_of(&document)).collect();
        assert!(spells(text.inside_of(&document), &by_chars));
        let start = text.inside().start;
        let end = undo(text.inside(), &mut document);
        let in_place = String::from_utf8(document[start..end].to_vec()).unwrap();
        assert_eq!(in_place, by_chars);
        assert!(String::from_utf8(document).is_ok_and(|left| left.len() == length));
        Some(in_place)
    }

    #[test]
    fn decodes_as_serde_json_does() {
        let texts = [
            "",
            "plain",
            "Caf\\u00e9 \\ud83d\\ude00 \\\"q\\\" \\\\ \\/ \\n\\t\\u0000",
            "é😀",
            "\\udbff\\udfff",
            "\\ud800\\udc00",
            "\\b\\f\\r",
            "ends with \\\\",
            "日本語 and \\u65e5",
            "a longer text with, one \\u0041 escape",
        ];
        for text in texts {
            let expected: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
            assert_eq!(decode(text).unwrap(), expected);
        }
    }

    #[test]
    fn each_unpaired_surrogate_is_one_replacement_character() {
        assert_eq!(decode("x\\ud83dy").unwrap(), "x\u{fffd}y");
        assert_eq!(decode("\\ud83d\\ud83d\\ude00").unwrap(), "\u{fffd}😀");
        assert_eq!(decode("\\ude00\\ud83d\\n").unwrap(), "\u{fffd}\u{fffd}\n");
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn all_surrogate_pairs_decode() {
        for code in (0x1_0000..=0x10_ffff_u32).step_by(97) {
            let character = char::from_u32(code).unwrap();
            let mut units = [0; 2];
            character.encode_utf16(&mut units);
            assert_eq!(
                decode(&format!("\\u{:04x}\\u{:04X}", units[0], units[1])).unwrap(),
                character.to_string()
            );
        }
    }

    #[test]
    fn refuses_what_json_does_not_have() {
        for text in ["\\x41", "\\u12g4", "\\u12", "\\", "a\u{1f}b", "tab\t", "\\u+123"] {
            assert!(scan(text).is_none(), "{text}");
        }
        assert!(Reader::new(b"\"never closed").value().is_err());
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn white_space_is_what_unicode_says() {
        for character in '\0'..=char::MAX {
            assert_eq!(is_space(character), character.is_whitespace(), "{character:?}");
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn every_character_is_read_by_its_bytes() {
        for character in ('\0'..=char::MAX).step_by(7).chain([char::MAX]) {
            let mut utf8 = [0; 4];
            let text = character.encode_utf8(&mut utf8);
            if character != '\\' {
                assert!(Chars::new(text.as_bytes()).eq([character]), "{character:?}");
            }
        }
    }
}
