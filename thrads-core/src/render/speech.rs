//! An ad as a voice says it, in English.
//!
//! Last stage, beside `card`, over `text`. Section 5 of the wire contract: the label and the advertiser come first.

use core::fmt::{self, Write};

use super::text::Clean;
use super::{DISCLOSURE, Shown, write_number};
use crate::ad::Ad;

/// Writes an ad as sentences to be spoken: the disclosure, then headline and description, product and message, or the
/// question of a prompt or a poll and the poll's options by number.
///
/// Who is behind the ad is left out where nobody is named. A full stop is added only to a text that does not end like a
/// sentence. No URL and no call to action are said, no line break is written, and what is invisible or a control
/// character never gets out, as in [`card`](crate::card). An ad without text is the disclosure alone; of a format that
/// this version does not know nothing is written. This is plain text: for SSML its `&` and `<` are still to be escaped.
///
/// # Errors
///
/// Only those of `out`, such as a full buffer; what fitted has then been written.
///
/// ```
/// # use thrads_core::{Ad, Placement, SponsoredMessage, speech};
/// # let ad = Ad::SponsoredMessage(SponsoredMessage {
/// #     placement: Placement::Text, cpm: None, advertiser: Some("Boilwell"), domain: None,
/// #     headline: Some("Kettles that do not drip"), description: Some("Steel, quiet, two-year cover."),
/// #     cta_text: None, url: "https://boilwell.example/", image_url: None, logo_url: None, dsp: None,
/// #     bid_id: None, view_url: None,
/// # });
/// let mut said = heapless::String::<256>::new();
/// speech(&ad, &mut said)?;
/// assert_eq!(said, "Sponsored, by Boilwell: Kettles that do not drip. Steel, quiet, two-year cover.");
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub fn speech<T: AsRef<str>>(ad: &Ad<T>, out: &mut impl Write) -> fmt::Result {
    let Some(shown) = Shown::of(ad) else { return Ok(()) };
    out.write_str(DISCLOSURE)?;
    if !Clean::new(shown.sponsor).is_blank() {
        out.write_str(", by ")?;
        say(shown.sponsor, out)?;
    }
    let mut before = ": ";
    for text in shown.texts {
        if Clean::new(text).is_blank() {
            continue;
        }
        out.write_str(before)?;
        before = " ";
        if !say(text, out)? {
            out.write_char('.')?;
        }
    }
    for (number, option) in shown.options() {
        out.write_str(before)?;
        write_number(number, out)?;
        out.write_str(". ")?;
        before = " ";
        if !say(option, out)? {
            out.write_char('.')?;
        }
    }
    Ok(())
}

/// Writes the text and answers whether it ends like a sentence.
fn say(text: &str, out: &mut impl Write) -> Result<bool, fmt::Error> {
    let mut ended = false;
    for character in Clean::new(text) {
        ended = ends_sentence(character).unwrap_or(ended);
        out.write_char(character)?;
    }
    Ok(ended)
}

/// Whether a text that ends here ends like a sentence; `None` for quotes and brackets, behind which it may have.
fn ends_sentence(character: char) -> Option<bool> {
    match character {
        '.' | '!' | '?' | ':' | '…' | '‼' | '⁇' | '⁈' | '⁉' => Some(true),
        '。' | '！' | '？' | '．' | '｡' | '؟' | '۔' | '।' => Some(true),
        '"' | '\'' | ')' | ']' | '»' | '”' | '’' | '」' | '』' | '）' | '\u{fe0f}' => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        NOTHING, TEXTS, chatbot_message, chatbot_prompt, message, poll, prompt,
    };
    use super::*;
    use crate::ad::packed;
    use crate::ad::{SponsoredMessage, UnknownAd};

    fn said(ad: &Ad<&str>) -> String {
        let mut out = String::new();
        speech(ad, &mut out).unwrap();
        out
    }

    #[test]
    fn the_label_and_the_name_come_first() {
        assert_eq!(
            said(&message("Boilwell", "Kettles that do not drip", "Steel, quiet.")),
            "Sponsored, by Boilwell: Kettles that do not drip. Steel, quiet."
        );
        for ad in [prompt("Best shoes?"), chatbot_prompt("Best shoes?")] {
            assert_eq!(said(&ad), "Sponsored, by Fellrunner: Best shoes?");
        }
    }

    #[test]
    fn the_options_of_a_poll_are_said_by_number() {
        let ad = poll(
            "What is the playlist for?",
            packed(&[("0", "Party"), ("1", "Focus!"), ("2", "Gym")]),
        );
        assert_eq!(
            said(&ad),
            "Sponsored, by Tuneloft: What is the playlist for? 1. Party. 2. Focus! 3. Gym."
        );
        assert_eq!(
            said(&chatbot_message("Harbour 28", "A dry pack.")),
            "Sponsored: Harbour 28. A dry pack."
        );
    }

    #[test]
    fn nobody_named_is_nobody_said() {
        for blank in ["", " \n", "\u{200b}\u{301}"] {
            assert_eq!(said(&message(blank, "Hi", "")), "Sponsored: Hi.");
        }
        let domain = SponsoredMessage { domain: Some("boilwell.example"), ..NOTHING };
        assert_eq!(said(&Ad::SponsoredMessage(domain)), "Sponsored, by boilwell.example");
    }

    #[test]
    fn an_ad_without_text_is_the_label_alone() {
        assert_eq!(said(&message(" ", " ", "\0")), "Sponsored");
        assert_eq!(said(&Ad::Unknown(UnknownAd { raw: "{}" })), "");
    }

    #[test]
    fn ends_of_sentences_are_added_only_where_missing() {
        for ended in
            ["Wow!", "Hm?", "Wait…", "“Wow!”", "(Steel.)", "静か。", "هل؟", "Save!\n ", "A:"]
        {
            assert!(!said(&message("x", ended, "y")).contains(".. y"), "{ended}");
            assert_eq!(said(&message("", ended, "")), format!("Sponsored: {}", ended.trim()));
        }
        for open in ["Wow", "“Wow”", "5,", "(Steel)", "静か", "a.b", "Tea ☕️"] {
            assert_eq!(said(&message("", "", open)), format!("Sponsored: {open}."));
        }
    }

    #[test]
    fn no_url_no_call_and_no_control_character_is_said() {
        for text in TEXTS {
            let call = SponsoredMessage { headline: Some(*text), cta_text: Some("Buy"), ..NOTHING };
            for ad in [message(text, text, text), Ad::SponsoredMessage(call)] {
                let said = said(&ad);
                assert!(said.starts_with("Sponsored"));
                assert!(!said.contains("secret-url") && !said.contains("Buy"));
                assert!(!said.contains(char::is_control), "{said:?}");
            }
        }
        assert_eq!(said(&message("", "a\u{1b}[31m\nb", "")), "Sponsored: a[31m b.");
    }
}
