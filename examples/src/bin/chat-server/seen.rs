//! `POST /api/seen`: a person could see a card, so its impression is told, once (wire contract 4.2).
//!
//! The page sends the sealed token back; here it is used up, and the platform hears of it in the person's own name.

use crate::app::App;
use crate::counters::Count;
use crate::person::Person;
use crate::seal::Refusal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use std::time::SystemTime;
use thrads_core::Impression;

#[derive(Deserialize)]
pub(crate) struct Seen {
    token: String,
}

/// 204 the first time; 403 for what was not sealed here for this person, 410 when it is too late, 409 when it was told
/// before, 503 while a fleet cannot tell whether it was.
pub(crate) async fn seen(
    State(app): State<Arc<App>>,
    person: Person,
    Json(Seen { token }): Json<Seen>,
) -> StatusCode {
    // The platform takes no ping without them, so the token stays good.
    if person.end_user().is_none() {
        return StatusCode::BAD_REQUEST;
    }
    let taken = match app.seal.open(person.visitor, &token, SystemTime::now()) {
        Ok(offer) => app.shelf.take(offer).await,
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(impression) => {
            app.counters.add(Count::Counted);
            let work = app.work.clone();
            work.spawn(async move { tell(&app, impression, &person).await });
            StatusCode::NO_CONTENT
        }
        Err(refusal) => {
            let (count, status) = match refusal {
                Refusal::Forged => (Count::Forged, StatusCode::FORBIDDEN),
                Refusal::Late => (Count::Late, StatusCode::GONE),
                Refusal::Spent => (Count::Spent, StatusCode::CONFLICT),
                Refusal::Unsure => (Count::Unsure, StatusCode::SERVICE_UNAVAILABLE),
            };
            app.counters.add(count);
            status
        }
    }
}

/// The person's caps hear of it first. They wait for a turn that is under way, and the page does not wait for them.
async fn tell(app: &App, impression: Impression<String>, person: &Person) {
    let counts = app.chat_of(person).chat.lock().await.seen();
    let is_told = match person.end_user() {
        Some(end_user) if counts => {
            let reported = app.platform.thrads().report(impression, end_user).await;
            reported.sent > 0 && reported.failed == 0
        }
        _ => false,
    };
    app.counters.add(if is_told { Count::Told } else { Count::Untold });
}
