//! Questions to begin with, which somebody pays to have offered (wire contract 3.9 and 3.12).

use crate::app::App;
use crate::card::{Face, starter};
use crate::chats::Conversation;
use crate::person::Person;
use crate::transcript::Starter;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use thrads_core::{Ad, BidRequest, Call, Engagement, Offer};
use thrads_std::Outcome;

/// A question as the page offers it.
#[derive(Serialize)]
pub(crate) struct Offered {
    id: String,
    label: String,
    question: String,
    seen: Option<String>,
}

/// `POST /api/starters`: the questions on offer; none once the chat has begun.
pub(crate) async fn starters(State(app): State<Arc<App>>, person: Person) -> Json<Vec<Offered>> {
    let chat = app.chat_of(&person);
    let is_asked = chat.transcript().starters.is_some();
    if !is_asked {
        let starters = ask(&app, &chat, &person).await;
        let mut transcript = chat.transcript();
        if transcript.starters.is_none() && transcript.items.is_empty() {
            transcript.starters = starters;
        }
    }
    if !person.wants_ads {
        return Json(Vec::new());
    }
    let transcript = chat.transcript();
    let offered = |starter: &Starter| Offered {
        id: starter.id.name(),
        label: starter.label.clone(),
        question: starter.question.clone(),
        seen: app.token(person.visitor, starter.id, starter.until),
    };
    Json(transcript.starters.iter().flatten().map(offered).collect())
}

/// `None` if the person went on meanwhile, or nothing is known of them. Otherwise the platform has been asked, once a
/// chat.
async fn ask(app: &App, chat: &Conversation, person: &Person) -> Option<Vec<Starter>> {
    let user_id = app.seal.user_id(person.visitor);
    let call = Call::Bid(BidRequest::opener(&user_id, person.end_user()?).ok()?);
    let mut later = chat.later();
    let mut ads = chat.chat.lock().await;
    if chat.transcript().starters.is_some() {
        return None;
    }
    let outcome = tokio::select! {
        biased;
        _ = later.changed() => None,
        outcome = ads.ask(call) => Some(outcome),
    };
    app.note(outcome.as_ref(), ads.explained());
    match outcome? {
        Outcome::Ad(served) => {
            Some(served.offers.into_iter().filter_map(|offer| shelved(app, offer)).collect())
        }
        _ => Some(Vec::new()),
    }
}

fn shelved(app: &App, offer: Offer<String>) -> Option<Starter> {
    let (label, question) = starter(&offer.ad)?;
    let Ad::SponsoredPrompt(_) = offer.ad else { return None };
    let appended = Face::of_appended(&offer.ad, app.platform.links());
    let click = match offer.engagement {
        Engagement::PromptClick(click) => Some(click),
        _ => None,
    };
    let (id, until) = app.shelve(offer.impression);
    Some(Starter { id, until, label, question, click, appended })
}
