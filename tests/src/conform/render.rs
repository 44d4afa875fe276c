//! `render`: an ad as `read` answers it becomes what a person is shown or told.

use super::members::{Members, unreadable};
use super::{Answered, Refusal, offer};
use serde_json::json;
use thrads_core::{
    Ad, ChatbotMessage, ChatbotPrompt, Cpm, Millis, Placement, SponsoredMessage, SponsoredPrompt,
    UnknownAd, Voice, card, speech,
};

pub(super) fn answer(line: &Members<'_>) -> Answered {
    line.only(&["id", "op", "as", "columns", "language", "limit_ms", "ad"])?;
    let manner = line.name("as")?;
    let mut bytes = Vec::new();
    let ad = read(&line.object("ad")?.ok_or_else(|| line.refuse("ad"))?, &mut bytes)?;
    let mut out = String::new();
    match (manner, line.text("language")?) {
        ("card", None) => {
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

fn read<'a>(ad: &Members<'a>, bytes: &'a mut Vec<u8>) -> Result<Ad<&'a str>, Refusal> {
    match ad.needed("format")? {
        "sponsored_message" => message(ad),
        "sponsored_prompt" => prompt(ad),
        "sponsored_poll" => Ok(offer::of_bid(ad, bytes)?.ad),
        "prompt" => chatbot_prompt(ad),
        "message" => chatbot_message(ad),
        _ if ad.bool("unknown")? == Some(true) => {
            ad.only(&["format", "unknown"])?;
            Ok(Ad::Unknown(UnknownAd { raw: "{}" }))
        }
        _ => Err(Refusal::Unsupported),
    }
}

fn message<'a>(ad: &Members<'a>) -> Result<Ad<&'a str>, Refusal> {
    ad.only(&MESSAGE_MEMBERS)?;
    Ok(Ad::SponsoredMessage(SponsoredMessage {
        placement: match ad.text("placement")? {
            Some("image") => Placement::Image,
            _ => Placement::Text,
        },
        cpm: ad.number("price_micros")?.map(Cpm),
        advertiser: ad.text("advertiser")?,
        domain: ad.text("domain")?,
        headline: ad.text("headline")?,
        description: ad.text("description")?,
        cta_text: ad.text("cta_text")?,
        url: ad.needed("url")?,
        image_url: ad.text("image_url")?,
        logo_url: ad.text("logo_url")?,
        dsp: ad.text("dsp")?,
        bid_id: ad.text("bid_id")?,
        view_url: None,
    }))
}

fn prompt<'a>(ad: &Members<'a>) -> Result<Ad<&'a str>, Refusal> {
    ad.only(&PROMPT_MEMBERS)?;
    Ok(Ad::SponsoredPrompt(SponsoredPrompt {
        prompt: ad.needed("prompt")?,
        append_message: ad.text("append_message")?,
        cta_text: ad.text("cta_text")?,
        url: ad.needed("url")?,
        click_url: ad.text("click_url")?,
        logo_url: ad.text("logo_url")?,
        image_url: ad.text("image_url")?,
        advertiser: ad.text("advertiser")?,
        cpm: ad.number("price_micros")?.map(Cpm),
        bid_id: ad.text("bid_id")?,
        view_url: None,
    }))
}

fn chatbot_prompt<'a>(ad: &Members<'a>) -> Result<Ad<&'a str>, Refusal> {
    ad.only(&["format", "prompt", "link", "brand", "sponsored_prompt_id", "icon", "token"])?;
    Ok(Ad::ChatbotPrompt(ChatbotPrompt {
        prompt: ad.needed("prompt")?,
        link: ad.needed("link")?,
        brand: ad.text("brand")?,
        sponsored_prompt_id: ad.text("sponsored_prompt_id")?,
        icon: ad.text("icon")?,
        token: ad.text("token")?,
    }))
}

fn chatbot_message<'a>(ad: &Members<'a>) -> Result<Ad<&'a str>, Refusal> {
    ad.only(&[
        "format",
        "creative",
        "prod_name",
        "img_url",
        "prod_url",
        "price_micros",
        "currency",
    ])?;
    Ok(Ad::Message(ChatbotMessage {
        creative: ad.needed("creative")?,
        prod_name: ad.text("prod_name")?,
        img_url: ad.text("img_url")?,
        prod_url: ad.needed("prod_url")?,
        price_micros: ad.number("price_micros")?,
        currency: ad.text("currency")?,
    }))
}

const MESSAGE_MEMBERS: [&str; 14] = [
    "format",
    "placement",
    "price_micros",
    "advertiser",
    "domain",
    "headline",
    "description",
    "cta_text",
    "url",
    "image_url",
    "logo_url",
    "dsp",
    "bid_id",
    "trackers",
];
const PROMPT_MEMBERS: [&str; 12] = [
    "format",
    "prompt",
    "append_message",
    "cta_text",
    "url",
    "click_url",
    "logo_url",
    "image_url",
    "advertiser",
    "price_micros",
    "bid_id",
    "trackers",
];
