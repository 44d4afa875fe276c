//! The switches of wire contract section 6: where the documentation's generations disagree, the
//! default is the newest and strictest.

use std::fmt;
use std::str::FromStr;

// The first variant of each switch is its default; names are what the command line takes.
macro_rules! switches {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every name its `FromStr` takes; the first is the default.
            pub const NAMES: &'static [&'static str] = &[$($text),+];
            const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        impl Default for $name {
            fn default() -> Self {
                Self::ALL[0]
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                let at = Self::NAMES.iter().position(|name| *name == text);
                at.map(|at| Self::ALL[at]).ok_or(UnknownName(Self::NAMES))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$variant => f.write_str($text)),+ }
            }
        }
    )+};
}

switches! {
    /// Whether a v1 offset of N serves after N calls or on call N (wire contract 2.10, U11).
    OffsetMode {
        /// The first ad comes after N calls have been waited for.
        AfterN = "after-n",
        /// The first ad comes on call N, counted from one.
        AtN = "at-n",
    }
    /// C3: which key headers a path accepts.
    KeyHeaders {
        /// Only the family's own: `thrads-api-key` on v1, `thrad-api-key` on the SSP.
        Strict = "strict",
        /// Any spelling of any generation on every path.
        Any = "any",
    }
    /// C4: who decides on the SSP between staging and production.
    ProductionMember {
        /// The key alone; a `production` member is ignored.
        Ignored = "ignored",
        /// `production: false` makes a production key serve test ads, as in the oldest SSP.
        Legacy = "legacy",
    }
    /// C5: what the SSP does for a staging key.
    Staging {
        /// An ad on every request.
        Serves = "serves",
        /// Paces like production, and still matches every subject.
        Paces = "paces",
    }
    /// C7: where an SSP answer puts sponsored prompts.
    PromptsIn {
        /// `data.bids`, an array.
        Bids = "bids",
        /// `data.bid`, an array.
        BidArray = "bid-array",
        /// `data.bid`, the first prompt alone.
        Bid = "bid",
    }
    /// C9: which method reports the tap on a sponsored prompt; the other one is answered 405.
    PromptClick {
        /// Either.
        Both = "both",
        /// `POST` only.
        Post = "post",
        /// `GET` only.
        Get = "get",
    }
    /// C10: where a sponsored message carries its trackers.
    TrackersIn {
        /// In the query of `url` only, as observed.
        Query = "query",
        /// In a top-level `view_url` only, as documented.
        TopLevel = "top-level",
        /// In both.
        Both = "both",
    }
    /// C11: whether `User-Agent` and `X-Forwarded-For` are asked for.
    EndUser {
        /// 400 without them.
        Required = "required",
        /// Taken when there.
        Optional = "optional",
    }
    /// C12: whether country, device and time zone must come together.
    Geo {
        /// 400 when one of the three is missing.
        Trio = "trio",
        /// Any of them may come alone.
        Loose = "loose",
    }
    /// C15: what a second vote with the same token gets; it is never counted.
    DuplicateVote {
        /// 200 and the tallies, as in generation B of the poll pages.
        Ok = "200",
        /// 409 with the code `duplicate_vote`, as in generation A.
        Conflict = "409",
    }
    /// C16: what an unknown poll token gets.
    PollToken {
        /// 404 with a `detail`, as in generation B.
        NotFound = "404",
        /// 401 with the code `invalid_token`, as in generation A.
        Unauthorized = "401",
    }
    /// C17: where a vote's token may stand.
    VoteToken {
        /// In the query only; a `token` in the body is not read (generation B).
        Query = "query",
        /// In the body where the query has none; without either 400 `missing_token` (generation A).
        Body = "body",
    }
    /// C18: how votes and results are answered.
    PollAnswer {
        /// `{"status", "data": {..., "question"}}`, errors as `detail` (generation B).
        Enveloped = "enveloped",
        /// The tallies alone, a vote with `selected_option_id`, errors with a `code` (generation A).
        Bare = "bare",
    }
    /// C19: what a v1 prompt is reported with.
    V1Tracking {
        /// `sponsored_prompt_id`, for E4.
        Feedback = "feedback",
        /// `token`, for E3, as in the oldest v1.
        Click = "click",
        /// Both.
        Both = "both",
    }
    /// C23: what `data` holds when v1 serves nothing.
    NoAdData {
        /// `{}`.
        Empty = "empty",
        /// `null`.
        Null = "null",
    }
    /// C26: what `creative` of a v1 message is.
    CreativeIs {
        /// The text, as documented.
        Text = "string",
        /// An object whose member `creative` is the text, as observed.
        Object = "object",
    }
    /// C28: the status of an SSP validation error; v1's is always 422.
    InvalidIs {
        /// 422, as FastAPI answers.
        Unprocessable = "422",
        /// 400, as the SSP's first pages say.
        BadRequest = "400",
    }
    /// C32: whether SSP messages must alternate and end with a reply.
    Alternation {
        /// At least one exchange, strictly alternating.
        Strict = "strict",
        /// Any messages, at least one.
        Lenient = "lenient",
    }
}

/// A switch was given a name it does not have; holds the names it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownName(pub &'static [&'static str]);

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one of {}", self.0.join(", "))
    }
}

impl std::error::Error for UnknownName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_every_switch_name() {
        for name in PromptsIn::NAMES {
            assert_eq!(name.parse::<PromptsIn>().unwrap().to_string(), *name);
        }
        assert_eq!(PromptsIn::default(), PromptsIn::Bids);
        assert!("both".parse::<Geo>().unwrap_err().to_string().contains("trio"));
    }
}
