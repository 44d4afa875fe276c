//! `sponsored_poll`: a question with answers to vote on, and how its answers are kept.
//!
//! Part of `ad`. Section 3.10 of the wire contract. The answers stay in the buffer that the platform's answer was read
//! into, packed one behind the other over their own JSON, so that any number of them costs one borrowed text.

use super::Cpm;
use crate::json::text::{move_back, move_on};
use crate::json::write::{self, SCRATCH};
use crate::target::split_before;
use core::ops::Range;

/// `sponsored_poll`: a question with answers to vote on, after an answer (wire contract 3.10).
///
/// Show the question and its options; once the person has voted, show the results and, where there is one, the call to
/// action. [`Vote`](crate::Vote) is the right to vote once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SponsoredPoll<T> {
    /// The question.
    pub question: T,
    /// The answers to choose from; at least one, two to four as the platform documents it.
    pub options: PollOptions<T>,
    /// Where a vote goes, signed. It keeps the rule for targets.
    pub vote_url: T,
    /// Where the results are, signed. It keeps the rule for targets.
    pub results_url: T,
    /// Where a click leads once the person has voted; absent where it breaks the rule for targets. Nothing fetches it.
    pub cta_url: Option<T>,
    /// Label of the call to action.
    pub cta_text: Option<T>,
    /// Brand name; in rare cases a domain.
    pub advertiser: Option<T>,
    /// The advertiser's site.
    pub domain: Option<T>,
    /// Logo to show; the caller's to fetch.
    pub logo_url: Option<T>,
    /// What a thousand impressions earn.
    pub cpm: Option<Cpm>,
    /// The demand partner that won.
    pub dsp: Option<T>,
    /// The platform's id of this bid, for support.
    pub bid_id: Option<T>,
    /// A URL whose query may hold impression trackers, as that of a message does; not a place to send a click.
    pub url: Option<T>,
    /// Impression tracker beside those inside the URLs; it need not keep the rule for targets.
    pub view_url: Option<T>,
}

impl<T> SponsoredPoll<T> {
    pub(super) fn map<U>(self, mut f: impl FnMut(T) -> U) -> SponsoredPoll<U> {
        SponsoredPoll {
            question: f(self.question),
            options: PollOptions(f(self.options.0)),
            vote_url: f(self.vote_url),
            results_url: f(self.results_url),
            cta_url: self.cta_url.map(&mut f),
            cta_text: self.cta_text.map(&mut f),
            advertiser: self.advertiser.map(&mut f),
            domain: self.domain.map(&mut f),
            logo_url: self.logo_url.map(&mut f),
            cpm: self.cpm,
            dsp: self.dsp.map(&mut f),
            bid_id: self.bid_id.map(&mut f),
            url: self.url.map(&mut f),
            view_url: self.view_url.map(&mut f),
        }
    }
}

/// The options of a poll in the platform's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PollOptions<T>(pub(crate) T);

/// One answer that a person can choose. It comes from the poll it belongs to, so an id that no option has cannot be
/// voted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PollOption<'a> {
    id: &'a str,
    text: &'a str,
}

impl<T: AsRef<str>> PollOptions<T> {
    /// The options in order.
    pub fn iter(&self) -> impl Iterator<Item = PollOption<'_>> + Clone {
        let mut rest = self.0.as_ref();
        core::iter::from_fn(move || {
            let (option, behind) = PollOption::unpack(rest)?;
            rest = behind;
            Some(option)
        })
    }

    /// The option of this id, compared as text; the first if the platform gave an id twice.
    pub fn get(&self, id: &str) -> Option<PollOption<'_>> {
        self.iter().find(|option| option.id == id)
    }
}

impl<'a> PollOption<'a> {
    /// The platform's id of it; a number became its text.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// What to show.
    pub fn text(&self) -> &'a str {
        self.text
    }

    fn unpack(packed: &'a str) -> Option<(Self, &'a str)> {
        let (lengths, rest) = split_before(packed, b":");
        let (id, text) = split_before(lengths, b",");
        let (id, rest) = rest.strip_prefix(':')?.split_at_checked(length(id)?)?;
        let (text, rest) = rest.split_at_checked(length(text.strip_prefix(',')?)?)?;
        Some((Self { id, text }, rest))
    }
}

