//! What all requests share, and the routes.

use crate::address::Proxies;
use crate::args::Args;
use crate::card::Face;
use crate::chats::{Chats, Conversation};
use crate::counters::{Count, Counters};
use crate::ledger::Ledger;
use crate::operator::{self, Decisions};
use crate::person::Person;
use crate::platform::Platform;
use crate::reply::CardView;
use crate::seal::{OfferId, Seal, Visitor};
use crate::shelf::Shelf;
use crate::transcript::{Ballot, Card, Poll};
use crate::{choice, engage, page, relay, seen, starters, turn};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};
use thrads_core::{Ad, AdFormats, Engagement, Explained, Family, Impression, Offer, Policy};
use thrads_std::{Outcome, Relay};
use tokio_util::task::TaskTracker;

/// The server behind the page.
pub(crate) struct App {
    pub(crate) platform: Platform,
    pub(crate) seal: Seal,
    pub(crate) shelf: Shelf,
    pub(crate) chats: Chats,
    pub(crate) counters: Counters,
    pub(crate) decisions: Decisions,
    /// What thrads-std counts.
    pub(crate) metrics: PrometheusHandle,
    pub(crate) proxies: Proxies,
    pub(crate) operators: Proxies,
    /// For devices of the same publisher.
    pub(crate) relay: Option<Relay>,
    pub(crate) formats: AdFormats,
    /// Pace of the scripted answer.
    pub(crate) word: Duration,
    /// What goes on behind an answer, and has to end before the process does.
    pub(crate) work: TaskTracker,
    pub(crate) is_draining: AtomicBool,
}

impl App {
    /// The recorder comes first: what is made before it counts nowhere.
    pub(crate) fn new(args: &Args) -> Result<Self, String> {
        let metrics = PrometheusBuilder::new()
            .install_recorder()
            .map_err(|error| format!("cannot count: {error}"))?;
        let (platform, work) = (Platform::start()?, TaskTracker::new());
        let (seal, ledger) = match platform.fleet() {
            Some(key) => {
                let ledger = Ledger::of(platform.thrads().clone(), work.clone());
                (Seal::of_fleet(&key), Some(ledger))
            }
            None => (Seal::new(), None),
        };
        Ok(Self {
            platform,
            seal,
            shelf: Shelf::new(args.seen_within, ledger),
            chats: Chats::new(),
            counters: Counters::default(),
            decisions: Decisions::default(),
            metrics,
            proxies: Proxies(args.trusted_proxies.clone()),
            operators: Proxies(operator::networks(&args.operators)),
            relay: relay::start(&args.relay)?,
            formats: args.formats,
            word: args.word,
            work,
            is_draining: AtomicBool::new(false),
        })
    }

    /// The chat of whoever asks. The platform spaces the ads, as it advises for servers; a person's caps, and their no to
    /// ads, hold in all of their chats.
    pub(crate) fn chat_of(&self, person: &Person) -> Arc<Conversation> {
        let thrads = self.platform.thrads();
        let known = thrads.person(&self.seal.user_id(person.visitor));
        if person.wants_ads {
            known.opt_in()
        } else {
            known.opt_out()
        }
        let begin = || thrads.chat(Family::Ssp, Policy::SERVER).of(&known);
        self.chats.of(person.visitor, begin)
    }

    /// Counts what became of an ask and keeps its explanation; `None` is one that was given up.
    pub(crate) fn note(&self, outcome: Option<&Outcome>, explained: Option<Explained>) {
        self.decisions.note(outcome, explained);
        self.counters.add(match outcome {
            None => Count::Dropped,
            Some(Outcome::Ad(_)) => Count::Ad,
            Some(Outcome::NoAd { .. }) => Count::NoAd,
            Some(Outcome::Held(_)) => Count::Held,
            Some(_) => Count::Failed,
        });
    }

    /// An ad as a card, with its impression on the shelf. `None` for what cannot be shown; its impression is dropped.
    pub(crate) fn card(&self, offer: Offer<String>) -> Option<Card> {
        let face = Face::of(&offer.ad, self.platform.links())?;
        let (id, until) = self.shelve(offer.impression);
        let poll = match (offer.ad, offer.engagement) {
            (Ad::SponsoredPoll(poll), Engagement::Vote(vote)) => {
                Some(Poll::Open(Box::new(Ballot { poll, vote })))
            }
            _ => None,
        };
        Some(Card { id, until, face, poll })
    }

    /// Puts an impression where it waits to be seen.
    pub(crate) fn shelve(&self, impression: Impression<String>) -> (OfferId, SystemTime) {
        let (id, now) = (OfferId::new(), SystemTime::now());
        self.shelf.put(now, id, impression);
        (id, self.shelf.until(now))
    }

    /// The token for an offer that still waits to be seen; none where that would be too late.
    pub(crate) fn token(&self, visitor: Visitor, id: OfferId, until: SystemTime) -> Option<String> {
        let is_good = self.shelf.holds(id) && SystemTime::now() <= until;
        is_good.then(|| self.seal.token(visitor, id, until))
    }

    pub(crate) fn view(&self, visitor: Visitor, card: &Card) -> CardView {
        CardView {
            id: card.id.name(),
            seen: self.token(visitor, card.id, card.until),
            face: card.face.clone(),
            results: match &card.poll {
                Some(Poll::Counted(results)) => Some(results.clone()),
                _ => None,
            },
        }
    }
}

/// Everything the server answers.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/api/choice", get(choice::choice).post(choice::choose))
        .route("/api/chat", get(turn::chat))
        .route("/api/new", post(turn::new))
        .route("/api/say", post(turn::say))
        .route("/api/starters", post(starters::starters))
        .route("/api/seen", post(seen::seen))
        .route("/api/vote", post(engage::vote))
        .route("/relay", post(relay::relay))
        .merge(page::router())
        .merge(operator::router())
        .layer(DefaultBodyLimit::max(BODY))
        .layer(axum::middleware::map_response(page::guard))
        .with_state(app)
}

/// Bytes of a request body; the longest message fits with every character escaped.
const BODY: usize = 32 * 1024;
