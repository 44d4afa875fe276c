//! An ad as a voice says it.
//!
//! Last stage, beside `card`, over `speaker`. Section 5 of the wire contract: the label and the advertiser come first.

use core::fmt::{self, Write};

use super::speaker::{Speaker, Start};
use super::voice::Voice;
use super::{DISCLOSURE, Shown};
use crate::ad::Ad;
use crate::time::{Millis, divide, thousandfold};

/// How long it takes to say an ad, by the voice's own rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Spoken {
    /// Until the label and who is behind the ad have been said.
    pub disclosure: Millis,
    /// All of it; zero where nothing is said.
    pub total: Millis,
    /// Whether something was left out to keep the voice's limit.
    pub is_cut: bool,
}

impl Spoken {
    /// How much of the speech is its disclosure, in thousandths; for [`Listening`](crate::Listening).
    pub fn disclosure_per_mille(&self) -> u16 {
        self.per_mille_at(self.disclosure)
    }

    /// How much of the speech has been said so long after its beginning, in thousandths, for a voice that tells no more of
    /// itself than when it began.
    pub fn per_mille_at(&self, elapsed: Millis) -> u16 {
        let (total, said) = (self.total.0.max(1), elapsed.0.min(self.total.0));
        let total = u32::try_from(total).unwrap_or(u32::MAX);
        u16::try_from(divide(thousandfold(said), total).0).unwrap_or(1000)
    }
}

/// Writes an ad as sentences to be spoken by `voice`: the disclosure, then headline and description, product and message, or
/// the question of a prompt or a poll and the poll's options by number.
///
/// Who is behind the ad is left out where nobody is named. A full stop is added only to a text that does not end like a
/// sentence. Of a format that this version does not know nothing is written. An ad without text is the disclosure alone.
///
/// **Everything that is written can be said.** No call to action and no address is: of a URL the name of its site remains,
/// with its dots as words. Abbreviations, units and signs become words by the voice's tables, prices are said behind their
/// number, and emoji, markup and what is left of signs are gone. So `&`, `<` and `>` are never written, and the text can stand
/// in SSML as it is. What is invisible or a control character never gets out, as in [`card`](crate::card).
///
/// **It keeps the voice's limit** by leaving sentences out at the end, and cuts between words only in a first sentence that is
/// too long alone. The label is said whatever the limit, and a poll that takes longer is
/// not said at all: with some of its options it would be another poll.
///
/// # Errors
///
/// Only those of `out`, such as a full buffer; what fitted has then been written.
///
/// ```
/// # use thrads_core::{Ad, Placement, SponsoredMessage, Voice, speech};
/// # let ad = Ad::SponsoredMessage(SponsoredMessage {
/// #     placement: Placement::Text, cpm: None, advertiser: Some("Boilwell"), domain: None,
/// #     headline: Some("Kettles that do not drip 🫖"), description: Some("Steel & glass, 1.7 l, from $49: www.boilwell.example/k?id=7"),
/// #     cta_text: None, url: "https://boilwell.example/", image_url: None, logo_url: None, dsp: None,
/// #     bid_id: None, view_url: None,
/// # });
/// let mut said = heapless::String::<256>::new();
/// let spoken = speech(&ad, &Voice::ENGLISH, &mut said)?;
/// assert_eq!(
///     said,
///     "Sponsored, by Boilwell: Kettles that do not drip. \
///      Steel and glass, 1.7 litres, from 49 dollars: boilwell dot example."
/// );
/// assert_eq!(spoken.total.0 / 1000, 10);
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub fn speech<T: AsRef<str>>(
    ad: &Ad<T>,
    voice: &Voice<'_>,
    out: &mut impl Write,
) -> Result<Spoken, fmt::Error> {
    say(ad, None, voice, out)
}

/// The same of a sponsored question that a person can ask by its number: "say 2 to ask: …". Other ads are said as by
/// [`speech`].
///
/// # Errors
///
/// Those of [`speech`].
pub fn spoken_choice<T: AsRef<str>>(
    ad: &Ad<T>,
    number: u8,
    voice: &Voice<'_>,
    out: &mut impl Write,
) -> Result<Spoken, fmt::Error> {
    say(ad, Some(number).filter(|_| is_question(ad)), voice, out)
}

