//! What a person said, without what tells who they are.

use crate::opaque::{keep, of};
use thrads_core::{Kinds, Redactor};

/// Every kind, with a name, length first as a writer does.
#[inline(never)]
pub fn hide(text: &str, name: &str) {
    let names = [name];
    let redactor = Redactor::new(of(Kinds::ALL)).names(&names);
    keep(redactor.len(text));
    for piece in redactor.pieces(text) {
        keep(piece.as_str());
    }
}
