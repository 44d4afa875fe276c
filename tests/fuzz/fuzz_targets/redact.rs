//! Any text through the scrubber; in front of a line break, the names to hide, of which the first byte also says which kinds are
//! turned off.
#![no_main]

use std::ops::Range;

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
    assert_markers_stay(&redactor, &safe, &pieces);
});

/// Hiding twice may hide what a find has left of a word, and never takes a marker for something else.
fn assert_markers_stay(redactor: &Redactor<'_>, safe: &str, pieces: &[Piece<'_>]) {
    let again: Vec<_> = redactor.pieces(safe).collect();
    let is_kept = |range: Range<usize>| {
        again.iter().any(|piece| {
            let Piece::Text(kept) = piece else { return false };
            let start = kept.as_ptr() as usize - safe.as_ptr() as usize;
            start <= range.start && range.end <= start + kept.len()
        })
    };
    let mut at = 0;
    for piece in pieces {
        let end = at + piece.as_str().len();
        assert!(matches!(piece, Piece::Text(_)) || is_kept(at..end), "{safe:?}: {again:?}");
        at = end;
    }
}

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