fn say<T: AsRef<str>>(
    ad: &Ad<T>,
    number: Option<u8>,
    voice: &Voice<'_>,
    out: &mut impl Write,
) -> Result<Spoken, fmt::Error> {
    let Some(shown) = Shown::of(ad) else { return Ok(Spoken::default()) };
    let limit = beats(voice.limit, voice.letters_per_second);
    let mut speaker = Speaker::new(&mut *out, voice.phrases, limit);
    if let Ad::SponsoredPoll(_) = ad {
        speaker.is_silent = true;
        whole(&mut speaker, &shown, number)?;
        if speaker.is_cut {
            return Ok(Spoken { is_cut: true, ..Spoken::default() });
        }
        speaker = Speaker::new(out, voice.phrases, limit);
    }
    let disclosure = whole(&mut speaker, &shown, number)?;
    let time = |beats| duration(beats, voice.letters_per_second);
    let (total, is_cut) = (time(speaker.beats()), speaker.is_cut);
    Ok(Spoken { disclosure: time(disclosure), total, is_cut })
}

/// Says all of it and returns the beats of the disclosure.
fn whole<W: Write>(
    speaker: &mut Speaker<'_, W>,
    shown: &Shown<'_>,
    number: Option<u8>,
) -> Result<u32, fmt::Error> {
    let phrases = speaker.phrases;
    let label = phrases.disclosure;
    speaker.phrase(if label.trim_ascii().is_empty() { DISCLOSURE } else { label })?;
    speaker.text(Start::Phrase(phrases.by), shown.sponsor, true)?;
    let disclosure = speaker.beats();
    let mut before = match number {
        Some(number) => Start::Number(phrases.choice[0], number.into(), phrases.choice[1]),
        None => Start::Phrase(": "),
    };
    for text in shown.texts {
        if speaker.sentence(before, text, !matches!(before, Start::Phrase(" ")))? {
            before = Start::Phrase(" ");
        }
    }
    for (number, option) in shown.options() {
        let colon = if matches!(before, Start::Phrase(" ")) { " " } else { ": " };
        speaker.sentence(Start::Number(colon, number, phrases.option), option, false)?;
        before = Start::Phrase(" ");
    }
    Ok(disclosure)
}

fn is_question<T>(ad: &Ad<T>) -> bool {
    matches!(ad, Ad::SponsoredPrompt(_) | Ad::ChatbotPrompt(_))
}

fn beats(time: Millis, per_second: u8) -> u32 {
    let beats = time.0.min(MAX_LIMIT).saturating_mul(per_second.max(1).into());
    u32::try_from(divide(beats, 1000).0).unwrap_or(u32::MAX)
}

/// Rounded up, as a limit is rounded down.
fn duration(beats: u32, per_second: u8) -> Millis {
    let per_second = per_second.max(1).into();
    let (millis, rest) = divide(thousandfold(beats.into()), per_second);
    Millis(millis.saturating_add(u64::from(rest > 0)))
}

