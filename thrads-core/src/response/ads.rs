//! The ads of an answer, one at a time, each made where it stands in the body.
//!
//! Section 3.7 of the wire contract: `data.bid` as an object or an array, then `data.bids`.

use super::Diagnostic;
use super::shape::Shape;
use crate::ad::Ad;
use crate::json::read::{Reader, Span};

/// Ads of one answer that are handed out; the platform sends at most five, more are passed over.
pub const MAX_ADS: usize = 8;

/// The ads of an answer. An ad with the id of an earlier one is left out, and so is one that cannot be shown.
#[derive(Debug)]
pub struct Ads<'b> {
    shape: &'static Shape,
    /// Comma-separated JSON values, of which the objects are ads; shortened from the front.
    sources: [&'b mut [u8]; 2],
    seen: heapless::Vec<&'b str, MAX_ADS>,
    left: usize,
}

/// What the first pass found out about the ads of an answer.
#[derive(Clone, Copy, Default)]
pub(super) struct Survey {
    sources: [Span; 2],
    /// Ads that can be handed out, duplicates included.
    pub(super) usable: usize,
    /// The first oddity.
    pub(super) diagnostic: Option<Diagnostic>,
}

impl Survey {
    pub(super) fn odd(diagnostic: Diagnostic) -> Self {
        Self { diagnostic: Some(diagnostic), ..Self::default() }
    }

    /// Adds a list of ads, which is handed out behind those added before.
    pub(super) fn add_source(&mut self, span: Span) {
        if let Some(free) = self.sources.iter_mut().find(|source| source.start == source.end) {
            *free = span;
        }
    }

    pub(super) fn count(&mut self, judged: Result<(), Diagnostic>) {
        match judged {
            Ok(()) => self.usable = self.usable.saturating_add(1),
            Err(diagnostic) => self.note(diagnostic),
        }
    }

    pub(super) fn note(&mut self, diagnostic: Diagnostic) {
        self.diagnostic.get_or_insert(diagnostic);
    }
}

impl<'b> Ads<'b> {
    /// `bytes` is the part of the body at `origin` that holds the survey's sources.
    pub(super) fn new(
        shape: &'static Shape,
        bytes: &'b mut [u8],
        origin: usize,
        survey: &Survey,
    ) -> Self {
        let [first, second] = survey.sources.map(|span| span.from(origin));
        let sources = if first.start <= second.start {
            carve(bytes, first, second)
        } else {
            let [second, first] = carve(bytes, second, first);
            [first, second]
        };
        Self { shape, sources, seen: heapless::Vec::new(), left: MAX_ADS }
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
        while self.left > 0 {
            let source = self.sources.iter_mut().find(|source| !source.is_empty())?;
            let made = take_ad(self.shape, source);
            if let Some(ad) = made.filter(|ad| !self.is_repeated(ad)) {
                self.left = self.left.saturating_sub(1);
                return Some(ad);
            }
        }
        None
    }
}

/// Cuts the next value off `source` and makes it an ad, if it is one that can be shown.
fn take_ad<'b>(shape: &Shape, source: &mut &'b mut [u8]) -> Option<Ad<&'b str>> {
    let bytes = core::mem::take(source);
    let mut reader = Reader::new(bytes);
    reader.skip_comma();
    let start = reader.at();
    if reader.peek() != Some(b'{') {
        reader.value().ok()?;
        *source = bytes.get_mut(reader.end()..)?;
        return None;
    }
    (shape.take)(start, bytes, source)
}

/// The first `length` bytes; what is behind them goes back to `source`.
pub(super) fn cut<'b>(
    bytes: &'b mut [u8],
    length: usize,
    source: &mut &'b mut [u8],
) -> Option<&'b mut [u8]> {
    let (head, rest) = bytes.split_at_mut_checked(length)?;
    *source = rest;
    Some(head)
}

/// Two parts of `bytes`, of which `first` ends before `second` begins.
fn carve(bytes: &mut [u8], first: Span, second: Span) -> [&mut [u8]; 2] {
    let Some((head, tail)) = bytes.split_at_mut_checked(second.start.max(first.end)) else {
        return Default::default();
    };
    let length = second.end.saturating_sub(second.start);
    let first = head.get_mut(first.start..first.end).unwrap_or_default();
    [first, tail.get_mut(..length).unwrap_or_default()]
}
