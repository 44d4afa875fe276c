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

/// An ad, or why there is none; `None` where there was nothing to make it of.
pub(super) type Made<'b> = Result<Ad<&'b str>, Option<Diagnostic>>;

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
    start..start.saturating_add(1)
}

impl<'b> Ads<'b> {
    /// What was odd first, of the ads up to the one that was taken last; all of it once there are no more.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        self.diagnostic
    }

    /// `bytes` is the part of the body at `origin` that holds the sources.
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
        let sources = if first.start <= second.start {
            carve(bytes, first, second)
        } else {
            let [second, first] = carve(bytes, second, first);
            [first, second]
        };
        let (seen, diagnostic) = (heapless::Vec::new(), None);
        Self { form, next: None, sources, seen, left: MAX_LEFT, diagnostic }
    }

    /// Makes the first ad, and says whether there is one. `members` are of the ad that is read already.
    pub(super) fn begin(&mut self, members: &mut [Value], sources: &Sources) -> bool {
        if sources.is_read
            && let Some(source) = self.sources.first_mut()
        {
            let [first, _] = &sources.ranges;
            let made = make(self.form, members, first.start, core::mem::take(source));
            self.next = self.admit(made);
        }
        if self.next.is_none() {
            self.next = self.find();
        }
        self.next.is_some()
    }

    /// The next ad that is not made yet.
    #[inline(never)]
    fn find(&mut self) -> Option<Ad<&'b str>> {
        while self.left > 0 {
            let made = self.read()?;
            if let ad @ Some(_) = self.admit(made) {
                return ad;
            }
        }
        None
    }

    /// Makes an ad of the next value; `None` behind the last.
    fn read(&mut self) -> Option<Made<'b>> {
        let mut members = [Value::ABSENT; super::bid::LEN];
        let members = members.get_mut(..self.form.schema.len)?;
        loop {
            let source = self.sources.iter_mut().find(|source| !source.is_empty())?;
            let bytes = core::mem::take(source);
            let mut reader = Reader::new(bytes);
            let item = reader.item(self.form.schema, members);
            let (at, kind) = (reader.at(), item.and_then(|item| item.kind(bytes)));
            match (item, kind) {
                (Some(item), Some(b'{')) => {
                    let (bytes, rest) = bytes.split_at_mut_checked(at)?;
                    *source = rest;
                    let start = item.range().start;
                    return Some(make(self.form, members, start, bytes.get_mut(start..)?));
                }
                (Some(_), _) => *source = bytes.get_mut(at..)?,
                // White space behind the last.
                (None, _) if bytes.trim_ascii().is_empty() => continue,
                (None, _) => {}
            }
            return Some(Err(Some(Diagnostic::UnexpectedType)));
        }
    }

    /// Keeps what is odd about an ad, and lets it through if it can be shown and is not repeated.
    fn admit(&mut self, made: Made<'b>) -> Option<Ad<&'b str>> {
        match made {
            Ok(ad) if !self.is_repeated(&ad) => {
                self.left = self.left.saturating_sub(1);
                Some(ad)
            }
            Err(Some(diagnostic)) => {
                self.diagnostic.get_or_insert(diagnostic);
                None
            }
            _ => None,
        }
    }

    fn is_repeated(&mut self, ad: &Ad<&'b str>) -> bool {
        let id = match ad {
            Ad::SponsoredMessage(ad) => ad.bid_id,
            Ad::SponsoredPrompt(ad) => ad.bid_id,
            Ad::SponsoredPoll(ad) => ad.bid_id,
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
        if let next @ Some(_) = self.next.take() {
            return next;
        }
        self.find()
    }
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
fn make<'b>(form: &Form, members: &mut [Value], start: usize, bytes: &'b mut [u8]) -> Made<'b> {
    members.iter_mut().for_each(|member| *member = member.from(start));
    (form.make)(members, bytes)
}

/// Two parts of `bytes`, of which `first` ends before `second` begins.
fn carve(bytes: &mut [u8], first: Range<usize>, second: Range<usize>) -> [&mut [u8]; 2] {
    let Some((head, tail)) = bytes.split_at_mut_checked(second.start.max(first.end)) else {
        return Default::default();
    };
    let length = second.end.saturating_sub(second.start);
    [head.get_mut(first).unwrap_or_default(), tail.get_mut(..length).unwrap_or_default()]
}

#[expect(clippy::cast_possible_truncation, reason = "it is 8")]
const MAX_LEFT: u8 = MAX_ADS as u8;
