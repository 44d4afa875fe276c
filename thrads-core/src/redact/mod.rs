//! Hides what tells who somebody is: text in, pieces of it out, with `[email]` and the like in place of what must not
//! leave.
//!
//! A helper of `request`, for all that a person says or is told. Section 5 of the wire contract: a conversation goes to an
//! advertising platform, and no name, address or number of a person may go with it.
//!
//! A text is split by one kind of detector after the other, in the order of [`Kind`]: what is left between two finds of one is
//! a text of its own to the next. So nothing is found twice, and each detector passes over the text once. Where there is an
//! operating system, and flash does not count, a first look tells most texts as clean before any detector sees them.

mod card;
mod chain;
mod class;
mod digits;
mod email;
#[cfg(not(target_os = "none"))]
mod glance;
mod iban;
mod ip;
mod name;
mod phone;
mod scan;
mod secret;
mod shapes;
mod sign;

use sign::Text;

/// What can be hidden. Where two would fit, the first of these does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Kind {
    /// An e-mail address, in any script.
    Email,
    /// A key, a token, a password that looks like one.
    Secret,
    /// An international bank account number whose checksum is right.
    Iban,
    /// An IP address, version 4 or 6.
    Ip,
    /// A payment card's number whose check digit is right.
    Card,
    /// A telephone number, international or as a country writes its own.
    Phone,
    /// Any other long number: a customer's, a passport's, a parcel's.
    Number,
    /// A name or word that the caller lists.
    Name,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Email,
        Self::Secret,
        Self::Iban,
        Self::Ip,
        Self::Card,
        Self::Phone,
        Self::Number,
        Self::Name,
    ];

    /// What stands in the text instead.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::Secret => "[secret]",
            Self::Iban => "[iban]",
            Self::Ip => "[ip]",
            Self::Card => "[card]",
            Self::Phone => "[phone]",
            Self::Number => "[number]",
            Self::Name => "[name]",
        }
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(u8::MAX);
    /// No kind: text passes as it is.
    pub const NONE: Self = Self(0);

    /// The set and `kind`.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// The set without `kind`. What would have been hidden as such may still be hidden as another: without
    /// [`Kind::Card`], a card's number is a [`Kind::Number`].
    #[must_use]
    pub const fn without(self, kind: Kind) -> Self {
        Self(self.0 & !(1 << kind as u8))
    }

    /// Whether `kind` is in the set.
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

/// What is to be hidden: kinds, and names of the caller's.
///
/// ```
/// use thrads_core::{Kind, Kinds, Redactor};
///
/// let redactor = Redactor::new(Kinds::ALL.without(Kind::Ip)).names(&["Anna Lind"]);
/// let text = "I am Anna Lind, write to anna@example.org from 192.0.2.7";
/// let mut safe = String::new();
/// redactor.pieces(text).for_each(|piece| safe.push_str(piece.as_str()));
/// assert_eq!(safe, "I am [name], write to [email] from 192.0.2.7");
/// assert_eq!(redactor.len(text), safe.len());
/// ```
///
/// The way in which the pieces are taken changes nothing. What has been hidden stays so when it is all hidden again; only of a
/// word that a find has cut may more be found then. The time it takes grows with the length of the text, and with the number
/// of names, whatever the text.
#[derive(Clone, Copy)]
pub struct Redactor<'n> {
    kinds: Kinds,
    names: &'n [&'n str],
}

impl<'n> Redactor<'n> {
    /// Hides these kinds.
    pub const fn new(kinds: Kinds) -> Self {
        Self { kinds, names: &[] }
    }

    /// Also hides these names, words and phrases ([`Kind::Name`]), in any letter case, where they stand as whole words; in
    /// Chinese, Japanese and Korean, which part no words, anywhere. Accents count. A name that is empty or holds a square
    /// bracket is never found.
    #[must_use]
    pub const fn names<'m>(self, names: &'m [&'m str]) -> Redactor<'m> {
        Redactor { kinds: self.kinds, names }
    }

    /// The pieces of `text`, in order.
    pub fn pieces<'t>(&self, text: &'t str) -> Redacted<'t>
    where
        'n: 't,
    {
        #[cfg(not(target_os = "none"))]
        if glance::is_clean(text) {
            return Redacted { looked: LEVELS.wrapping_sub(1), ..self.all_pieces(text) };
        }
        self.all_pieces(text)
    }

    /// The same, with each detector's look at all of it.
    #[cfg_attr(target_os = "none", inline(never))]
    fn all_pieces<'t>(&self, text: &'t str) -> Redacted<'t>
    where
        'n: 't,
    {
        let nothing = Find { place: Text::of(text).behind(), kind: Kind::Name };
        Redacted { redactor: *self, text, at: 0, finds: [nothing; LEVELS], looked: 0 }
    }

    /// How many bytes all pieces of `text` have.
    #[cfg_attr(target_os = "none", inline(never))]
    pub fn len(&self, text: &str) -> usize {
        let reborrowed = self.names(self.names);
        reborrowed.pieces(text).fold(0, |length, piece| length.wrapping_add(piece.as_str().len()))
    }
}