/// Packs an option whose `id` and `text` stand in `place`, as offsets, over whatever stands at its front, as
/// `<bytes of id>,<bytes of text>:` and then both. Returns the bytes that took; `None`, with `place` in disorder, if
/// that is more than there are.
pub(crate) fn pack(place: &mut [u8], id: Range<usize>, text: Range<usize>) -> Option<usize> {
    let id_length = id.end.checked_sub(id.start)?;
    let text_length = text.end.checked_sub(text.start)?;
    let length = id_length.checked_add(text_length)?;
    let (mut id_scratch, mut text_scratch) = ([0; SCRATCH], [0; SCRATCH]);
    let id_digits = write::decimal(u64::try_from(id_length).ok()?, &mut id_scratch);
    let text_digits = write::decimal(u64::try_from(text_length).ok()?, &mut text_scratch);
    let head = id_digits.len().checked_add(text_digits.len())?.checked_add(2)?;
    let end = length.checked_add(head)?;
    if end > place.len() || id.end > place.len() || text.end > place.len() {
        return None;
    }
    // Both move towards the front, the one that stands first goes first, so neither overwrites the other.
    if id.start <= text.start {
        move_back(place, id, 0);
        move_back(place, text, id_length);
    } else {
        move_back(place, text, 0);
        move_back(place, id, text_length);
        // Reversing both and then each by itself puts the second before the first.
        place.get_mut(..length)?.reverse();
        place.get_mut(..id_length)?.reverse();
        place.get_mut(id_length..length)?.reverse();
    }
    move_on(place, length, head);
    let lengths = id_digits.iter().chain(b",").chain(text_digits).chain(b":");
    place.iter_mut().zip(lengths).for_each(|(place, byte)| *place = *byte);
    Some(end)
}

/// Digits as [`pack`] wrote them.
fn length(digits: &str) -> Option<usize> {
    digits.bytes().try_fold(0_usize, |value, byte| {
        value.checked_mul(10)?.checked_add(usize::from(byte.wrapping_sub(b'0')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(json: &str, id: &str, text: &str) -> Option<(String, String)> {
        let mut place = json.as_bytes().to_vec();
        let find = |part: &str| json.find(part).map(|at| at..at + part.len()).unwrap();
        let length = pack(&mut place, find(id), find(text))?;
        let packed = PollOptions(core::str::from_utf8(&place[..length]).unwrap());
        let option = packed.iter().next()?;
        assert_eq!(packed.iter().count(), 1);
        Some((option.id().to_owned(), option.text().to_owned()))
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn an_option_is_packed_over_its_own_json_in_either_order() {
        for (json, id, text) in [
            (r#"{"id":"0","text":"A"}"#, "0", "A"),
            (r#"{"text":"A,1:é","id":"23"}"#, "23", "A,1:é"),
            (r#"{"id":0,"text":"Z"}"#, "0", "Z"),
            (r#"{"text":"Z","id":0}"#, "0", "Z"),
        ] {
            assert_eq!(packed(json, id, text), Some((id.to_owned(), text.to_owned())), "{json}");
        }
        let long = "x".repeat(1 << 20);
        for json in [
            format!("{{\"id\":7,\"text\":\"{long}\"}}"),
            format!("{{\"text\":\"{long}\",\"id\":7}}"),
        ] {
            assert_eq!(packed(&json, "7", &long).unwrap().1.len(), long.len());
        }
    }

    #[test]
    fn what_does_not_fit_is_not_packed() {
        assert_eq!(pack(&mut b"ab".to_vec(), 0..1, 1..2), None);
        assert_eq!(pack(&mut b"abcdefgh".to_vec(), 0..1, 7..9), None);
    }

    #[test]
    fn an_option_is_found_by_its_id() {
        let options = PollOptions("1,1:0A1,1:1B1,1:0C");
        assert_eq!(options.get("1").unwrap().text(), "B");
        assert_eq!(options.get("0").unwrap().text(), "A");
        assert_eq!(options.get("9"), None);
        assert_eq!(options.get(""), None);
        assert_eq!(PollOptions("").iter().count(), 0);
    }
}
