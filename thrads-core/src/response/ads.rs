//! The ads of an answer, one at a time, each made where it stands in the body.
//!
//! Section 3.7 of the wire contract: `data.bid` as an object or an array, then `data.bids`.

use super::Diagnostic;
use super::shape::Form;
use crate::ad::Ad;
use crate::json::read::{Reader, Value};
use core::fmt;
use core::ops::Range;

/// Ads of one answer that are handed out; the platform sends at most five, more are passed over.
pub const MAX_ADS: usize = 8;

/// The ads of an answer. An ad with the id of an earlier one is left out, and so is one that cannot be shown.
pub struct Ads<'b> {
    form: &'static Form,
    /// The next ad, where it is made already.
    next: Option<Ad<&'b str>>,
    /// Comma-separated JSON values, of which the objects are ads; shortened from the front.
    sources: [&'b mut [u8]; 2],
    seen: heapless::Vec<&'b str, MAX_ADS>,
    left: u8,
    diagnostic: Option<Diagnostic>,
}

/// An ad was put into its place, since it is large; or why there is none, `None` where there was nothing to make it of.
pub(super) type Made = Result<(), Option<Diagnostic>>;

/// The place for an ad that is made.
pub(super) type Place<'p, 'b> = &'p mut Option<Ad<&'b str>>;

/// Where the ads of an answer stand.
pub(super) struct Sources {
    pub(super) ranges: [Range<usize>; 2],
    /// The first is one ad, whose members are read already.
    pub(super) is_read: bool,
}

impl Sources {
    /// A place for ads that has none. The first byte alone is nothing that could be read as an ad.
    pub(super) fn odd(value: Value) -> Self {
        Self { ranges: [first_byte(value), 0..0], is_read: false }
    }
}

/// All that is taken of a value that is no ad and no list of them: it cannot be read as an ad, and counts as odd.
pub(super) fn first_byte(value: Value) -> Range<usize> {
    let start = value.range().start;
    start..start.wrapping_add(1)
}

impl<'b> Ads<'b> {
    /// What was odd first, of the ads up to the one that was taken last; all of it once there are no more.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        self.diagnostic
    }

    /// `bytes` is the part of the body at `origin` that holds the sources.
    #[inline(never)]
    pub(super) fn new(
        form: &'static Form,
        bytes: &'b mut [u8],
        origin: usize,
        sources: &Sources,
    ) -> Self {
        let [first, second] = sources
            .ranges
            .each_ref()
            .map(|range| range.start.saturating_sub(origin)..range.end.saturating_sub(origin));
        Self {
            form,
            next: None,
            sources: carve(bytes, first, second),
            seen: heapless::Vec::new(),
            left: MAX_LEFT,
            diagnostic: None,
        }
    }

    /// Makes the first ad, and says whether there is one. `values` are those of the body, and of no more use then.
    #[inline(never)]
    pub(super) fn begin(&mut self, values: &mut [Value], sources: &Sources) -> bool {
        if sources.is_read
            && let Some(source) = self.sources.first_mut()
            && let Some(members) = values.get_mut(self.form.first..)
        {
            let [first, _] = &sources.ranges;
            let bytes = core::mem::take(source);
            let made = make(self.form, members, first.start, bytes, &mut self.next);
            self.admit(made);
        }
        self.find(values)
    }

    /// Makes the next ad if there is none yet, and says whether there is one; `members` is memory for it.
    fn find(&mut self, members: &mut [Value]) -> bool {
        let members = members.get_mut(..self.form.schema.len).unwrap_or_default();
        while self.next.is_none()
            && self.left > 0
            && let Some(source) = self.sources.iter_mut().find(|source| !source.is_empty())
        {
            let made = read(self.form, members, source, &mut self.next);
            self.admit(made);
        }
        self.next.is_some()
    }

    /// Keeps what is odd about an ad, and lets it through if it is not repeated.
    fn admit(&mut self, made: Made) {
        match made {
            Ok(()) if self.is_repeated() => self.next = None,
            Ok(()) => self.left = self.left.saturating_sub(1),
            Err(diagnostic) => self.diagnostic = self.diagnostic.or(diagnostic),
        }
    }

    fn is_repeated(&mut self) -> bool {
        let id = match &self.next {
            Some(Ad::SponsoredMessage(ad)) => ad.bid_id,
            Some(Ad::SponsoredPrompt(ad)) => ad.bid_id,
            Some(Ad::SponsoredPoll(ad)) => ad.bid_id,
            _ => None,
        };
        let Some(id) = id else { return false };
        // There are as many places as ads to hand out.
        self.seen.contains(&id) || self.seen.push(id).is_err()
    }
}

impl<'b> Iterator for Ads<'b> {
    type Item = Ad<&'b str>;

    fn next(&mut self) -> Option<Ad<&'b str>> {
        if self.next.is_none() {
            self.find(&mut [Value::ABSENT; super::bid::LEN]);
        }
        self.next.take()
    }
}

/// Makes an ad of the next value of `source`, which is then shorter by it.
fn read<'b>(
    form: &Form,
    members: &mut [Value],
    source: &mut &'b mut [u8],
    place: Place<'_, 'b>,
) -> Made {
    let bytes = core::mem::take(source);
    let mut reader = Reader::new(bytes);
    let Some(item) = reader.item(form.schema, members) else {
        // White space behind the last, or what cannot be read.
        let is_end = bytes.trim_ascii().is_empty();
        return Err(if is_end { None } else { Some(Diagnostic::UnexpectedType) });
    };
    let (start, is_object) = (item.range().start, item.kind(bytes) == Some(b'{'));
    let (item, rest) = bytes.split_at_mut_checked(reader.at()).unwrap_or_default();
    *source = rest;
    if !is_object {
        return Err(Some(Diagnostic::UnexpectedType));
    }
    make(form, members, start, item.get_mut(start..).unwrap_or_default(), place)
}

/// Says how many ads were made, and none of their words.
impl fmt::Debug for Ads<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ads")
            .field("left", &self.left)
            .field("diagnostic", &self.diagnostic)
            .finish()
    }
}

/// Makes the ad whose object begins at `start` of where its members were read, and stands in `bytes`.
fn make<'b>(
    form: &Form,
    members: &mut [Value],
    start: usize,
    bytes: &'b mut [u8],
    place: Place<'_, 'b>,
) -> Made {
    members.iter_mut().for_each(|member| *member = member.from(start));
    (form.make)(members, bytes, place)
}

/// Two parts of `bytes` that do not overlap.
#[inline(never)]
fn carve(bytes: &mut [u8], first: Range<usize>, second: Range<usize>) -> [&mut [u8]; 2] {
    if second.start < first.start {
        let [second, first] = cut(bytes, second, first);
        return [first, second];
    }
    cut(bytes, first, second)
}

/// Two parts, of which the first ends before the second begins.
fn cut(bytes: &mut [u8], first: Range<usize>, second: Range<usize>) -> [&mut [u8]; 2] {
    let Some((head, tail)) = bytes.split_at_mut_checked(second.start.max(first.end)) else {
        return Default::default();
    };
    let length = second.end.saturating_sub(second.start);
    [head.get_mut(first).unwrap_or_default(), tail.get_mut(..length).unwrap_or_default()]
}

#[expect(clippy::cast_possible_truncation, reason = "it is 8")]
const MAX_LEFT: u8 = MAX_ADS as u8;
