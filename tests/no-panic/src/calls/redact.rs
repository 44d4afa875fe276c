//! Hiding what tells who somebody is.

use crate::opaque::{keep, of, text};
use thrads_core::{Kind, Kinds, Piece, Redactor};

pub(super) fn all() {
    let names = [text(), text()];
    let kinds = of(Kinds::NONE).with(of(Kind::Ip)).without(of(Kind::Card));
    let redactor = Redactor::new(kinds).names(&names);
    keep(kinds.has(of(Kind::Name)));
    keep(redactor.len(text()));
    let mut pieces = redactor.pieces(text());
    while let Some(piece) = pieces.next() {
        keep((piece.as_str(), pieces.clone()));
        if let Piece::Hidden(kind) = piece {
            keep(kind.marker());
        }
    }
}