/// An hour, in milliseconds: nothing is said for longer.
const MAX_LIMIT: u64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::super::samples::{
        NOTHING, TEXTS, chatbot_message, chatbot_prompt, message, poll, prompt,
    };
    use super::super::voice::Phrases;
    use super::*;
    use crate::ad::packed;
    use crate::ad::{SponsoredMessage, UnknownAd};

    fn said_by(voice: &Voice<'_>, ad: &Ad<&str>) -> (String, Spoken) {
        let mut out = String::new();
        let spoken = speech(ad, voice, &mut out).unwrap();
        (out, spoken)
    }

    fn said(ad: &Ad<&str>) -> String {
        said_by(&Voice::ENGLISH, ad).0
    }

    fn english(text: &str) -> String {
        said(&message("", text, "")).strip_prefix("Sponsored: ").unwrap_or_default().to_owned()
    }

    fn german(text: &str) -> String {
        let said = said_by(&Voice::GERMAN, &message("", text, "")).0;
        said.strip_prefix("Gesponserte Anzeige: ").unwrap_or_default().to_owned()
    }

    #[test]
    fn the_label_and_the_name_come_first() {
        let kettle = message("Boilwell", "Kettles that do not drip", "Steel, quiet.");
        assert_eq!(
            said(&kettle),
            "Sponsored, by Boilwell: Kettles that do not drip. Steel, quiet."
        );
        assert_eq!(
            said_by(&Voice::GERMAN, &kettle).0,
            "Gesponserte Anzeige von Boilwell: Kettles that do not drip. Steel, quiet."
        );
        for ad in [prompt("Best shoes?"), chatbot_prompt("Best shoes?")] {
            assert_eq!(said(&ad), "Sponsored, by Fellrunner: Best shoes?");
        }
        assert_eq!(said(&message("Yahoo!", "Hi", "")), "Sponsored, by Yahoo! Hi.");
    }

    #[test]
    fn a_question_can_be_offered_by_number() {
        let offered = |voice: &Voice<'_>, ad: &Ad<&str>| {
            let mut out = String::new();
            spoken_choice(ad, 2, voice, &mut out).unwrap();
            out
        };
        for ad in [prompt("Best shoes?"), chatbot_prompt("Best shoes?")] {
            assert_eq!(
                offered(&Voice::ENGLISH, &ad),
                "Sponsored, by Fellrunner: say 2 to ask: Best shoes?"
            );
            assert_eq!(
                offered(&Voice::GERMAN, &ad),
                "Gesponserte Anzeige von Fellrunner: sagen Sie 2 für die Frage: Best shoes?"
            );
        }
        let kettle = message("Boilwell", "Kettles", "");
        assert_eq!(offered(&Voice::ENGLISH, &kettle), said(&kettle));
    }

    #[test]
    fn the_options_of_a_poll_are_said_by_number() {
        let options = packed(&[("0", "Party"), ("1", "Focus!"), ("2", "Gym")]);
        let ad = poll("What is the playlist for?", &options);
        assert_eq!(
            said(&ad),
            "Sponsored, by Tuneloft: What is the playlist for? 1. Party. 2. Focus! 3. Gym."
        );
        assert_eq!(
            said_by(&Voice::GERMAN, &ad).0,
            "Gesponserte Anzeige von Tuneloft: What is the playlist for? 1: Party. 2: Focus! 3: Gym."
        );
        assert_eq!(
            said(&chatbot_message("Harbour 28", "A dry pack.")),
            "Sponsored: Harbour 28. A dry pack."
        );
    }

    #[test]
    fn nobody_named_is_nobody_said() {
        for blank in ["", " \n", "\u{200b}\u{301}", "☕", "<b></b>"] {
            assert_eq!(said(&message(blank, "Hi", "")), "Sponsored: Hi.");
        }
        let domain = SponsoredMessage { domain: Some("boilwell.example"), ..NOTHING };
        assert_eq!(said(&Ad::SponsoredMessage(domain)), "Sponsored, by boilwell dot example");
    }

    #[test]
    fn an_ad_without_text_is_the_label_alone() {
        assert_eq!(said(&message(" ", " ", "\0")), "Sponsored");
        assert_eq!(said(&Ad::Unknown(UnknownAd { raw: "{}" })), "");
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn ends_of_sentences_are_added_only_where_missing() {
        for ended in
            ["Wow!", "Hm?", "Wait…", "“Wow!”", "“Steel.”", "静か。", "هل؟", "Save!\n ", "A:"]
        {
            assert!(!said(&message("x", ended, "y")).contains(".. y"), "{ended}");
            assert_eq!(said(&message("", ended, "")), format!("Sponsored: {}", ended.trim()));
        }
        for open in ["Wow", "“Wow”", "静か", "a.b"] {
            assert_eq!(said(&message("", "", open)), format!("Sponsored: {open}."));
        }
        assert_eq!(english("5,"), "5,");
        assert_eq!(english("(Steel)"), "Steel.");
        assert_eq!(english("Wow!!! Really...?"), "Wow! Really.");
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn no_address_is_read_aloud() {
        for (text, words) in [
            ("See https://ssp.example/r?token=t&view_url=x now", "See ssp dot example now."),
            ("See (www.Boilwell.example/kettles).", "See Boilwell dot example."),
            (
                "Order at boilwell.co.example/x, today",
                "Order at boilwell dot co dot example, today.",
            ),
            ("boilwell.example: kettles", "boilwell dot example: kettles."),
            ("Write to hi@boilwell.example.", "Write to hi at boilwell dot example."),
            ("http://127.0.0.1:8080/x HTTPS://A.EXAMPLE", "127 dot 0 dot 0 dot 1 A dot EXAMPLE."),
            ("[Shop now](https://boilwell.example/a?b=c) today", "Shop now today."),
            ("<a href=\"https://b.example\">Shop</a> now", "Shop now."),
            ("Up to 4.5 of 5.", "Up to 4.5 of 5."),
            ("a.m. or p.m.", "a.m. or p.m."),
        ] {
            assert_eq!(english(text), words);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn abbreviations_units_and_prices_are_words() {
        for (text, words) in [
            ("e.g. tea, coffee etc.", "for example tea, coffee and so on."),
            ("Approx. 2 kg incl. VAT", "about 2 kilograms including VAT."),
            ("1 kg, 1.5kg, 11 kg", "1 kilogram, 1.5 kilograms, 11 kilograms."),
            ("Keg of 5 kegs", "Keg of 5 kegs."),
            ("$49.00 or €1", "49.00 dollars or 1 euro."),
            ("From £9.", "From 9 pounds."),
            ("Save 20% & more", "Save 20 percent and more."),
            ("-20 % / 50€", "minus 20 percent 50 euros."),
            ("5–7 days, #1 of 90 °C", "5 to 7 days, number 1 of 90 degrees Celsius."),
            ("25 km/h, 1/2 off, S/M/L", "25 kilometres an hour, 1/2 off, S M L."),
            ("5G ready, W lan", "5G ready, W lan."),
        ] {
            assert_eq!(english(text), words);
        }
        for (text, words) in [
            (
                "Leise, aus Edelstahl, 1,7 l – z. B. für Tee",
                "Leise, aus Edelstahl, 1,7 Liter, zum Beispiel für Tee.",
            ),
            ("Maßanfertigung ab 189 €, inkl. MwSt.", "Maßanfertigung ab 189 Euro, inklusive MwSt."),
            ("Ca. 1 Std. & 5 Min.", "circa 1 Stunde und 5 Minuten."),
            ("9–18 Uhr, 1.299 €", "9 bis 18 Uhr, 1.299 Euro."),
            ("Mehr auf süßwerk.example/tee", "Mehr auf süßwerk Punkt example."),
        ] {
            assert_eq!(german(text), words);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn emoji_and_markup_are_not_said() {
        for (text, words) in [
            ("Beans roasted on Monday ☕, here ☕️", "Beans roasted on Monday, here."),
            ("Room for 👨‍👩‍👧‍👦🚲 everyone 👋🏽.", "Room for everyone."),
            ("1️⃣ Steel 🇩🇪 2️⃣ Quiet ❤️‍🔥", "1 Steel 2 Quiet."),
            (
                "**Now** <b>half</b> <br/>price &amp; _free_ &nbsp; `x`",
                "Now half price and free x.",
            ),
            ("# Sale • 3 < 5 | Tea™ {a} = \\ ~", "Sale, 3 5, Tea a."),
            ("Rain — or shine - or – both", "Rain, or shine, or, both."),
            ("noise-cancelling", "noise-cancelling."),
            ("می\u{200c}خواهم", "می\u{200c}خواهم."),
            ("a\u{1b}[31m\nb", "a 31 metres b."),
        ] {
            assert_eq!(english(text), words);
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn nothing_that_cannot_be_said_gets_out_whatever_the_text() {
        for text in TEXTS {
            let call = SponsoredMessage { headline: Some(*text), cta_text: Some("Buy"), ..NOTHING };
            for ad in [message(text, text, text), Ad::SponsoredMessage(call), prompt(text)] {
                for voice in [Voice::ENGLISH, Voice::GERMAN] {
                    let (said, spoken) = said_by(&voice, &ad);
                    assert!(said.starts_with(voice.phrases.disclosure));
                    for never in ["secret-url", "Buy", "://", "<", ">", "&", "  ", "  "] {
                        assert!(!said.contains(never), "{never}: {said:?}");
                    }
                    assert!(!said.contains(char::is_control), "{said:?}");
                    assert!(spoken.total <= voice.limit && spoken.disclosure <= spoken.total);
                }
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn an_ad_keeps_its_limit_by_whole_sentences() {
        let ad = message("Boilwell", "Kettles that do not drip", "Steel. Quiet at night. Cheap.");
        let (full, of_full) = said_by(&Voice::ENGLISH, &ad);
        assert!(!of_full.is_cut);
        let mut seen = Vec::new();
        for limit in 0..=of_full.total.0 {
            let voice = Voice { limit: Millis(limit), ..Voice::ENGLISH };
            let (said, spoken) = said_by(&voice, &ad);
            assert!(said.starts_with("Sponsored"));
            assert!(spoken.total.0 <= limit || said == "Sponsored", "{limit}: {said}");
            assert_eq!(spoken.is_cut, said != full, "{limit}: {said}");
            if seen.last() != Some(&said) {
                seen.push(said);
            }
        }
        let behind = "Sponsored, by Boilwell: Kettles that do not drip.";
        assert_eq!(seen.first().unwrap(), "Sponsored");
        assert!(seen.contains(&"Sponsored, by Boilwell: Kettles that.".to_owned()), "{seen:?}");
        for rest in ["", " Steel.", " Steel. Quiet at night."] {
            assert!(seen.contains(&format!("{behind}{rest}")), "{rest}: {seen:?}");
        }
        assert!(!seen.iter().any(|said| said.ends_with("Quiet at.")), "{seen:?}");
        assert_eq!(seen.last().unwrap(), &full);
    }

    #[test]
    #[cfg_attr(miri, ignore = "too slow there")]
    fn a_poll_is_said_whole_or_not_at_all() {
        let options = packed(&[("0", "Party"), ("1", "Focus")]);
        let ad = poll("For what?", &options);
        let (full, of_full) = said_by(&Voice::ENGLISH, &ad);
        for limit in 0..=of_full.total.0 + 500 {
            let (said, spoken) = said_by(&Voice { limit: Millis(limit), ..Voice::ENGLISH }, &ad);
            assert!(said == full || said.is_empty() && spoken.is_cut, "{limit}: {said}");
        }
    }

    #[test]
    fn lengths_are_those_of_the_rate() {
        let ad = message("", "abcdefghi", "");
        let at = |letters_per_second| {
            let limit = Millis(60_000);
            said_by(&Voice { letters_per_second, limit, ..Voice::ENGLISH }, &ad).1.total.0
        };
        // "Sponsored", ":", a space, nine letters, "."
        assert_eq!(at(1), 28_000);
        assert_eq!((at(10), at(0)), (2800, 28_000));
        let spoken = said_by(&Voice::ENGLISH, &ad).1;
        assert_eq!(spoken.disclosure_per_mille(), 321);
        assert_eq!(spoken.per_mille_at(Millis(934)), 500);
        assert_eq!(spoken.per_mille_at(Millis(u64::MAX)), 1000);
        assert_eq!(Spoken::default().per_mille_at(Millis(5)), 0);
    }

    #[test]
    fn another_language_is_a_table_of_its_own() {
        const DUTCH: Phrases<'_> = Phrases {
            disclosure: "Gesponsord",
            by: " door ",
            choice: [": zeg ", " voor: "],
            option: ": ",
            dot: " punt ",
            words: "bijv. bijvoorbeeld",
            units: "kg kilo/'s",
            signs: "& en\n€ euro",
        };
        let voice = Voice { phrases: &DUTCH, ..Voice::ENGLISH };
        let ad = message("Café & Co", "Bijv. 2 kg voor €9", "Zie koffie.example");
        assert_eq!(
            said_by(&voice, &ad).0,
            "Gesponsord door Café en Co: bijvoorbeeld 2 kilo's voor 9 euro. Zie koffie punt example."
        );
        let unlabelled = Phrases { disclosure: " ", ..DUTCH };
        let voice = Voice { phrases: &unlabelled, ..voice };
        assert!(said_by(&voice, &ad).0.starts_with("Sponsored door Café"));
    }
}
