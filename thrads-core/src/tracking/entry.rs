//! A report that waits: what it tells, in which order, and when it is settled.
//!
//! Part of `tracking`, under `outbox`. Sections 4.2, 4.3, 4.5 and 4.6 of the wire contract.

use crate::config::Publisher;
use crate::error::{TransportError, TransportErrorKind};
use crate::request::{EndUser, Interaction, Method, Request};
use crate::target::Url;
use crate::time::{Instant, Millis};

/// A report: its text ends at `end` and begins where the one before it ends.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    /// The same for all reports of an ad.
    pub(super) mark: u16,
    pub(super) end: u16,
    /// Times it was sent.
    pub(super) tries: u8,
    /// The same as no other's that waits.
    pub(super) serial: u16,
    pub(super) due: Instant,
    pub(super) expires: Instant,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    View,
    Click(Method),
    /// A URL of this length, and the id of the option.
    Vote(u16),
    FeedbackById(Kept),
    FeedbackByToken,
}

/// An interaction without its summary.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) clicked: bool,
    pub(super) number_follow_ups: u32,
    pub(super) is_sponsor_mentioned: bool,
}

/// What an answer, or none, makes of a report.
pub(super) enum Settled {
    /// It is sent again when it is due.
    Waits,
    Sent,
    Refused,
}

impl Entry {
    /// Whether `later`, which came later, waits for this one.
    pub(super) fn comes_before(&self, later: &Self) -> bool {
        let are_views = matches!((self.kind, later.kind), (Kind::View, Kind::View));
        self.mark == later.mark && !are_views
    }

    /// Takes the status that it was answered with, or that it was not.
    pub(super) fn settle(&mut self, now: Instant, status: Result<u16, TransportError>) -> Settled {
        match (status, self.kind) {
            (Ok(405), Kind::Click(Method::Post)) => {
                self.kind = Kind::Click(Method::Get);
                Settled::Waits
            }
            (Ok(ALREADY_VOTED), Kind::Vote(_)) | (Ok(200..=399), _) => Settled::Sent,
            (Err(error), _) if is_hopeless(error.kind) => Settled::Refused,
            (Err(_) | Ok(408 | 425 | 429 | 500..=599), _) => {
                let pause = FIRST_PAUSE << self.tries.min(MAX_DOUBLINGS);
                self.tries = self.tries.saturating_add(1);
                self.due = now.after(Millis(pause));
                Settled::Waits
            }
            (Ok(_), _) => Settled::Refused,
        }
    }
}

impl Kind {
    /// The request of a report with this text.
    pub(super) fn request<'a>(
        &self,
        text: &'a str,
        publisher: &'a Publisher,
        end_user: EndUser<'a>,
    ) -> Option<Request<'a>> {
        Some(match *self {
            Self::View => Request::ping(Url::plain(text), end_user),
            Self::Click(method) => Request::foreign(method, Url::plain(text), end_user),
            Self::Vote(length) => {
                let (url, id) = text.split_at_checked(length.into())?;
                Request::vote(Url::plain(url), id, end_user)
            }
            Self::FeedbackByToken => Request::click(publisher, text),
            Self::FeedbackById(Kept { clicked, number_follow_ups, is_sponsor_mentioned }) => {
                let told =
                    Interaction { clicked, number_follow_ups, is_sponsor_mentioned, summary: "" };
                Request::feedback(publisher, text, told)
            }
        })
    }
}

/// What reports of the same ad have in common: its click URL, in 16 bits. Where two ads have the same, one of them waits
/// for the other.
pub(super) fn mark(text: &str) -> u16 {
    let hash = text
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u16::try_from((hash >> 16 ^ hash) & 0xffff).unwrap_or(0)
}

/// No connection to there will ever be made.
fn is_hopeless(kind: TransportErrorKind) -> bool {
    matches!(kind, TransportErrorKind::Target | TransportErrorKind::NoAnchor)
}

/// A vote that was cast before counts as cast.
const ALREADY_VOTED: u16 = 409;
/// Milliseconds before the first repetition, and how often they double: up to four minutes.
const FIRST_PAUSE: u64 = 2000;
const MAX_DOUBLINGS: u8 = 7;
