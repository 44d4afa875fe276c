//! `POST /api/vote`: a vote in a poll, counted once (wire contract 4.6).

use crate::app::App;
use crate::counters::Count;
use crate::person::Person;
use crate::transcript::{Ballot, Poll, Results, Transcript};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(crate) struct Ticked {
    card: String,
    choice: String,
}

/// The votes so far: after the first vote and again for each that comes later, which counts nothing. 404 for no poll of
/// this chat, 422 for no choice of the poll, 409 while a vote is under way, 502 where the platform did not count it.
pub(crate) async fn vote(
    State(app): State<Arc<App>>,
    person: Person,
    Json(Ticked { card, choice }): Json<Ticked>,
) -> Result<Json<Results>, StatusCode> {
    let end_user = person.end_user().ok_or(StatusCode::BAD_REQUEST)?;
    if !person.wants_ads {
        return Err(StatusCode::NOT_FOUND);
    }
    let chat = app.chat_of(&person);
    let taken = take(&mut chat.transcript(), &card, &choice)?;
    let ballot = match taken {
        Taken::Ballot(ballot) => ballot,
        Taken::Results(results) => return Ok(Json(results)),
    };
    let results = app.platform.vote(*ballot, &choice, end_user).await;
    let count = if results.is_some() { Count::Vote } else { Count::VoteFailed };
    app.counters.add(count);
    let results = results.ok_or(StatusCode::BAD_GATEWAY)?;
    if let Some(card) = chat.transcript().card(&card) {
        card.poll = Some(Poll::Counted(results.clone()));
    }
    Ok(Json(results))
}

enum Taken {
    Ballot(Box<Ballot>),
    Results(Results),
}

/// Whoever takes the ballot is the only one who can vote with it.
fn take(transcript: &mut Transcript, card: &str, choice: &str) -> Result<Taken, StatusCode> {
    let card = transcript.card(card).ok_or(StatusCode::NOT_FOUND)?;
    match card.poll.replace(Poll::Cast) {
        Some(Poll::Open(ballot)) if ballot.poll.options.get(choice).is_some() => {
            Ok(Taken::Ballot(ballot))
        }
        Some(Poll::Cast) => Err(StatusCode::CONFLICT),
        Some(Poll::Counted(results)) => {
            card.poll = Some(Poll::Counted(results.clone()));
            Ok(Taken::Results(results))
        }
        open @ Some(Poll::Open(_)) => {
            card.poll = open;
            Err(StatusCode::UNPROCESSABLE_ENTITY)
        }
        None => {
            card.poll = None;
            Err(StatusCode::NOT_FOUND)
        }
    }
}