/// All kinds, no names.
impl Default for Redactor<'_> {
    fn default() -> Self {
        Self::new(Kinds::ALL)
    }
}

/// A piece of a text from which things are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// A stretch of the text as it stands; never empty.
    Text(&'t str),
    /// Something was here.
    Hidden(Kind),
}

impl<'t> Piece<'t> {
    /// What is to be written for it.
    pub const fn as_str(self) -> &'t str {
        match self {
            Self::Text(text) => text,
            Self::Hidden(kind) => kind.marker(),
        }
    }
}

/// The pieces of a text from which things are hidden: [`Redactor::pieces`]. Found as they are asked for; a clone goes on from
/// the same place.
#[derive(Clone)]
pub struct Redacted<'t> {
    redactor: Redactor<'t>,
    text: &'t str,
    /// What stands before this is done with.
    at: usize,
    /// What each detector found first, in front of what the one before it found.
    finds: [Find; LEVELS],
    /// How many detectors have looked at what stands at `at`.
    looked: usize,
}

/// Where something is, and what.
#[derive(Clone, Copy, Debug)]
struct Find {
    place: Stretch,
    kind: Kind,
}

/// A stretch of a text, from its first byte to behind its last; empty where nothing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    start: usize,
    end: usize,
}

impl Stretch {
    /// What is found where there is nothing.
    const NONE: Self = Self { start: 0, end: 0 };

    const fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

impl Find {
    /// The same in a text that begins so many bytes earlier.
    fn moved(self, bytes: usize) -> Self {
        let Stretch { start, end } = self.place;
        let place = Stretch { start: start.wrapping_add(bytes), end: end.wrapping_add(bytes) };
        Self { place, ..self }
    }
}

impl<'t> Iterator for Redacted<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        loop {
            let outer = self.finds.get(self.looked.wrapping_sub(1));
            let end = outer.map_or(self.text.len(), |find| find.place.start);
            let text = self.text.get(self.at..end)?;
            if let Some(first) = self.finds.get_mut(self.looked) {
                *first = find(&self.redactor, self.looked, &Text::of(text)).moved(self.at);
                self.looked = self.looked.wrapping_add(1);
            } else if !text.is_empty() {
                self.at = end;
                return Some(Piece::Text(text));
            } else {
                return self.hidden();
            }
        }
    }
}

impl Redacted<'_> {
    /// What the innermost detector found that found something.
    fn hidden<'t>(&mut self) -> Option<Piece<'t>> {
        loop {
            self.looked = self.looked.checked_sub(1)?;
            let Find { place, kind } = *self.finds.get(self.looked)?;
            if !place.is_empty() {
                self.at = place.end;
                return Some(Piece::Hidden(kind));
            }
        }
    }
}

/// The first find of the detector at `index` in a text that the ones before it have looked at.
fn find(redactor: &Redactor<'_>, index: usize, text: &Text<'_>) -> Find {
    let kinds = redactor.kinds;
    let (kind, place) = match index {
        0 if kinds.has(Kind::Email) => (Kind::Email, email::find(text)),
        1 if kinds.has(Kind::Secret) => (Kind::Secret, secret::find(text)),
        2 => return digits::find(text, kinds),
        3 if kinds.has(Kind::Name) && !redactor.names.is_empty() => {
            (Kind::Name, name::find(text, redactor.names))
        }
        _ => (Kind::Name, text.behind()),
    };
    Find { place, kind }
}

/// Detectors: addresses, secrets, all that is digits, names.
const LEVELS: usize = 4;

#[cfg(not(target_os = "none"))]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn a_first_look_overlooks_nothing() {
        const PARTS: [&str; 26] = [
            "1",
            "7",
            "03",
            "2001",
            " ",
            " ",
            ".",
            "-",
            "/",
            "(",
            ")",
            ":",
            "::",
            "+",
            "@",
            "a",
            "DE",
            "eyJ",
            "G!",
            "１",
            "٣",
            "é",
            "は",
            "\u{a0}",
            "ー",
            "abcdefghi",
        ];
        let (mut state, mut clean) = (1_u64, 0);
        let redactor = Redactor::default();
        for _ in 0..300_000 {
            let mut text = String::new();
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            for part in 0..state >> 60 {
                text.push_str(PARTS[(state >> (part * 4) & 0xffff) as usize % PARTS.len()]);
            }
            if glance::is_clean(&text) {
                clean += 1;
                assert!(
                    redactor.all_pieces(&text).all(|piece| piece == Piece::Text(&text)),
                    "{text}"
                );
            }
        }
        assert!(clean > 10_000, "{clean}");
    }
}
