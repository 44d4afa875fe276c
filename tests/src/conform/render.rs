//! `render`: an ad as `read` answers it becomes what a person is shown or told.

use super::members::{Members, unreadable};
use super::{Answered, Refusal, offer};
use serde_json::json;
use thrads_core::{Ad, Millis, UnknownAd, Voice, card, speech};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "as", "columns", "language", "limit_ms", "ad"])?;
    let manner = line.name("as")?;
    let mut bytes = Vec::new();
    let ad = read(&line.object("ad")?.ok_or_else(|| line.refuse("ad"))?, &mut bytes)?;
    let mut out = String::new();
    match (manner, line.text("language")?) {
        ("card", None | Some("en")) => {
            let columns = line.number("columns")?.ok_or_else(|| line.refuse("columns"))?;
            line.check("ad", card(&ad, columns, &mut out))?;
            Ok(json!({"lines": out.lines().collect::<Vec<_>>()}))
        }
        ("speech", language) => {
            let mut voice = voice(language)?;
            let Some(limit) = line.number("limit_ms")? else {
                line.check("ad", speech(&ad, &voice, &mut out))?;
                return Ok(json!({"text": out}));
            };
            voice.limit = Millis(limit);
            let spoken = line.check("ad", speech(&ad, &voice, &mut out))?;
            Ok(json!({"text": out, "ms": spoken.total.0, "disclosure_ms": spoken.disclosure.0}))
        }
        ("card", Some(_)) => Err(Refusal::Unsupported),
        _ => Err(unreadable("as")),
    }
}

fn voice(language: Option<&str>) -> Result<Voice<'static>, Refusal> {
    match language {
        None | Some("en") => Ok(Voice::ENGLISH),
        Some("de") => Ok(Voice::GERMAN),
        Some(_) => Err(Refusal::Unsupported),
    }
}

/// Where an ad leads to is not shown, so an ad that leaves it out is one all the same.
fn read<'a>(ad: &Members<'_>, bytes: &'a mut Vec<u8>) -> Result<Ad<&'a str>, Refusal> {
    let name = ad.needed("format")?;
    if FORMATS.contains(&name) {
        let url = "https://a.example/";
        let places =
            json!({"url": url, "link": url, "prod_url": url, "vote_url": url, "results_url": url});
        return Ok(offer::of_ad(ad, places, bytes)?.ad);
    }
    if ad.bool("unknown")? != Some(true) {
        return Err(Refusal::Unsupported);
    }
    ad.only(&["format", "unknown"])?;
    Ok(Ad::Unknown(UnknownAd { raw: "{}" }))
}

const FORMATS: [&str; 5] =
    ["sponsored_message", "sponsored_prompt", "sponsored_poll", "prompt", "message"];
