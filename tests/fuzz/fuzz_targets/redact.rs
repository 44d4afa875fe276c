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

/// Hiding twice takes no marker for something else, and finds more only in a word that a find has cut.
fn assert_markers_stay(redactor: &Redactor<'_>, safe: &str, pieces: &[Piece<'_>]) {
    let markers = markers(pieces);
    let again: Vec<_> = redactor.pieces(safe).collect();
    let mut rest = safe.len();
    let mut finds = Vec::new();
    for piece in again.iter().rev() {
        let Piece::Text(kept) = piece else { continue };
        let start = kept.as_ptr() as usize - safe.as_ptr() as usize;
        finds.push(start + kept.len()..rest);
        rest = start;
    }
    finds.push(0..rest);
    for find in finds.into_iter().filter(|find| !find.is_empty()) {
        let is_apart = |marker: &Range<usize>| marker.end <= find.start || find.end <= marker.start;
        assert!(markers.iter().all(is_apart), "{safe:?}: {again:?}");
        let is_joined = |marker: &Range<usize>| {
            let between = &safe[marker.end.min(find.end)..marker.start.max(find.start)];
            !between.contains(char::is_whitespace)
        };
        assert!(markers.iter().any(is_joined), "{safe:?}: {again:?}");
    }
}

/// Where the markers stand in what these pieces make.
fn markers(pieces: &[Piece<'_>]) -> Vec<Range<usize>> {
    let (mut at, mut markers) = (0, Vec::new());
    for piece in pieces {
        let start = at;
        at += piece.as_str().len();
        if let Piece::Hidden(_) = piece {
            markers.push(start..at);
        }
    }
    markers
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
