//! What the sandbox has counted, in Rust and as `GET /sandbox/stats`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything counted since the start; a call is a request to E1, E2 or E10.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stats {
    /// Contextual calls that arrived, whatever became of them.
    pub requests: u64,
    /// Contextual calls answered with at least one ad, in an answer that went out whole.
    pub ads: u64,
    /// The same two counts for openers.
    pub openers: Openers,
    /// Ads seen: the first ping of an ad's own view token, one an ad.
    pub impressions: u64,
    /// View pings accepted, repeated ones too.
    pub pings: u64,
    /// `GET`s of a click redirect of either family.
    pub clicks: u64,
    /// Taps on sponsored prompts reported to `sponsored_prompt_click_url` or to E3, once a token.
    pub prompt_clicks: u64,
    /// Reports to E4, once a `sponsored_prompt_id`.
    pub feedback: u64,
    /// Poll votes that counted, one a token.
    pub votes: u64,
    /// What counted impressions of production ads earned, in millionths of a dollar.
    pub revenue_micros: u64,
    /// Calls answered 429 because their key was over its limit.
    pub refused: u64,
    /// Answers to calls, by HTTP status; a call that never got a status line is in none.
    pub by_status: BTreeMap<String, u64>,
    /// `GET`s of the address that the fault `redirect` points to.
    pub redirect_followed: u64,
    /// The most calls of one key within one whole second of wall time.
    pub max_per_second: u64,
    /// The most calls of one key within any second, wherever it begins.
    pub max_per_rolling_second: u64,
}

/// Calls made before the user has said anything.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Openers {
    /// Opener calls that arrived.
    pub requests: u64,
    /// Opener calls answered with at least one ad, in an answer that went out whole.
    pub ads: u64,
}

impl Stats {
    pub(crate) fn count_request(&mut self, opener: bool) {
        *(if opener { &mut self.openers.requests } else { &mut self.requests }) += 1;
    }

    pub(crate) fn count_ad(&mut self, opener: bool) {
        *(if opener { &mut self.openers.ads } else { &mut self.ads }) += 1;
    }

    pub(crate) fn count_status(&mut self, status: u16) {
        *self.by_status.entry(status.to_string()).or_default() += 1;
    }
}
