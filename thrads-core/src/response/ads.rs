//! The ads of an answer: found and judged while its body may be changed, made of it one at a time.
//!
//! Section 3.7 of the wire contract: `data.bid` as an object or an array, then `data.bids`.

use super::Diagnostic;
use super::envelope::Members;
use super::notes::{Note, Notes};
use super::shape::Form;
use crate::ad::Ad;
use crate::json::read::Reader;
use crate::json::value::{Offset, Value, index, offset};
use core::fmt;
use core::ops::Range;

/// Ads of one answer that are handed out; the platform sends at most five, more are passed over.
pub const MAX_ADS: usize = 8;

/// The ads of an answer. An ad with the id of an earlier one is left out, and so is one that cannot be shown.
pub struct Ads<'b> {
    form: &'static Form,
    text: &'b str,
    /// The first note of each, or the object of one of an unknown format; 0 behind the last.
    places: [Offset; MAX_ADS],
    /// Those that are taken already.
    taken: u8,
    diagnostic: Option<Diagnostic>,
}

/// The format of an object that should be an ad; or why it is none, `None` where there was nothing to make one of.
pub(super) type Judged = Result<u8, Option<Diagnostic>>;

/// The format of an ad that is left as it came.
pub(super) const UNKNOWN: u8 = 3;

impl<'b> Ads<'b> {
    /// What was odd first.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        self.diagnostic
    }
}

impl<'b> Iterator for Ads<'b> {
    type Item = Ad<&'b str>;

    fn next(&mut self) -> Option<Ad<&'b str>> {
        let place = self.places.get(usize::from(self.taken)).map_or(0, |place| index(*place));
        self.taken = self.taken.saturating_add(1);
        if place == 0 { None } else { (self.form.make)(self.text, place) }
    }

    /// As many as were found, at most.
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.places.iter().skip(self.taken.into()).take_while(|place| **place > 0);
        (0, Some(left.count()))
    }
}

/// Says where they stand, and none of their words.
impl fmt::Debug for Ads<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ads")
            .field("taken", &self.taken)
            .field("diagnostic", &self.diagnostic)
            .finish_non_exhaustive()
    }
}

/// The ads of a body that is still to be lent.
pub(super) struct Found {
    form: &'static Form,
    places: [Offset; MAX_ADS],
    count: usize,
    pub(super) diagnostic: Option<Diagnostic>,
}

impl Found {
    pub(super) fn nothing(form: &'static Form) -> Self {
        Self { form, places: [0; MAX_ADS], count: 0, diagnostic: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn lend(self, text: &str) -> Ads<'_> {
        let Self { form, places, diagnostic, .. } = self;
        Ads { form, text, places, taken: 0, diagnostic }
    }

    /// What should be an ad or a list of them is neither.
    pub(super) fn note_odd(&mut self) {
        self.diagnostic = self.diagnostic.or(Some(Diagnostic::UnexpectedType));
    }

    /// Takes the ads of a list, and nothing of a null; `members` is memory for one ad.
    #[inline(never)]
    pub(super) fn take_list(&mut self, list: Value, members: &mut Members, body: &mut [u8]) {
        match list.kind(body) {
            None | Some(b'n') => return,
            Some(b'[') => {}
            _ => return self.note_odd(),
        }
        let Range { start: mut at, end } = list.inside();
        while self.count < MAX_ADS {
            let mut reader = Reader::within(body, at..end);
            // Behind the last is white space at most.
            let Some(item) = reader.item(self.form.schema, members) else { return };
            at = reader.at();
            match self.judge(item, members, body) {
                Some(format) if format == UNKNOWN || !self.is_repeated(members, body) => {
                    self.add(format, item, members, body);
                }
                _ => {}
            }
        }
    }

    /// Takes the first ad, whose members are read, if it can be shown.
    pub(super) fn take(&mut self, ad: Value, members: &mut Members, body: &mut [u8]) {
        if let Some(format) = self.judge(ad, members, body) {
            self.add(format, ad, members, body);
        }
    }

    #[inline(never)]
    fn judge(&mut self, ad: Value, members: &mut Members, body: &mut [u8]) -> Option<u8> {
        if ad.kind(body) != Some(b'{') {
            self.note_odd();
            return None;
        }
        match (self.form.judge)(members, body) {
            Ok(format) => Some(format),
            Err(diagnostic) => {
                self.diagnostic = self.diagnostic.or(diagnostic);
                None
            }
        }
    }

    #[inline(never)]
    fn add(&mut self, format: u8, ad: Value, members: &Members, body: &mut [u8]) {
        let mut place = ad.start();
        if format != UNKNOWN {
            let mut notes = Notes::of_format(format);
            members.iter().for_each(|member| notes.add(*member, body));
            place = notes.first;
        }
        if let Some(free) = self.places.get_mut(self.count) {
            *free = offset(place);
        }
        self.count = self.count.wrapping_add(1);
    }

    // By itself, as what it takes of the stack is not needed while an ad is judged.
    #[inline(never)]
    fn is_repeated(&self, members: &Members, body: &[u8]) -> bool {
        let Some(id) = members.get(self.form.id) else { return false };
        id.is_there()
            && self.places.iter().any(|place| {
                let other = Note::find(index(*place), self.form.id, body);
                other.is_some_and(|other| body.get(other) == body.get(id.range()))
            })
    }
}
