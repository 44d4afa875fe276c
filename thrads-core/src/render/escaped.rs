//! What is shown, made safe for a place that reads markup.
//!
//! Behind `card`. Section 5 of the wire contract: a card is plain text, and an advertiser who writes `<script>`
//! is to be shown with those very letters.

use core::fmt::{self, Write};

/// A language whose signs mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Markup {
    /// HTML and every kind of XML: text between elements, and attributes in quotes.
    Html,
    /// CommonMark and GitHub's, whose bare links are not made either.
    Markdown,
}

/// Writes on to `W` what is text in a language of markup, and never anything else: for a [`card`](crate::card) in a page or in a
/// chat that reads Markdown. A terminal needs none of this, since what would command it never gets out of a card, and neither
/// does a voice: what [`speech`](crate::speech) writes stands in SSML as it is.
///
/// There is none for the prompt of a language model, and no ad is meant for one. A model knows no sign that makes text mere
/// text: a creative in a prompt is an instruction by whoever paid for it, and what the model then says is an ad without a
/// label.
///
/// ```
/// # use thrads_core::{Ad, Escaped, Markup, Placement, SponsoredMessage, card};
/// # let ad = Ad::SponsoredMessage(SponsoredMessage {
/// #     placement: Placement::Text, cpm: None, advertiser: Some("Salt & Stone"), domain: None,
/// #     headline: Some("<b>Kettles</b>"), description: None, cta_text: None,
/// #     url: "https://salt.example/", image_url: None, logo_url: None, dsp: None, bid_id: None, view_url: None,
/// # });
/// let mut page = String::new();
/// card(&ad, 40, &mut Escaped::new(Markup::Html, &mut page))?;
/// assert_eq!(page, "Sponsored · Salt &amp; Stone\n&lt;b&gt;Kettles&lt;/b&gt;\n[Learn More]");
/// # Ok::<(), core::fmt::Error>(())
/// ```
#[derive(Debug)]
pub struct Escaped<W> {
    markup: Markup,
    out: W,
}

impl<W: Write> Escaped<W> {
    /// Writes to `out`.
    pub const fn new(markup: Markup, out: W) -> Self {
        Self { markup, out }
    }
}

impl<W: Write> Write for Escaped<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| self.write_char(character))
    }

    fn write_char(&mut self, character: char) -> fmt::Result {
        match self.markup {
            Markup::Html => match entity(character) {
                Some(entity) => self.out.write_str(entity),
                None => self.out.write_char(character),
            },
            Markup::Markdown => {
                if character.is_ascii_punctuation() {
                    self.out.write_char('\\')?;
                }
                self.out.write_char(character)
            }
        }
    }
}

fn entity(character: char) -> Option<&'static str> {
    Some(match character {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(markup: Markup, text: &str) -> String {
        let mut out = String::new();
        Escaped::new(markup, &mut out).write_str(text).unwrap();
        out
    }

    #[test]
    fn signs_of_the_language_are_letters() {
        assert_eq!(escaped(Markup::Html, "<a b='c'>&\""), "&lt;a b=&#39;c&#39;&gt;&amp;&quot;");
        assert_eq!(escaped(Markup::Markdown, "*a* [b](c)"), r"\*a\* \[b\]\(c\)");
        assert_eq!(escaped(Markup::Markdown, "https://a.b"), r"https\:\/\/a\.b");
        for markup in [Markup::Html, Markup::Markdown] {
            assert_eq!(escaped(markup, "Größe 漢字 12\n👍"), "Größe 漢字 12\n👍");
        }
    }
}
