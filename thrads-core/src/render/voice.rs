//! How a voice speaks: the phrases of its language, its rate, and how long it may take.
//!
//! The tables under `speech` and `speakable`. Section 5 of the wire contract: the label comes first.

use super::DISCLOSURE;
use crate::time::Millis;

/// A voice: which language, how fast, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice<'a> {
    /// What it says in its own words.
    pub phrases: &'a Phrases<'a>,
    /// Letters and spaces in a second, of which lengths are reckoned; 0 counts as 1. A digit counts as four, a character of
    /// Chinese, Japanese or Korean as two, and a pause as three or six.
    pub letters_per_second: u8,
    /// The longest that an ad may take. Whole sentences are left out behind it, see [`speech`](crate::speech).
    pub limit: Millis,
}

/// What a voice says in its own words, and how it says what nobody can pronounce. For another language write one more:
///
/// ```
/// # use thrads_core::*;
/// const FRENCH: Phrases = Phrases {
///     disclosure: "Annonce sponsorisée",
///     by: " par ",
///     choice: [" : dites ", " pour demander : "],
///     option: " : ",
///     dot: " point ",
///     words: "env. environ\np._ex. par exemple",
///     units: "kg kilogramme/s\nh heure/s",
///     signs: "& et\n% pour cent\n€ euro/s\n– à",
/// };
/// let voice = Voice { phrases: &FRENCH, ..Voice::ENGLISH };
/// # let ad = Ad::Message(ChatbotMessage {
/// #     creative: "2 kg de café & thé, 15 €", prod_name: None, img_url: None, prod_url: "https://a.example/",
/// #     price_micros: None, currency: None,
/// # });
/// let mut said = String::new();
/// speech(&ad, &voice, &mut said)?;
/// assert_eq!(said, "Annonce sponsorisée: 2 kilogrammes de café et thé, 15 euros.");
/// # Ok::<(), core::fmt::Error>(())
/// ```
///
/// The last three are tables, an entry a line: what is written, a space, and what is said. In what is written `_` stands
/// for a space; in what is said, what is behind `/` is left out behind the number 1. The first entry that fits is taken, so
/// longer ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrases<'a> {
    /// The label, said before everything. An empty one counts as [`DISCLOSURE`].
    pub disclosure: &'a str,
    /// Between the label and who is behind the ad.
    pub by: &'a str,
    /// Before and behind the number by which a person asks a sponsored question.
    pub choice: [&'a str; 2],
    /// Between the number of a poll's option and the option.
    pub option: &'a str,
    /// The dot in the name of a site.
    pub dot: &'a str,
    /// Abbreviations, in either case of letters: `approx. about`.
    pub words: &'a str,
    /// Abbreviations behind a number, in exactly this case: `kg kilogram/s`.
    pub units: &'a str,
    /// Single characters: `% percent`. Those of currencies are said behind their number, `#` and `-` only before one, and `–`
    /// only between two.
    pub signs: &'a str,
}

impl Voice<'static> {
    /// English, at an ordinary speaking rate: 15 letters a second, some 150 words a minute, and 20 seconds at most.
    pub const ENGLISH: Self =
        Self { phrases: &Phrases::ENGLISH, letters_per_second: 15, limit: Millis::from_secs(20) };
    /// German, at the same rate.
    pub const GERMAN: Self = Self { phrases: &Phrases::GERMAN, ..Self::ENGLISH };
}

impl Phrases<'static> {
    /// English.
    pub const ENGLISH: Self = Self {
        disclosure: DISCLOSURE,
        by: ", by ",
        choice: [": say ", " to ask: "],
        option: ". ",
        dot: " dot ",
        words: "e.g. for example\ni.e. that is\netc. and so on\napprox. about\nincl. including\nexcl. excluding\n\
            max. at most\nmin. at least\nvs. versus\nvs versus\nw/o without\nw/ with\nand/or and or\nDr. Doctor\nMr. Mister",
        units: "kg kilogram/s\ng gram/s\nkm/h kilometres an hour\nkm kilometre/s\ncm centimetre/s\nmm millimetre/s\n\
            m metre/s\nml millilitre/s\nl litre/s\nlb pound/s\nlbs pounds\noz ounce/s\nmph miles an hour\n\
            kWh kilowatt hour/s\nW watt/s\nGB gigabyte/s\nmin minute/s\nh hour/s\n°C degrees Celsius\n°F degrees Fahrenheit",
        signs: "& and\n% percent\n€ euro/s\n$ dollar/s\n£ pound/s\n@ at\n+ plus\n° degree/s\n× by\n# number\n- minus\n– to",
    };
    /// German. The law there wants the word `Anzeige`, so the label has it beside the platform's own.
    pub const GERMAN: Self = Self {
        disclosure: "Gesponserte Anzeige",
        by: " von ",
        choice: [": sagen Sie ", " für die Frage: "],
        option: ": ",
        dot: " Punkt ",
        words: "z._B. zum Beispiel\nz.B. zum Beispiel\nd._h. das heißt\nd.h. das heißt\nu._a. unter anderem\n\
            u.a. unter anderem\nusw. und so weiter\nbzw. beziehungsweise\nca. circa\ninkl. inklusive\nexkl. exklusive\n\
            zzgl. zuzüglich\nmax. höchstens\nmin. mindestens\nmind. mindestens\nggf. gegebenenfalls\nNr. Nummer\nDr. Doktor",
        units: "kg Kilogramm\ng Gramm\nkm/h Kilometer pro Stunde\nkm Kilometer\ncm Zentimeter\nmm Millimeter\nm Meter\n\
            ml Milliliter\nl Liter\nkWh Kilowattstunde/n\nW Watt\nGB Gigabyte\nMin. Minute/n\nmin Minute/n\nStd. Stunde/n\n\
            h Stunde/n\nMio. Million/en\n°C Grad Celsius",
        signs: "& und\n% Prozent\n€ Euro\n$ Dollar\n£ Pfund\n@ ät\n+ plus\n° Grad\n× mal\n§ Paragraf\n# Nummer\n- minus\n– bis",
    };
}
