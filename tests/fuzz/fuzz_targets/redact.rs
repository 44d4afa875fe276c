//! Any text through the scrubber; in front of a line break, the names to hide, of which the first byte also says which kinds are
//! turned off.
#![no_main]

use libfuzzer_sys::fuzz_target;
use thrads_core::{Kind, Kinds, Piece, Redactor};

fuzz_target!(|input: &str| {
    let (first, text) = input.split_once('\n').unwrap_or(("", input));
    let off = first.bytes().next().unwrap_or(0);
    let kinds = Kind::ALL.into_iter().zip(0..).filter(|(_, bit)| off >> bit & 1 != 0);
    let kinds = kinds.fold(Kinds::ALL, |kinds, (kind, _)| kinds.without(kind));
    let names: Vec<_> = first.split(',').collect();
    let redactor = Redactor::new(kinds).names(&names);

    let pieces: Vec<_> = redactor.pieces(text).collect();
    let safe: String = pieces.iter().map(|piece| piece.as_str()).collect();
    assert_eq!(redactor.len(text), safe.len());
    assert_places(text, &pieces, kinds);
    assert_resumes(&redactor, text, &pieces);
    let again: String = redactor.pieces(&safe).map(Piece::as_str).collect();
    assert_eq!(again, safe, "{text:?}");
});

/// What is not hidden stands where it stood, and what is hidden was there.
fn assert_places(text: &str, pieces: &[Piece<'_>], kinds: Kinds) {
    let (mut at, mut was_text) = (0, false);
    for piece in pieces {
        match piece {
            Piece::Text(kept) => {
                let start = kept.as_ptr() as usize - text.as_ptr() as usize;
                assert_eq!(&text[start..start + kept.len()], *kept);
                assert!(!kept.is_empty() && !was_text && (start > at || at == 0 || start == at));
                (at, was_text) = (start + kept.len(), true);
            }
            Piece::Hidden(kind) => {
                assert!(kinds.has(*kind));
                was_text = false;
            }
        }
    }
    let hides_last = matches!(pieces.last(), Some(Piece::Hidden(_)));
    assert!(at == text.len() || hides_last, "{text:?}");
}

/// Taken up again behind any piece, the rest is the same.
fn assert_resumes(redactor: &Redactor<'_>, text: &str, pieces: &[Piece<'_>]) {
    let mut rest = redactor.pieces(text);
    for (index, piece) in pieces.iter().enumerate() {
        if index.is_power_of_two() {
            assert!(rest.clone().eq(pieces[index..].iter().copied()));
        }
        assert_eq!(rest.next(), Some(*piece));
    }
    assert_eq!(rest.next(), None);
}
