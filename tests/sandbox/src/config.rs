//! What a sandbox is started with.

use crate::switches::{
    Alternation, CreativeIs, DuplicateVote, EndUser, Geo, InvalidIs, KeyHeaders, NoAdData,
    OffsetMode, PollAnswer, PollToken, ProductionMember, PromptClick, PromptsIn, Staging,
    TrackersIn, V1Tracking, VoteToken,
};
use crate::tls::Identity;

/// How a sandbox behaves; the default is the strict platform on a free port.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Speaks TLS, with this certificate, instead of plain text; the URLs it hands out are then https.
    pub tls: Option<Identity>,
    /// The authority (`host` or `host:port`) in the URLs of ads, where it is not the one that was asked.
    pub ads_at: Option<String>,
    /// End users talk to the sandbox themselves, so that no `X-Forwarded-For` is asked for.
    pub direct: bool,
    /// v1 with `production: false` serves on every call instead of pacing.
    pub always_serve: bool,
    /// Production finds an ad for every subject, so that only pacing says no.
    pub always_match: bool,
    /// Requests a second a key.
    pub limit: u32,
    /// Where ids, tokens and the rotation of ads begin.
    pub seed: u64,
    /// Whether v1's `conversationOffset` of N serves after N calls or on call N.
    pub offset_mode: OffsetMode,
    /// Registered origins, such as `https://shop.example`: browsers there may call the SSP.
    pub origins: Vec<String>,
    /// How many sponsored prompts an SSP opener brings.
    pub prompts: usize,
    /// What `config.ad_offset` means when null or left out (the dashboard's value, in turns).
    pub ad_offset: u32,
    /// What `config.max_frequency` means when null or left out (the dashboard's value, in requests).
    pub max_frequency: u32,
    /// C3: which key headers a path accepts.
    pub key_headers: KeyHeaders,
    /// C4: whether the SSP reads the old `production` member.
    pub production_member: ProductionMember,
    /// C5: whether the SSP's staging key paces.
    pub staging: Staging,
    /// C7: where an SSP answer puts sponsored prompts.
    pub prompts_in: PromptsIn,
    /// C9: which method reports the tap on a sponsored prompt.
    pub prompt_click: PromptClick,
    /// C10: where a sponsored message carries its trackers.
    pub trackers_in: TrackersIn,
    /// C11: whether end-user headers are asked for.
    pub end_user: EndUser,
    /// C12: whether geo headers must come as three.
    pub geo: Geo,
    /// C15: what a second vote with the same token gets.
    pub duplicate_vote: DuplicateVote,
    /// C16: what an unknown poll token gets.
    pub poll_token: PollToken,
    /// C17: where a vote's token may stand.
    pub vote_token: VoteToken,
    /// C18: how votes and results are answered.
    pub poll_answer: PollAnswer,
    /// C19: what a v1 prompt is reported with.
    pub v1_tracking: V1Tracking,
    /// C23: what `data` holds when v1 serves nothing.
    pub no_ad_data: NoAdData,
    /// C26: what `creative` of a v1 message is.
    pub creative_is: CreativeIs,
    /// C28: the status of an SSP validation error.
    pub invalid_is: InvalidIs,
    /// C32: whether SSP messages must alternate.
    pub alternation: Alternation,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 0,
            tls: None,
            ads_at: None,
            direct: false,
            always_serve: false,
            always_match: false,
            limit: 40,
            seed: 0,
            offset_mode: OffsetMode::default(),
            origins: Vec::new(),
            prompts: 3,
            ad_offset: 2,
            max_frequency: 5,
            key_headers: KeyHeaders::default(),
            production_member: ProductionMember::default(),
            staging: Staging::default(),
            prompts_in: PromptsIn::default(),
            prompt_click: PromptClick::default(),
            trackers_in: TrackersIn::default(),
            end_user: EndUser::default(),
            geo: Geo::default(),
            duplicate_vote: DuplicateVote::default(),
            poll_token: PollToken::default(),
            vote_token: VoteToken::default(),
            poll_answer: PollAnswer::default(),
            v1_tracking: V1Tracking::default(),
            no_ad_data: NoAdData::default(),
            creative_is: CreativeIs::default(),
            invalid_is: InvalidIs::default(),
            alternation: Alternation::default(),
        }
    }
}
