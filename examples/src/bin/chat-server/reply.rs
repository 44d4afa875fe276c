//! What goes to the page: events of a turn, one JSON object a line, and cards.

use crate::card::Face;
use crate::transcript::Results;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use serde::Serialize;
use std::convert::Infallible;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

/// What happens in a turn, in the order the page gets it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// More of the answer.
    Words { text: &'a str },
    /// The answer is whole; the person may go on.
    Done,
    /// There is a card under it.
    Card { card: Box<CardView> },
}

/// A card with what the page needs to tell of it.
#[derive(Serialize)]
pub(crate) struct CardView {
    pub(crate) id: String,
    /// The token to send back once it was seen; none where it was already.
    pub(crate) seen: Option<String>,
    #[serde(flatten)]
    pub(crate) face: Face,
    pub(crate) results: Option<Results>,
}

/// Sends an event; false if nobody is there any more.
pub(crate) async fn tell(out: &Sender<Bytes>, event: &Event<'_>) -> bool {
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    out.send(line.into()).await.is_ok()
}

/// An answer that goes on for as long as lines come.
pub(crate) fn stream(lines: Receiver<Bytes>) -> Response<Body> {
    let mut response =
        Response::new(Body::from_stream(ReceiverStream::new(lines).map(Ok::<_, Infallible>)));
    let lines = HeaderValue::from_static("application/x-ndjson");
    response.headers_mut().insert(header::CONTENT_TYPE, lines);
    response
}
