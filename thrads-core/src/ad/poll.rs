//! `sponsored_poll`: a question with answers to vote on, and how its answers are kept.
//!
//! Part of `ad`. Section 3.10 of the wire contract. The answers stay in the buffer that the platform's answer was read
//! into, packed one behind the other over their own JSON, so that any number of them costs one borrowed text.

use super::Cpm;
use crate::json::text::move_back;
use crate::json::value::Value;

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
        let (first, rest) = length(packed)?;
        let (second, rest) = length(rest)?;
        let (first_text, rest) = rest.split_at_checked(first >> 1)?;
        let (second_text, rest) = rest.split_at_checked(second)?;
        let is_id_first = first & 1 == 0;
        let (id, text) =
            if is_id_first { (first_text, second_text) } else { (second_text, first_text) };
        Some((Self { id, text }, rest))
    }
}

/// Packs an option whose `id` and `text` stand in `document` over whatever stands at `to`: their lengths in [`LENGTH`] bytes
/// each, that of the first doubled and odd if it is the text; then both, as they stood. Returns where that ends; `None`
/// if they do not stand behind two lengths, or are longer than one says.
#[inline(never)]
pub(crate) fn pack(document: &mut [u8], to: usize, id: Value, text: Value) -> Option<usize> {
    let is_id_first = id.start() <= text.start();
    let (first, second) =
        if is_id_first { (id.range(), text.range()) } else { (text.range(), id.range()) };
    let first_length = first.end.wrapping_sub(first.start);
    let second_length = second.end.wrapping_sub(second.start);
    let start = to.wrapping_add(LENGTH).wrapping_add(LENGTH);
    let middle = start.wrapping_add(first_length);
    if first.start < start || second.start < middle || second.end > document.len() {
        return None;
    }
    move_back(document, first, start);
    move_back(document, second, middle);
    let doubled = first_length << 1 | usize::from(!is_id_first);
    put_length(document.get_mut(to..)?, doubled)?;
    put_length(document.get_mut(to.wrapping_add(LENGTH)..)?, second_length)?;
    Some(middle.wrapping_add(second_length))
}

/// Seven bits a byte, so that it is text.
fn put_length(place: &mut [u8], length: usize) -> Option<()> {
    let mut rest = length;
    for byte in place.first_chunk_mut::<LENGTH>()?.iter_mut().rev() {
        *byte = rest.to_le_bytes()[0] & 0x7f;
        rest >>= 7;
    }
    if rest == 0 { Some(()) } else { None }
}

fn length(packed: &str) -> Option<(usize, &str)> {
    let (length, rest) = packed.split_at_checked(LENGTH)?;
    Some((length.bytes().fold(0, |length, byte| length << 7 | usize::from(byte)), rest))
}

/// Bytes of a length. Two of them are as long as what stands before the first member of an option at least, `{"id":`,
/// so what is packed is only ever moved towards the front.
const LENGTH: usize = 3;

/// Options of these ids and texts, packed.
#[cfg(test)]
pub(crate) fn packed(options: &[(&str, &str)]) -> String {
    let mut packed = Vec::new();
    for (id, text) in options {
        let mut place = format!("{{\"id\":{id}{text}").into_bytes();
        let middle = 6 + id.len();
        let (id, text) = (Value::new(6, middle), Value::new(middle, middle + text.len()));
        let length = pack(&mut place, 0, id, text).unwrap();
        packed.extend_from_slice(&place[..length]);
    }
    String::from_utf8(packed).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ops::Range;

    fn packed_over(json: &str, id: &str, text: &str) -> Option<(String, String)> {
        let mut place = json.as_bytes().to_vec();
        let find = |part: &str| json.find(part).map(|at| Value::new(at, at + part.len())).unwrap();
        let length = pack(&mut place, 0, find(id), find(text))?;
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
            assert_eq!(
                packed_over(json, id, text),
                Some((id.to_owned(), text.to_owned())),
                "{json}"
            );
        }
        let long = "x".repeat((1 << 20) - 1);
        for json in [
            format!("{{\"id\":7,\"text\":\"{long}\"}}"),
            format!("{{\"text\":\"{long}\",\"id\":7}}"),
        ] {
            assert_eq!(packed_over(&json, "7", &long).unwrap().1.len(), long.len());
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn what_does_not_fit_is_not_packed() {
        let pack = |length: usize, id: Range<usize>, text: Range<usize>| {
            pack(&mut vec![b'x'; length], 0, Value::at(id), Value::at(text))
        };
        assert_eq!(pack(2, 0..1, 1..2), None);
        assert_eq!(pack(8, 6..7, 7..9), None);
        assert_eq!(pack(1 << 22, 6..7, 7..8 + (1 << 21)), None);
        assert_eq!(pack(1 << 22, 6..6 + (1 << 20), 1 << 21..1 << 22), None);
    }

    #[test]
    fn an_option_is_found_by_its_id() {
        let packed = super::packed(&[("0", "A"), ("1", "B"), ("0", "C")]);
        let options = PollOptions(&packed);
        assert_eq!(options.get("1").unwrap().text(), "B");
        assert_eq!(options.get("0").unwrap().text(), "A");
        assert_eq!(options.get("9"), None);
        assert_eq!(options.get(""), None);
        assert_eq!(PollOptions("").iter().count(), 0);
    }
}
