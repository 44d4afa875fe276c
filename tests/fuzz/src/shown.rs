//! What may not get out to a person: an ad without its label, and characters that hide or move text (wire contract 5).

use thrads_core::{DISCLOSURE, Voice};

/// Holds a card against its promises.
pub fn assert_card(card: &str) {
    let first = card.lines().next().unwrap_or_default();
    let behind = first.strip_prefix(DISCLOSURE).expect("a card begins with its label");
    assert!(behind.is_empty() || behind == "…" || behind.starts_with(" · "), "{card:?}");
    assert!(!card.ends_with('\n') && !card.contains("\n\n"), "{card:?}");
    card.split('\n').for_each(assert_line);
}

/// Holds what is said against its promises.
pub fn assert_speech(said: &str, voice: &Voice<'_>) {
    let behind = said.strip_prefix(voice.phrases.disclosure).expect("the label is said first");
    let begins = behind.starts_with(voice.phrases.by) || behind.starts_with(": ");
    assert!(behind.is_empty() || begins, "{said:?}");
    assert!(!said.contains(['<', '>', '&', '*', '_', '{', '}', '\\']), "{said:?}");
    assert!(!said.contains("://"), "{said:?}");
    assert_line(said);
    assert!(!ends_joined(said), "{said:?}");
}

fn assert_line(line: &str) {
    let mut before = ' ';
    for character in line.chars() {
        assert!(!is_hidden(character), "{character:?} in {line:?}");
        let hangs = is_joiner(character) || is_selector(character);
        assert!(!hangs || has_joined_form(before), "{character:?} behind {before:?} in {line:?}");
        let is_joined = !is_joiner(before) || has_joined_form(character);
        assert!(is_joined, "{before:?} before {character:?} in {line:?}");
        assert!(character == ' ' || !character.is_whitespace(), "{character:?} in {line:?}");
        before = character;
    }
}

/// A line of a card may end so, where a picture of many emoji is longer than the line.
fn ends_joined(text: &str) -> bool {
    text.ends_with(is_joiner)
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe0e}' | '\u{fe0f}')
}

/// Letters of Arabic and Indic scripts, symbols, emoji, and the signs of keycaps.
fn has_joined_form(character: char) -> bool {
    let code = u32::from(character);
    matches!(code, 0x600..=0xdff | 0x2030..=0x2bff | 0x1f000..=0x1faff)
        || "0123456789#*\u{fe0f}".contains(character)
}

/// Controls, and Unicode's Default_Ignorable_Code_Point without joiners and the two selectors of emoji.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b
            | 0x200e..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xe000..=0xf8ff
            | 0xfe00..=0xfe0d | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}
