//! Gives out the URLs and ids that an ad carries (wire contract 4.1); `tracking` knows them again.

use crate::poll::{RESULTS, VOTE};
use crate::switches::TrackersIn;
use crate::tracking::{DSP_VIEW, Kind, MESSAGE_REDIRECT, PROMPT_CLICK, REDIRECT, Token, VIEW};
use crate::world::World;

/// Gives out the URLs of ads.
pub(crate) struct Issuer<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) base: &'a str,
    /// Whether impressions earn.
    pub(crate) billable: bool,
}

/// The URLs of a sponsored message.
pub(crate) struct MessageUrls {
    pub(crate) url: String,
    pub(crate) view_url: Option<String>,
}

impl Issuer<'_> {
    /// `price_micros` is a CPM.
    pub(crate) fn message(
        &mut self,
        domain: &str,
        price_micros: u64,
        how: TrackersIn,
    ) -> MessageUrls {
        let view = self.view(price_micros);
        let click = self.click(domain);
        if how == TrackersIn::TopLevel {
            return MessageUrls { url: click, view_url: Some(view) };
        }
        // An escaped slash and a plus sign: a client that decodes once too often breaks them.
        let partner = self.issue(DSP_VIEW, Kind::PartnerView, "&slot=a%2Fb&size=1+1");
        let trackers = format!("&view_url={}&thrad_view_url={}", escape(&partner), escape(&view));
        let token = click.rsplit('=').next().unwrap_or_default().to_owned();
        if let Some(token) = self.world.tokens.get_mut(&token) {
            token.query.push_str(&trackers);
        }
        MessageUrls { url: click + &trackers, view_url: (how == TrackersIn::Both).then_some(view) }
    }

    pub(crate) fn view(&mut self, price_micros: u64) -> String {
        let earns = if self.billable { price_micros / 1000 } else { 0 };
        self.issue(VIEW, Kind::View { earns }, "")
    }

    pub(crate) fn click(&mut self, domain: &str) -> String {
        self.issue(REDIRECT, Kind::Click { domain: domain.to_owned() }, "")
    }

    pub(crate) fn prompt_click(&mut self) -> String {
        self.issue(PROMPT_CLICK, Kind::PromptClick, "")
    }

    /// `vote_url` and `results_url`, which have the token in common.
    pub(crate) fn poll(&mut self, id: u32) -> [String; 2] {
        let vote = self.issue(VOTE, Kind::Poll { id }, "");
        let results = vote.replacen(VOTE, RESULTS, 1);
        [vote, results]
    }

    /// E5.
    pub(crate) fn message_click(&mut self, domain: &str) -> String {
        let token = self.world.ids.token();
        let url = format!("{}{MESSAGE_REDIRECT}{token}", self.base);
        self.name(token, Kind::MessageClick { domain: domain.to_owned() });
        url
    }

    pub(crate) fn feedback_id(&mut self) -> String {
        let id = self.world.ids.short("spq_");
        self.name(id.clone(), Kind::Feedback);
        id
    }

    pub(crate) fn v1_click_token(&mut self) -> String {
        let token = self.world.ids.token();
        self.name(token.clone(), Kind::V1Click);
        token
    }

    fn name(&mut self, name: String, kind: Kind) {
        self.world.tokens.insert(name, Token { kind, query: String::new(), seen: false });
    }

    fn issue(&mut self, path: &str, kind: Kind, more: &str) -> String {
        let token = self.world.ids.token();
        let query = format!("token={token}{more}");
        let url = format!("{}{path}?{query}", self.base);
        self.world.tokens.insert(token, Token { kind, query, seen: false });
        url
    }
}

/// Percent-encodes everything but unreserved characters.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::world::Shared;

    fn issue(how: TrackersIn) -> MessageUrls {
        let shared = Shared::new(Config::default(), "127.0.0.1:1".to_owned());
        let mut world = shared.world();
        let mut issuer = Issuer { world: &mut world, base: "http://h:1", billable: true };
        issuer.message("shop.example", 2_350_000, how)
    }

    #[test]
    fn nests_escapes_in_the_click_url() {
        let urls = issue(TrackersIn::Query);
        let escapes =
            ["&view_url=http%3A%2F%2Fh%3A1%2Fapi%2Fv1%2Fdsp%2Fview%3Ftoken%3D", "a%252Fb", "1%2B1"];
        assert!(escapes.iter().all(|part| urls.url.contains(part)), "{}", urls.url);
        assert!(urls.view_url.is_none());
    }

    #[test]
    fn puts_the_tracker_where_the_switch_says() {
        let urls = issue(TrackersIn::TopLevel);
        assert!(urls.view_url.is_some() && !urls.url.contains("view_url="));
        let urls = issue(TrackersIn::Both);
        assert!(urls.url.ends_with(&escape(&urls.view_url.unwrap())));
    }
}
